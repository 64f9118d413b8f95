import type { Duration } from './duration.ts';
import type { Host } from './host.ts';
import type { CommonOptions, ConditionContext } from './node.ts';
import type { Resource } from './resource.ts';
import type { Script } from './script.ts';
import { CallSite } from './site.ts';
import type { Output } from './task.ts';
import type { WaitOptions } from './wait.ts';

/** What a step can do. */
export interface StepContext extends ConditionContext {
  /**
   * Runs a script on the host.
   *
   * @throws GardenError with its last lines where it exits with another status than 0, unless `allowFailure`.
   */
  run(script: Script, options?: { readonly allowFailure?: boolean; readonly timeout?: Duration }): Promise<Output>;
  /** Puts a resource in order, as a task would. Resolves to whether that changed anything. */
  apply(resource: Resource): Promise<boolean>;
  /** Waits until the answer of a script is as it should be. */
  waitFor(options: Omit<WaitOptions, 'when' | 'tags' | 'become'>): Promise<Output>;
  /** The same on another host, with that host's own connection and rights. */
  on(host: Host): StepContext;
  /** Says something in the run's output and its journal. */
  log(message: string): void;
  /** Aborted when the run is interrupted. */
  readonly signal: AbortSignal;
}

export interface StepOptions extends CommonOptions {
  /** What a check prints: what the step would do, in words. */
  readonly plan: string | ((context: ConditionContext) => string);
  /** Whether it may be run again from its start when the connection broke in the middle. */
  readonly repeatable: boolean;
  readonly run: (context: StepContext) => Promise<void>;
}

/** Something that cannot be said as a state. */
export interface StepNode {
  readonly type: 'step';
  readonly name: string;
  readonly options: StepOptions;
  readonly site: CallSite;
}

/** Makes a step. Where a state can say it, use a resource: a step is run every time and is always counted as a change. */
export function step(name: string, options: StepOptions): StepNode {
  return { type: 'step', name, options, site: CallSite.here() };
}
