import type { BlockNode } from '../model/block.ts';
import type { ConfirmedNode } from '../model/confirmed.ts';
import { milliseconds } from '../model/duration.ts';
import { type Get, NotYetKnown } from '../model/handle.ts';
import type { Handler } from '../model/handler.ts';
import type { CommonOptions, Node } from '../model/node.ts';
import type { Play } from '../model/play.ts';
import type { PlayContext, RoleNode } from '../model/role.ts';
import { SecretNotFetched } from '../model/secret-request.ts';
import { Unlisted } from './failure.ts';
import {
  type BlockItem,
  type Confirmation,
  type Item,
  isFlow,
  type Leaf,
  type LeafNode,
  type RoleItem,
  type Scope,
} from './items.ts';
import { ownedBy } from './owned-files.ts';
import type { Selection } from './selection.ts';

/** Counts equal names below one path, so that every task has a path of its own. */
class Names {
  readonly #seen = new Map<string, number>();

  unique(path: string): string {
    const count = (this.#seen.get(path) ?? 0) + 1;
    this.#seen.set(path, count);
    return count === 1 ? path : `${path}#${count}`;
  }
}

/** What lists are made with. */
export type ListContext = PlayContext & { readonly get: Get };

/** Makes the list of a role; undefined leaves the role open. */
export type ListRole = (role: RoleNode) => Promise<readonly Node[] | undefined>;

/** One host's play. */
export interface CompiledPlay {
  /** The play as a tree of items; it is handled like a role, so that its own handlers run at its end. */
  readonly role: RoleItem;
  /** What the selection leaves out. */
  readonly leftOut: readonly Leaf[];
}

/** What is selected, and for whom. */
interface Selected {
  readonly selection: Selection;
  readonly host: string;
}

class Compiler {
  readonly leftOut: Leaf[] = [];
  readonly #list: ListRole;
  readonly #select: Selected | undefined;
  readonly #names = new Names();
  /** How many tasks and roles the selection has left out. */
  #left = 0;

  constructor(list: ListRole, select?: Selected) {
    this.#list = list;
    this.#select = select;
  }

  /** @param sequence where leaves are added that come one after another */
  async items(nodes: readonly Node[], scope: Scope, sequence: Leaf[], once = false): Promise<Item[]> {
    const items: Item[] = [];
    for (const node of nodes) {
      const item = await this.#item(node, scope, sequence, once);
      if (item) items.push(item);
    }
    return items;
  }

  /** Undefined: nothing of it is selected. */
  async #item(node: Node, scope: Scope, sequence: Leaf[], once: boolean): Promise<Item | undefined> {
    switch (node.type) {
      case 'role':
        return this.#role(node, scope, sequence, once);
      case 'block':
        return this.#block(node, scope, sequence, once);
      case 'confirmed':
        return this.#confirmed(node, scope, sequence, once);
      case 'once':
        return this.#item(node.node, scope, sequence, true);
      default:
        return this.#leaf(node, scope, sequence, once);
    }
  }

  async #role(node: RoleNode, scope: Scope, sequence: Leaf[], once: boolean): Promise<RoleItem | undefined> {
    const { name, site } = node;
    const path = this.#names.unique(`${scope.path}/${name}`);
    const roles = [...scope.roles, { name, path }];
    const inner = { ...narrowed(scope, node.options), role: name, roles, path };
    if (this.#select?.selection.leavesOut(path)) {
      this.#left++;
      return undefined;
    }
    const left = this.#left;
    const nodes = await this.#list(node);
    const items = await this.items(nodes ?? [], inner, sequence, once);
    const open = nodes === undefined;
    const role: RoleItem = { type: 'role', name, site, scope: inner, open, items, handlers: handlersOf(nodes ?? []) };
    return this.#keep(this.handled(role, left), left);
  }

  async #block(node: BlockNode, scope: Scope, sequence: Leaf[], once: boolean): Promise<BlockItem | undefined> {
    const { name, site } = node;
    const inner = { ...narrowed(scope, node.options), path: this.#names.unique(`${scope.path}/${name}`) };
    const left = this.#left;
    const tasks = await this.items(node.tasks, inner, sequence, once);
    const rescue = await this.items(node.rescue, { ...inner, rescue: true }, [], once);
    const always = await this.items(node.always, inner, sequence, once);
    return this.#keep({ type: 'block', name, site, scope: inner, tasks, rescue, always }, left);
  }

  async #confirmed(node: ConfirmedNode, scope: Scope, sequence: Leaf[], once: boolean): Promise<BlockItem | undefined> {
    const { name, site } = node;
    const path = this.#names.unique(`${scope.path}/${name}`);
    const confirm: Confirmation = {
      path,
      within: milliseconds(node.options.within),
      restore: node.options.restore,
      files: ownedBy(node.tasks),
      reference: { path, play: scope.play, role: scope.role, name, where: [] },
      site,
    };
    const inner = { ...narrowed(scope, node.options), path, confirm };
    const left = this.#left;
    const tasks = await this.items(node.tasks, inner, sequence, once);
    return this.#keep({ type: 'block', name, site, scope: inner, confirm, tasks, rescue: [], always: [] }, left);
  }

  /** A role of whose own tasks none is left has no handlers in this run. @param left how many were left out before it */
  handled(role: RoleItem, left = 0): RoleItem {
    return this.#left === left || hasOwnWork(role.items) ? role : { ...role, handlers: [] };
  }

  /** Undefined where the selection leaves nothing of it. @param left how many were left out before it */
  #keep<I extends Item>(item: I, left: number): I | undefined {
    return this.#left === left || hasWork([item]) ? item : undefined;
  }

  #leaf(node: LeafNode, scope: Scope, sequence: Leaf[], once: boolean): Leaf | undefined {
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
    if (this.#select && !this.#select.selection.selects(leaf, this.#select.host)) {
      this.#left++;
      this.leftOut.push(leaf);
      return undefined;
    }
    sequence.push(leaf);
    return leaf;
  }
}

