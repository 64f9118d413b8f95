import type { ConfirmedNode } from '../model/confirmed.ts';
import { milliseconds } from '../model/duration.ts';
import type { TaskReference } from '../model/events.ts';
import { type Get, NotYetKnown } from '../model/handle.ts';
import type { Handler } from '../model/handler.ts';
import type { BecomeOption, ConditionContext, Node } from '../model/node.ts';
import type { Play } from '../model/play.ts';
import type { PlayContext } from '../model/role.ts';
import type { Script } from '../model/script.ts';
import type { CallSite } from '../model/site.ts';
import { Unlisted } from './failure.ts';
import { ownedBy } from './owned-files.ts';

/** What a task has from the play, roles and blocks that it stands in. */
export interface Scope {
  readonly play: string;
  /** The innermost role's name; empty in the play itself. */
  readonly role: string;
  readonly path: string;
  /** Undefined: as the inventory, the play and the command line say. */
  readonly become: BecomeOption | undefined;
  readonly conditions: readonly ((context: ConditionContext) => boolean)[];
  /** The handler that its tasks belong to, by the name that readers know; `alone` where it has one task only. */
  readonly handler?: { readonly name: string; readonly alone: boolean } | undefined;
  /** The innermost `confirmed` around it. */
  readonly confirm?: Confirmation | undefined;
}

type LeafNode = Exclude<Node, { type: 'block' | 'confirmed' | 'once' | 'role' }>;

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

export interface BlockItem {
  readonly type: 'block';
  /** Set where the host is to take everything back unless it is reached anew. */
  readonly confirm?: Confirmation | undefined;
  readonly tasks: readonly Item[];
  readonly rescue: readonly Item[];
  readonly always: readonly Item[];
}

/** A role's items; its handlers run when they are done. */
export interface RoleItem {
  readonly type: 'role';
  readonly scope: Scope;
  readonly items: readonly Item[];
  readonly handlers: readonly Handler[];
}

export type Item = Leaf | BlockItem | RoleItem;

/** Counts equal names below one path, so that every task has a path of its own. */
class Names {
  readonly #seen = new Map<string, number>();

  unique(path: string): string {
    const count = (this.#seen.get(path) ?? 0) + 1;
    this.#seen.set(path, count);
    return count === 1 ? path : `${path}#${count}`;
  }
}

type Context = PlayContext & { readonly get: Get };

class Compiler {
  readonly #context: Context;
  readonly #names = new Names();

  constructor(context: Context) {
    this.#context = context;
  }

  async items(nodes: readonly Node[], scope: Scope, sequence: Leaf[], once = false): Promise<Item[]> {
    const items: Item[] = [];
    for (const node of nodes) items.push(await this.#item(node, scope, sequence, once));
    return items;
  }

  async #item(node: Node, scope: Scope, sequence: Leaf[], once: boolean): Promise<Item> {
    switch (node.type) {
      case 'role': {
        const path = this.#names.unique(`${scope.path}/${node.name}`);
        const inner = { ...narrowed(scope, node.options), role: node.name, path };
        const nodes = await node.tasks(this.#context).catch((error: unknown) => {
          throw error instanceof NotYetKnown ? error : new Unlisted(node.name, node.site, error);
        });
        return {
          type: 'role',
          scope: inner,
          items: await this.items(nodes, inner, sequence, once),
          handlers: handlersOf(nodes),
        };
      }
      case 'block': {
        const inner = { ...narrowed(scope, node.options), path: this.#names.unique(`${scope.path}/${node.name}`) };
        return {
          type: 'block',
          tasks: await this.items(node.tasks, inner, sequence, once),
          rescue: await this.items(node.rescue, inner, [], once),
          always: await this.items(node.always, inner, sequence, once),
        };
      }
      case 'confirmed':
        return this.#confirmed(node, scope, sequence, once);
      case 'once':
        return this.#item(node.node, scope, sequence, true);
      default:
        return this.#leaf(node, scope, sequence, once);
    }
  }

