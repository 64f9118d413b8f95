import type { BlockNode, OnceNode } from './block.ts';
import type { ConfirmedNode } from './confirmed.ts';
import type { BarrierNode, FlushNode } from './flow.ts';
import type { Get } from './handle.ts';
import type { Become, Host, Vars } from './host.ts';
import type { ProbeNode } from './probe.ts';
import type { Resource } from './resource.ts';
import type { RoleNode } from './role.ts';
import type { StepNode } from './step.ts';
import { TaskNode } from './task.ts';
import type { WaitNode } from './wait.ts';

/** Everything that can stand in a list of tasks. */
export type Node =
  | TaskNode
  | ProbeNode<unknown>
  | StepNode
  | WaitNode
  | BlockNode
  | ConfirmedNode
  | OnceNode
  | BarrierNode
  | FlushNode
  | RoleNode;

/** What people may write in such a list: a bare resource is a task that names itself. */
export type TaskLike = Node | Resource;

/** What a condition can look at. */
export interface ConditionContext {
  /** The answer of an earlier probe or task, or a fact. */
  readonly get: Get;
  readonly host: Host;
  readonly vars: Vars;
  /** True where the run only checks. */
  readonly check: boolean;
}

/** `true`: become root as the inventory says; an object: become that user; `false`: stay who logged in. */
export type BecomeOption = boolean | Partial<Pick<Become, 'user' | 'method'>>;

/** What tasks, steps, blocks and roles have in common. */
export interface CommonOptions {
  /** Skip unless this is true on the host. */
  readonly when?: (context: ConditionContext) => boolean;
  readonly become?: BecomeOption;
  readonly tags?: readonly string[];
}

/** Wraps bare resources, so that the engine meets nodes alone. */
export function asNodes(list: readonly TaskLike[]): readonly Node[] {
  return list.map((item) =>
    item.type === 'resource' ? new TaskNode(`${item.kind.name} ${item.id}`, item, {}, item.site) : item,
  );
}
