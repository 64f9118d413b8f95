import { asNodes, type CommonOptions, type Node, type TaskLike } from './node.ts';
import { CallSite } from './site.ts';

export interface BlockOptions extends CommonOptions {
  readonly tasks: readonly TaskLike[];
  /** Done when one of the tasks failed; if these succeed, the host goes on as if nothing had happened. */
  readonly rescue?: readonly TaskLike[];
  /** Done in any case, also after a failure and when the run is interrupted. */
  readonly always?: readonly TaskLike[];
}

/** A guarded group of tasks. */
export interface BlockNode {
  readonly type: 'block';
  readonly name: string;
  readonly options: CommonOptions;
  readonly tasks: readonly Node[];
  readonly rescue: readonly Node[];
  readonly always: readonly Node[];
  readonly site: CallSite;
}

/** Groups tasks, guards them, and gives them options in common. */
export function block(name: string, options: BlockOptions): BlockNode {
  return {
    type: 'block',
    name,
    options,
    tasks: asNodes(options.tasks),
    rescue: asNodes(options.rescue ?? []),
    always: asNodes(options.always ?? []),
    site: CallSite.here(),
  };
}

/** A task that one host does for all. */
export interface OnceNode {
  readonly type: 'once';
  readonly node: Node;
  readonly site: CallSite;
}

/**
 * Done by the first host of the whole run that comes to it; the others wait for it and then go on (or fail with it).
 * With `serial` it is still done once, not once a batch.
 */
export function oncePerRun(item: TaskLike): OnceNode {
  const [node] = asNodes([item]);
  if (node === undefined) throw new TypeError('oncePerRun needs a task');
  return { type: 'once', node, site: CallSite.here() };
}
