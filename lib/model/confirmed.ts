import type { Duration } from './duration.ts';
import { asNodes, type CommonOptions, type Node, type TaskLike } from './node.ts';
import type { Script } from './script.ts';
import { CallSite } from './site.ts';

export interface ConfirmedOptions extends CommonOptions {
  /** How long the host waits to be reached anew before it takes everything back. */
  readonly within: Duration;
  readonly tasks: readonly TaskLike[];
  /** Done on the host after its files are back, e.g. to have a service read them again. */
  readonly restore?: Script;
}

/** Tasks that could cut garden off from the host. */
export interface ConfirmedNode {
  readonly type: 'confirmed';
  readonly name: string;
  readonly options: ConfirmedOptions;
  readonly tasks: readonly Node[];
  readonly site: CallSite;
}

/**
 * Dangerous changes that take themselves back. Before the first of them is made, the host keeps a copy of the files
 * that the tasks own, of its nftables rules, addresses and routes, and starts a timer; when all is done, garden logs in
 * anew, and only then stops the timer. If it cannot get in, the host restores itself.
 */
export function confirmed(name: string, options: ConfirmedOptions): ConfirmedNode {
  return { type: 'confirmed', name, options, tasks: asNodes(options.tasks), site: CallSite.here() };
}