/** Whether anything is done in them: what only orders other tasks is nothing by itself. */
function hasWork(items: readonly Item[]): boolean {
  return items.some((item) => {
    if (item.type === 'leaf') return !isFlow(item);
    if (item.type === 'role') return hasWork(item.items);
    return hasWork(item.tasks) || hasWork(item.rescue) || hasWork(item.always);
  });
}

/** Whether anything is done in them that does not stand in a role of its own, and can thus notify their handlers. */
function hasOwnWork(items: readonly Item[]): boolean {
  return items.some((item) => {
    if (item.type === 'leaf') return !isFlow(item);
    return item.type === 'block' && hasOwnWork([...item.tasks, ...item.rescue, ...item.always]);
  });
}

/** What a task is called in reports: a handler's only task goes by the handler's name. */
function shownName({ handler }: Scope, name: string): string {
  if (!handler) return name;
  return handler.alone ? handler.name : `${handler.name} / ${name}`;
}

function narrowed(scope: Scope, { become, when, tags = [] }: CommonOptions): Scope {
  if (become === undefined && when === undefined && tags.length === 0) return scope;
  return {
    ...scope,
    become: become ?? scope.become,
    conditions: when ? [...scope.conditions, when] : scope.conditions,
    tags: [...new Set([...scope.tags, ...tags])],
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
function playScope({ name, options: { tags = [] } }: Play): Scope {
  return { play: name, role: '', roles: [], path: name, tags: [...new Set(tags)], become: undefined, conditions: [] };
}

/** Puts a play's nodes into a tree of items, by a way of one's own to make the lists of roles. */
export async function arrangePlay(
  play: Play,
  nodes: readonly Node[] | undefined,
  list: ListRole,
  select?: Selected,
): Promise<CompiledPlay> {
  const { name, site } = play;
  const scope = playScope(play);
  const compiler = new Compiler(list, select);
  const items = await compiler.items(nodes ?? [], scope, []);
  const handlers = handlersOf(nodes ?? []);
  const role: RoleItem = { type: 'role', name, site, scope, open: nodes === undefined, items, handlers };
  return { role: compiler.handled(role), leftOut: compiler.leftOut };
}

/** Makes the lists of roles with what is known of the host. @throws as {@link compilePlay} */
function listWith(context: ListContext): ListRole {
  return (node) =>
    node.tasks(context).catch((error: unknown) => {
      throw error instanceof NotYetKnown || error instanceof SecretNotFetched
        ? error
        : new Unlisted(node.name, node.site, error);
    });
}

/**
 * One host's play, as far as it is selected.
 *
 * @throws NotYetKnown where a role asks for a fact that was not read; Unlisted where a list cannot be made.
 */
export async function compilePlay(play: Play, context: ListContext, selection?: Selection): Promise<CompiledPlay> {
  return arrangePlay(
    play,
    await play.nodes(context),
    listWith(context),
    selection && { selection, host: context.host.name },
  );
}

/** A handler's own tasks, as items. Selections do not touch them. */
export function compileHandler(handler: Handler, scope: Scope, context: ListContext): Promise<readonly Item[]> {
  const inner: Scope = {
    ...scope,
    path: `${scope.path}/${handler.name}`,
    become: handler.become ?? scope.become,
    conditions: [],
    handler: { name: handler.name, alone: handler.nodes.length === 1 },
  };
  return new Compiler(listWith(context)).items(handler.nodes, inner, []);
}
