import type { Duration } from './duration.ts';
import type { CommonOptions } from './node.ts';
import type { Script } from './script.ts';
import { CallSite } from './site.ts';
import type { Output } from './task.ts';

export interface WaitOptions extends CommonOptions {
  /** Must only read. */
  readonly script: Script;
  /** By default: exit status 0. */
  readonly until?: (output: Output) => boolean;
  /** How long to wait in all; 60 s by default. */
  readonly timeout?: Duration;
  /** Between two looks; 1 s by default. */
  readonly every?: Duration;
}

/** Waits until something is so. */
export interface WaitNode {
  readonly type: 'wait';
  readonly name: string;
  readonly options: WaitOptions;
  readonly site: CallSite;
}

/** Waits until the answer of a script is as it should be, and fails when the time is up. Handlers run before it. */
export function waitFor(name: string, options: WaitOptions): WaitNode {
  return { type: 'wait', name, options, site: CallSite.here() };
}
