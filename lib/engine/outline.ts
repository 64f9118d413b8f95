import type { Host, Inventory } from '../model/host.ts';
import type { Play } from '../model/play.ts';
import type { Playbook } from '../model/playbook.ts';
import type { CallSite } from '../model/site.ts';
import type { Item, LeafNode, RoleItem } from './items.ts';
import { type Surveyor, validate } from './validate.ts';

/** A play, role, block, or what stands in them, as it is known before a host is touched. */
export interface OutlineNode {
  readonly type: 'play' | 'role' | 'block' | LeafNode['type'];
  readonly name: string;
  /** As in the journal: `play/role/…/task`. */
  readonly path: string;
  /** Its own tags and all that it inherits, each once, in the order from the outside in. */
  readonly tags: readonly string[];
  /** The names of the hosts on which it stands, in the order of the inventory. */
  readonly hosts: readonly string[];
  /** In which part of a block it stands. */
  readonly section: 'tasks' | 'rescue' | 'always';
  /** Its list follows from facts: what is in it is known only when the hosts have been asked. */
  readonly open: boolean;
  /** Where it was written down; its places are looked up when they are asked for. */
  readonly site: CallSite;
  readonly children: readonly OutlineNode[];
}

/** A playbook as a tree of plays, roles, blocks and tasks, merged over all its hosts. */
export interface Outline {
  readonly name: string;
  readonly plays: readonly OutlineNode[];
}

/** All nodes of an outline, each before what is in it. */
export function nodesOf(nodes: readonly OutlineNode[]): readonly OutlineNode[] {
  return nodes.flatMap((node) => [node, ...nodesOf(node.children)]);
}

/** Whether it only groups others. */
export function isGroup({ type }: OutlineNode): boolean {
  return type === 'play' || type === 'role' || type === 'block';
}

/** Whether it only orders what is around it, see `isFlow`. */
export function isFlowNode({ type }: OutlineNode): boolean {
  return type === 'flush' || type === 'barrier';
}

/** Whether it is something that is done. */
export function isWork(node: OutlineNode): boolean {
  return !isGroup(node) && !isFlowNode(node);
}

type Section = OutlineNode['section'];

/** A node that hosts are still added to. */
class Growing implements OutlineNode {
  readonly type: OutlineNode['type'];
  readonly name: string;
  readonly path: string;
  readonly tags: readonly string[];
  readonly hosts: string[] = [];
  readonly section: Section;
  open = false;
  readonly site: CallSite;
  readonly children: Growing[] = [];
  readonly #byPath = new Map<string, Growing>();

  constructor(item: Item, section: Section, type: OutlineNode['type']) {
    this.type = type;
    this.section = section;
    this.tags = item.scope.tags;
    this.name = item.type === 'leaf' ? item.reference.name : item.name;
    this.path = item.type === 'leaf' ? item.reference.path : item.scope.path;
    this.site = item.type === 'leaf' ? item.node.site : item.site;
  }

  /** Adds one host's items, each behind the one before it in that host's own list. */
  add(host: string, items: readonly Item[], section: Section = 'tasks', after = -1): number {
    let last = after;
    for (const item of items) {
      const path = item.type === 'leaf' ? item.reference.path : item.scope.path;
      let node = this.#byPath.get(path);
      if (node === undefined) {
        node = new Growing(item, section, item.type === 'leaf' ? item.node.type : item.type);
        this.#byPath.set(path, node);
        this.children.splice(last + 1, 0, node);
        last++;
      } else {
        // Most hosts have the same list, so that the next is the one.
        last = this.children[last + 1] === node ? last + 1 : Math.max(last, this.children.indexOf(node));
      }
      node.stand(host, item);
    }
    return last;
  }

  /** The host has this item. */
  stand(host: string, item: Item): void {
    this.hosts.push(host);
    if (item.type === 'role') {
      this.open ||= item.open;
      this.add(host, item.items);
    }
    if (item.type === 'block') {
      const tasks = this.add(host, item.tasks);
      const rescue = this.add(host, item.rescue, 'rescue', tasks);
      this.add(host, item.always, 'always', rescue);
    }
  }
}

/** Grows the outline of a playbook, host by host. */
export class Outliner {
  readonly #name: string;
  readonly #plays = new Map<Play, Growing>();

  constructor({ name }: Playbook) {
    this.#name = name;
  }

  /** To be told of every play on every host. */
  readonly survey: Surveyor = (play: Play, { name }: Host, items: RoleItem) => {
    const known = this.#plays.get(play) ?? new Growing(items, 'tasks', 'play');
    this.#plays.set(play, known);
    known.stand(name, items);
  };

  /** What is known so far. Plays that no host is left for are not in it. */
  get outline(): Outline {
    return { name: this.#name, plays: [...this.#plays.values()] };
  }
}

/**
 * The tree of a playbook for the hosts of an inventory, without touching any of them.
 *
 * @param limit names of the hosts that may be touched; undefined: all
 * @throws UsageError with all mistakes of the playbook, as before a run.
 */
export async function outline(
  playbook: Playbook,
  inventory: Inventory,
  limit?: ReadonlySet<string> | undefined,
): Promise<Outline> {
  const outliner = new Outliner(playbook);
  await validate(playbook, inventory, limit, outliner.survey);
  return outliner.outline;
}
