import type { TaskReference } from '../model/events.ts';
import type { Handler } from '../model/handler.ts';
import type { BecomeOption, ConditionContext, Node } from '../model/node.ts';
import type { Script } from '../model/script.ts';
import type { CallSite } from '../model/site.ts';

/** What a task has from the play, roles and blocks that it stands in. */
export interface Scope {
  readonly play: string;
  /** The innermost role's name; empty in the play itself. */
  readonly role: string;
  /** The roles around it, outermost first. */
  readonly roles: readonly RolePlace[];
  readonly path: string;
  /** Its own tags and all that it inherits, each once. */
  readonly tags: readonly string[];
  /** Undefined: as the inventory, the play and the command line say. */
  readonly become: BecomeOption | undefined;
  readonly conditions: readonly ((context: ConditionContext) => boolean)[];
  /** The handler that its tasks belong to, by the name that readers know; `alone` where it has one task only. */
  readonly handler?: { readonly name: string; readonly alone: boolean } | undefined;
  /** The innermost `confirmed` around it. */
  readonly confirm?: Confirmation | undefined;
  /** It is done only where something else in its block has failed. */
  readonly rescue?: boolean | undefined;
}

/** A role at its place: `Site/web`, or `Site/web#2` where it stands there a second time. */
export interface RolePlace {
  readonly name: string;
  readonly path: string;
}

/** What has no other nodes inside it. */
export type LeafNode = Exclude<Node, { type: 'block' | 'confirmed' | 'once' | 'role' }>;

/** What the host does by itself when it is not reached anew in time. */
export interface Confirmation {
  readonly path: string;
  /** In milliseconds. */
  readonly within: number;
  readonly restore: Script | undefined;
  /** The files that the tasks own. */
  readonly files: readonly string[];
  readonly reference: TaskReference;
  readonly site: CallSite;
}

/** One node with no others inside it, at its place in the order of things. */
export interface Leaf<N extends LeafNode = LeafNode> {
  readonly type: 'leaf';
  readonly node: N;
  readonly scope: Scope;
  readonly reference: TaskReference;
  /** Done by one host for all. */
  readonly once: boolean;
  /** The leaves that come one after another if all goes well; this one stands at `position`. */
  readonly sequence: readonly Leaf[];
  readonly position: number;
}

/** Guarded tasks. */
export interface BlockItem {
  readonly type: 'block';
  readonly name: string;
  readonly scope: Scope;
  readonly site: CallSite;
  /** Set where the host is to take everything back unless it is reached anew. */
  readonly confirm?: Confirmation | undefined;
  readonly tasks: readonly Item[];
  readonly rescue: readonly Item[];
  readonly always: readonly Item[];
}

/** A role's items; its handlers run when they are done. A play is handled like one. */
export interface RoleItem {
  readonly type: 'role';
  readonly name: string;
  readonly scope: Scope;
  readonly site: CallSite;
  /** Its list follows from facts that have not been read, so that nobody can say yet what is in it. */
  readonly open: boolean;
  readonly items: readonly Item[];
  readonly handlers: readonly Handler[];
}

export type Item = Leaf | BlockItem | RoleItem;

/** Whether it only orders what is around it and does nothing by itself. */
export function isFlow({ node }: Leaf): boolean {
  return node.type === 'flush' || node.type === 'barrier';
}
