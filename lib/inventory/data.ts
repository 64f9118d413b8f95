import type { HostVarsSchema } from '../model/host.ts';
import type { Findings } from './findings.ts';
import type { Origin } from './origin.ts';

/** A variable as one place sets it. */
export interface Variable {
  readonly value: unknown;
  /** As it was written, where the source is text whose look decided the value's type. */
  readonly text?: string | undefined;
  readonly origin: Origin;
  /** What the same level said before: in an earlier source or line, or inline where this one is in a file. */
  readonly earlier?: Variable | undefined;
}

/** A host before anything is inherited. */
export interface HostData {
  readonly name: string;
  readonly variables: Map<string, Variable>;
  readonly origin: Origin;
}

/** A group before anything is inherited. */
export interface GroupData {
  readonly name: string;
  /** Names of the hosts that are in it directly. */
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly parents: Set<string>;
  readonly variables: Map<string, Variable>;
  /** `ansible_group_priority`: decides between groups of the same depth. */
  priority: number;
  readonly origin: Origin;
}

const BUILT_IN: Origin = { source: 'built in' };

/**
 * What the sources say: hosts, groups, who is in what, and the variables of each. Every reader, whatever its format,
 * writes into this; what a later one says of the same variable wins. `all` and `ungrouped` are always there.
 */
export class InventoryData {
  readonly hosts = new Map<string, HostData>();
  readonly groups = new Map<string, GroupData>();
  /** Variables of hosts that no source names: `localhost` needs none to be there. */
  readonly unlisted = new Map<string, Map<string, Variable>>();
  /** What variables all hosts have, and what a playbook with that schema sets itself, over all of the inventory. */
  readonly schemas = new Map<HostVarsSchema, Readonly<Record<string, unknown>>>();
  readonly findings: Findings;

  constructor(findings: Findings) {
    this.findings = findings;
    this.group('all', BUILT_IN);
    this.group('ungrouped', BUILT_IN);
    this.addChild('all', 'ungrouped', BUILT_IN);
  }

  /** The group, made where it is not there yet. */
  group(name: string, origin: Origin): GroupData {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const made: GroupData = {
      name,
      hosts: new Set(),
      children: new Set(),
      parents: new Set(),
      variables: new Map(),
      priority: 1,
      origin,
    };
    this.groups.set(name, made);
    return made;
  }

  /** The host, made where it is not there yet, in this group. */
  host(name: string, group: string, origin: Origin): HostData {
    const host = this.hosts.get(name) ?? { name, variables: new Map(), origin };
    this.hosts.set(name, host);
    this.group(group, origin).hosts.add(name);
    return host;
  }

  /** Puts a group into another. A circle is a mistake, and is left open. */
  addChild(parent: string, child: string, origin: Origin): void {
    const [outer, inner] = [this.group(parent, origin), this.group(child, origin)];
    if (parent === child || this.#contains(inner, parent)) {
      const why = parent === child ? 'a group cannot be in itself' : `"${child}" already contains "${parent}"`;
      this.findings.mistake(origin, { message: `"${child}" cannot be a child of "${parent}": ${why}` });
      return;
    }
    outer.children.add(child);
    inner.parents.add(parent);
  }

  /** What a host has of its own; a host that is not there is remembered, see `unlisted`. */
  setHostVariable(host: string, name: string, variable: Variable): void {
    const variables = this.hosts.get(host)?.variables ?? this.unlisted.get(host) ?? new Map<string, Variable>();
    if (!this.hosts.has(host)) this.unlisted.set(host, variables);
    lay(variables, name, variable);
  }

  /** A variable of a group from a file beside the sources, which has no say in the order of groups. */
  setGroupFileVariable(group: string, name: string, variable: Variable): void {
    lay(this.group(group, variable.origin).variables, name, variable);
  }

  setGroupVariable(group: string, name: string, variable: Variable): void {
    const data = this.group(group, variable.origin);
    if (name !== 'ansible_group_priority') {
      lay(data.variables, name, variable);
    } else if (typeof variable.value === 'number' && Number.isInteger(variable.value)) {
      data.priority = variable.value;
    } else {
      this.findings.mistake(variable.origin, { message: 'ansible_group_priority is a whole number' });
    }
  }

  /**
   * Makes it whole when all sources are read: a group without a parent is a child of `all`, a host without a group is
   * in `ungrouped`, and only such a host.
   */
  settle(): void {
    for (const group of this.groups.values()) {
      if (group.name !== 'all' && group.parents.size === 0) this.addChild('all', group.name, group.origin);
    }
    const grouped = new Set<string>();
    const ungrouped = this.group('ungrouped', BUILT_IN);
    for (const group of this.groups.values()) {
      if (group.name === 'all' || group === ungrouped) continue;
      for (const host of group.hosts) grouped.add(host);
    }
    for (const { name, origin } of this.hosts.values()) {
      if (grouped.has(name)) ungrouped.hosts.delete(name);
      else ungrouped.hosts.add(name);
      if (!this.groups.has(name)) continue;
      this.findings.warning(origin, {
        message: `"${name}" is both a host and a group; a pattern that names it means the host`,
        hint: 'give one of them another name',
      });
    }
  }

  #contains(group: GroupData, name: string): boolean {
    return [...group.children].some((child) => child === name || this.#contains(this.group(child, group.origin), name));
  }
}

/** Sets a variable, and keeps what it was. */
function lay(variables: Map<string, Variable>, name: string, variable: Variable): void {
  const earlier = variables.get(name);
  variables.set(name, earlier === undefined ? variable : { ...variable, earlier });
}
