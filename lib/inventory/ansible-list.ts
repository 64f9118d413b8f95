import type { LoadedInventory } from './inventory.ts';

/** A group as `ansible-inventory --list` shows it; what is empty is left out. */
export interface AnsibleGroup {
  readonly hosts?: readonly string[];
  readonly children?: readonly string[];
}

/**
 * What `ansible-inventory --list` prints, which is also what Ansible takes from an inventory program: the groups, and
 * under `_meta` the variables of every host that has some. Secrets stay secrets: as JSON they are `***`.
 */
export function toAnsibleList(inventory: LoadedInventory): Readonly<Record<string, unknown>> {
  const hostvars = inventory.all
    .filter(({ vars }) => Object.keys(vars).length > 0)
    .map(({ name, vars }) => [name, vars] as const);
  const groups = [...inventory.groups.keys()].flatMap((name): (readonly [string, AnsibleGroup])[] => {
    const hosts = name === 'all' ? [] : inventory.directHosts(name);
    const children = inventory.children(name) ?? [];
    if (hosts.length === 0 && children.length === 0) return [];
    return [[name, { ...(hosts.length > 0 ? { hosts } : {}), ...(children.length > 0 ? { children } : {}) }]];
  });
  return { _meta: { hostvars: Object.fromEntries(hostvars) }, ...Object.fromEntries(groups) };
}
