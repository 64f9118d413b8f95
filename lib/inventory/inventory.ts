import { UsageError } from '../model/errors.ts';
import type { Host, Inventory, Vars } from '../model/host.ts';
import { Secret } from '../model/secret.ts';
import { didYouMean } from '../model/suggestion.ts';
import { hostSettings } from './connection.ts';
import type { HostData, InventoryData, Variable } from './data.ts';
import { Hierarchy } from './hierarchy.ts';
import { LOCAL_NAMES, matchTerms, type PatternScope, splitPattern } from './patterns.ts';
import { HostVarsCheck } from './schema.ts';
import { SECRET_VARIABLES } from './setting-names.ts';
import { writtenText } from './settings.ts';
import { type ResolvedVariable, type ResolvedVariables, resolveVariables } from './variables.ts';

/** Variables for every host, from the command line. */
export type ExtraVariables = ReadonlyMap<string, Variable>;

/** An inventory that was read from sources. Besides the hosts it knows the groups' tree, and where values come from. */
export class LoadedInventory implements Inventory {
  /** In the order in which the sources name them. The order of a group's hosts is that of `group[0]`. */
  readonly all: readonly Host[];
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly extraVars: ReadonlySet<string>;
  readonly #data: InventoryData;
  readonly #hierarchy: Hierarchy;
  readonly #extra: ExtraVariables;
  readonly #hosts = new Map<string, Host>();
  readonly #variables = new Map<string, ResolvedVariables>();
  readonly #implicit = new Map<string, Host>();

  /** What is wrong with the hosts' settings goes to the findings of `data`, which must be settled. */
  constructor(data: InventoryData, extra: ExtraVariables) {
    this.#data = data;
    this.#extra = extra;
    this.extraVars = new Set(extra.keys());
    this.#hierarchy = new Hierarchy(data);
    const check = new HostVarsCheck(data.schemas, data.findings);
    this.groups = this.#hierarchy.groups;
    this.all = [...data.hosts.values()].map((host) => {
      const made = this.#make(host, check);
      this.#hosts.set(host.name, made);
      return made;
    });
    check.tell();
  }

  hosts(pattern: string): readonly Host[] {
    const terms = splitPattern(pattern);
    if (terms.length === 0) throw new UsageError('a host pattern is empty; "all" means all hosts');
    return pick(this, matchTerms(terms, scopeOf(this)));
  }

  host(name: string): Host {
    const host = this.#hosts.get(name) ?? (LOCAL_NAMES.includes(name) ? this.#localHost(name) : undefined);
    if (host !== undefined) return host;
    throw new UsageError(`the inventory has no host "${name}"${didYouMean(name, this.#hosts.keys())}`);
  }

  /** A group's children by name; undefined for a group that does not exist. */
  children(group: string): readonly string[] | undefined {
    const data = this.#data.groups.get(group);
    return data && [...data.children];
  }

  /** The hosts that are in a group directly, not through one of its children. */
  directHosts(group: string): readonly string[] {
    return [...(this.#data.groups.get(group)?.hosts ?? [])];
  }

  /** What a group says itself, of all its sources; not what it inherits. */
  groupVars(group: string): Vars {
    const data = this.#data.groups.get(group);
    const priority: [string, Variable][] =
      data === undefined || data.priority === 1
        ? []
        : [['ansible_group_priority', { value: data.priority, origin: data.origin }]];
    return valuesOf(new Map([...(data?.variables ?? []), ...priority]));
  }

  /** What is said of a host itself, of all its sources; not what it inherits. */
  ownVars(host: string): Vars {
    return valuesOf(this.#data.hosts.get(host)?.variables ?? new Map());
  }

  /** Where each value of a host's variables comes from, and what it overrode. */
  explain(host: string): ReadonlyMap<string, ResolvedVariable> {
    this.host(host);
    return this.#variables.get(host) ?? new Map();
  }

  #make(data: HostData, check?: HostVarsCheck): Host {
    const { findings } = this.#data;
    const resolved = resolveVariables(data, this.#hierarchy, this.#extra, findings);
    const variables = check?.typed(data.name, resolved, data.origin) ?? resolved;
    this.#variables.set(data.name, variables);
    const groups = this.#hierarchy.groupsOf(data.name).map(({ name }) => name);
    return {
      name: data.name,
      groups: groups.filter((name) => name !== 'all').sort(),
      vars: valuesOf(variables),
      ...hostSettings(data.name, variables, findings),
    };
  }

  /** The machine that garden runs on, which needs no inventory. It is not among `all`, but has the variables of `all`. */
  #localHost(name: string): Host {
    const known = this.#implicit.get(name);
    if (known !== undefined) return known;
    const origin = { source: 'built in' };
    const all = this.#data.group('all', origin).variables;
    const own = this.#data.unlisted.get(name) ?? [];
    const local: readonly [string, Variable] = ['ansible_connection', { value: 'local', origin }];
    const data = { name, origin, variables: new Map([...all, local, ...own]) };
    const host = this.#make(data);
    this.#implicit.set(name, host);
    return host;
  }
}

/** Passwords are secrets among the variables too, so that nothing prints them. */
function valuesOf(variables: ReadonlyMap<string, Variable>): Vars {
  return Object.fromEntries(
    [...variables].map(([name, variable]) => {
      const text = SECRET_VARIABLES.has(name) ? writtenText(variable) : undefined;
      return [name, text === undefined ? variable.value : new Secret(text)];
    }),
  );
}

/** The names of an inventory, for patterns. */
export function scopeOf({ all, groups }: Pick<Inventory, 'all' | 'groups'>): PatternScope {
  return { hosts: all.map(({ name }) => name), groups };
}

/** The hosts of these names, in the order of the inventory; those that are not in it (this machine) at the end. */
export function pick(inventory: Pick<Inventory, 'all' | 'host'>, names: ReadonlySet<string>): readonly Host[] {
  const listed = inventory.all.filter(({ name }) => names.has(name));
  const met = new Set(listed.map(({ name }) => name));
  return [...listed, ...[...names].filter((name) => !met.has(name)).map((name) => inventory.host(name))];
}
