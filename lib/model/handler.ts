import { asNodes, type BecomeOption, type Node, type TaskLike } from './node.ts';
import { CallSite } from './site.ts';

/** What is done once, at the end of a role, if a task that names it changed something. */
export interface Handler {
  readonly type: 'handler';
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly become: BecomeOption | undefined;
  readonly site: CallSite;
  /** Handlers run in the order in which they were made, not in which they were notified. */
  readonly order: number;
}

let made = 0;

/** Makes a handler. It is a value: a task names it by `notify: restart`, and a wrong name does not compile. */
export function handler(
  name: string,
  tasks: TaskLike | readonly TaskLike[],
  options: { readonly become?: BecomeOption } = {},
): Handler {
  const list = 'type' in tasks ? [tasks] : tasks;
  return { type: 'handler', name, nodes: asNodes(list), become: options.become, site: CallSite.here(), order: made++ };
}
