import type { Vars } from '../model/host.ts';
import type { LoadedInventory } from './inventory.ts';

/** A group as `ansible-inventory --list` shows it; what is empty is left out. */
export interface AnsibleGroup {
  readonly hosts?: readonly string[];
  readonly children?: readonly string[];
  readonly vars?: Vars;
}

/** A group as `ansible-inventory --list --yaml` shows it; what is empty is left out. */
export interface AnsibleTree {
  readonly hosts?: Readonly<Record<string, Vars>>;
  readonly children?: Readonly<Record<string, AnsibleTree>>;
  readonly vars?: Vars;
}

export interface AnsibleListOptions {
  /** Names of the hosts to show; all where it is undefined. */
  readonly only?: ReadonlySet<string> | undefined;
  /** Groups and hosts with the variables that they set themselves, not with what comes of them for each host. */
  readonly export?: boolean | undefined;
}

/**
 * What `ansible-inventory --list` prints, which is also what Ansible takes from an inventory program: the groups, and
 * under `_meta` the variables of every host that has some. Secrets stay secrets: as JSON they are `***`.
 */
export function toAnsibleList(
  inventory: LoadedInventory,
  options: AnsibleListOptions = {},
): Readonly<Record<string, unknown>> {
  const hostvars = inventory.all
    .filter(({ name }) => options.only?.has(name) ?? true)
    .map(({ name }) => [name, varsOf(inventory, name, options)] as const)
    .filter(([, vars]) => Object.keys(vars).length > 0);
  const groups = [...inventory.groups.keys()].map((name): [string, AnsibleGroup] => {
    const group = { hosts: hostsOf(inventory, name, options), children: inventory.children(name) ?? [] };
    const vars = options.export ? inventory.groupVars(name) : {};
    return [name, withoutEmpty({ ...group, vars })];
  });
  const shown = groups.filter(([, group]) => Object.keys(group).length > 0);
  return { _meta: { hostvars: Object.fromEntries(hostvars) }, ...Object.fromEntries(shown) };
}

/** What `ansible-inventory --list --yaml` prints: an inventory. The variables of a host stand where it is met first. */
export function toAnsibleTree(
  inventory: LoadedInventory,
  options: AnsibleListOptions = {},
): Readonly<Record<string, AnsibleTree>> {
  const met = new Set<string>();
  const tree = (group: string): AnsibleTree => {
    const children = Object.fromEntries((inventory.children(group) ?? []).map((child) => [child, tree(child)]));
    const hosts = Object.fromEntries(
      hostsOf(inventory, group, options).map((name) => {
        const vars = met.has(name) ? {} : varsOf(inventory, name, options);
        met.add(name);
        return [name, vars];
      }),
    );
    return withoutEmpty({ children, hosts, vars: options.export ? inventory.groupVars(group) : {} });
  };
  return { all: tree('all') };
}

function varsOf(inventory: LoadedInventory, host: string, options: AnsibleListOptions): Vars {
  return options.export ? inventory.ownVars(host) : inventory.host(host).vars;
}

function hostsOf(inventory: LoadedInventory, group: string, { only }: AnsibleListOptions): readonly string[] {
  return group === 'all' ? [] : inventory.directHosts(group).filter((host) => only?.has(host) ?? true);
}

function withoutEmpty<T extends Readonly<Record<string, object>>>(parts: T): Partial<T> {
  const kept: Partial<T> = { ...parts };
  for (const key in kept) if (Object.keys(parts[key] ?? {}).length === 0) delete kept[key];
  return kept;
}