  async #confirmed(node: ConfirmedNode, scope: Scope, sequence: Leaf[], once: boolean): Promise<BlockItem> {
    const path = this.#names.unique(`${scope.path}/${node.name}`);
    const confirm: Confirmation = {
      path,
      within: milliseconds(node.options.within),
      restore: node.options.restore,
      files: ownedBy(node.tasks),
      reference: { path, play: scope.play, role: scope.role, name: node.name, where: [] },
      site: node.site,
    };
    const inner = { ...narrowed(scope, node.options), path, confirm };
    const tasks = await this.items(node.tasks, inner, sequence, once);
    return { type: 'block', confirm, tasks, rescue: [], always: [] };
  }

  #leaf(node: LeafNode, scope: Scope, sequence: Leaf[], once: boolean): Leaf {
    const name = node.type === 'flush' ? 'flush' : node.name;
    const leaf: Leaf = {
      type: 'leaf',
      node,
      scope: 'options' in node ? narrowed(scope, node.options) : scope,
      reference: {
        path: this.#names.unique(`${scope.path}/${name}`),
        play: scope.play,
        role: scope.role,
        name: shownName(scope, name),
        where: [],
      },
      once,
      sequence,
      position: sequence.length,
    };
    sequence.push(leaf);
    return leaf;
  }
}

/** What a task is called in reports: a handler's only task goes by the handler's name. */
function shownName({ handler }: Scope, name: string): string {
  if (!handler) return name;
  return handler.alone ? handler.name : `${handler.name} / ${name}`;
}

function narrowed(
  scope: Scope,
  options: { readonly become?: BecomeOption; readonly when?: (context: ConditionContext) => boolean },
): Scope {
  if (options.become === undefined && options.when === undefined) return scope;
  return {
    ...scope,
    become: options.become ?? scope.become,
    conditions: options.when ? [...scope.conditions, options.when] : scope.conditions,
  };
}

/** All handlers that tasks of this list can notify, in the order in which they run; those of roles within are theirs. */
export function handlersOf(nodes: readonly Node[]): readonly Handler[] {
  const found = new Set<Handler>();
  const visit = (node: Node): void => {
    if (node.type === 'task') for (const handler of node.handlers) found.add(handler);
    if (node.type === 'once') visit(node.node);
    if (node.type === 'block') [...node.tasks, ...node.rescue, ...node.always].forEach(visit);
    if (node.type === 'confirmed') node.tasks.forEach(visit);
  };
  nodes.forEach(visit);
  return [...found].sort((a, b) => a.order - b.order);
}

/** The scope of what stands in a play itself. */
export function playScope(play: Play): Scope {
  return { play: play.name, role: '', path: play.name, become: undefined, conditions: [] };
}

/**
 * One host's play as a tree of items. The play itself is handled like a role: its own handlers run at its end.
 *
 * @throws NotYetKnown where a role asks for a fact that was not read; UsageError for wrong parameters.
 */
export async function compilePlay(play: Play, context: Context): Promise<RoleItem> {
  const scope = playScope(play);
  const nodes = await play.nodes(context);
  return {
    type: 'role',
    scope,
    items: await new Compiler(context).items(nodes, scope, []),
    handlers: handlersOf(nodes),
  };
}

/** A handler's own tasks, as items. */
export function compileHandler(handler: Handler, scope: Scope, context: Context): Promise<readonly Item[]> {
  const inner: Scope = {
    ...scope,
    path: `${scope.path}/${handler.name}`,
    become: handler.become ?? scope.become,
    conditions: [],
    handler: { name: handler.name, alone: handler.nodes.length === 1 },
  };
  return new Compiler(context).items(handler.nodes, inner, []);
}

/** Every leaf of the items, wherever it stands. */
export function leavesOf(items: readonly Item[]): readonly Leaf[] {
  return items.flatMap((item) => {
    if (item.type === 'leaf') return [item];
    if (item.type === 'role') return leavesOf(item.items);
    return [...leavesOf(item.tasks), ...leavesOf(item.rescue), ...leavesOf(item.always)];
  });
}
