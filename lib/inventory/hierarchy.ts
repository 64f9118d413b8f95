import type { GroupData, InventoryData } from './data.ts';

/** Who is in what, directly and through other groups. Made from data that are settled. */
export class Hierarchy {
  /** The hosts of every group, those of its children included: its own, then level by level, as Ansible has them. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly #data: InventoryData;
  readonly #depths = new Map<string, number>();
  readonly #groupsOf = new Map<string, GroupData[]>();

  constructor(data: InventoryData) {
    this.#data = data;
    this.groups = new Map([...data.groups.values()].map((group) => [group.name, this.#hostsOf(group)]));
    for (const [name, hosts] of this.groups) {
      const group = data.groups.get(name);
      for (const host of hosts) if (group !== undefined) this.#groupsOf.set(host, [...this.groupsOf(host), group]);
    }
    for (const groups of this.#groupsOf.values()) groups.sort((a, b) => this.#compare(a, b));
  }

  /** All groups that a host is in, `all` first: by depth, then priority, then name. A later one's variables win. */
  groupsOf(host: string): readonly GroupData[] {
    return this.#groupsOf.get(host) ?? [];
  }

  /** How many groups are above it, on the longest way to `all`. */
  depth(group: GroupData): number {
    const known = this.#depths.get(group.name);
    if (known !== undefined) return known;
    const depth = Math.max(0, ...this.#get(group.parents).map((parent) => this.depth(parent) + 1));
    this.#depths.set(group.name, depth);
    return depth;
  }

  #compare(a: GroupData, b: GroupData): number {
    return this.depth(a) - this.depth(b) || a.priority - b.priority || (a.name < b.name ? -1 : 1);
  }

  #get(names: Iterable<string>): GroupData[] {
    return [...names].flatMap((name) => this.#data.groups.get(name) ?? []);
  }

  #hostsOf(group: GroupData): readonly string[] {
    const hosts = new Set<string>();
    const met = new Set([group]);
    // A set goes on over what is added while it is gone through.
    for (const { hosts: own, children } of met) {
      for (const host of own) hosts.add(host);
      for (const child of this.#get(children)) met.add(child);
    }
    return [...hosts];
  }
}
