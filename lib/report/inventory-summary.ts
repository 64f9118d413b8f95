import type { LoadedInventory } from '../inventory/index.ts';
import type { Host } from '../model/host.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { count, harmlessLine } from './text.ts';

const DEFAULT_PORT = 22;

/** For people: every host with how it is reached and its groups, then every group with what is in it. */
export function summaryLines(inventory: LoadedInventory, hosts: readonly Host[], style: Style): string[] {
  const names = new Set(hosts.map(({ name }) => name));
  const groups = [...inventory.groups.keys()]
    .filter((name) => name !== 'all' && (name !== 'ungrouped' || inventory.directHosts(name).length > 0))
    .map((name) => ({
      name,
      amount: (inventory.groups.get(name) ?? []).filter((host) => names.has(host)).length,
      children: inventory.children(name) ?? [],
    }));
  const hostRows = hosts.map((host) => [host.name, reached(host), host.groups.join(', ')]);
  const groupRows = groups.map(({ name, amount, children }) => [
    name,
    count(amount, 'host'),
    children.length === 0 ? '' : `has ${children.join(', ')}`,
  ]);
  return [
    ...listing(['host', 'reached at', 'groups'], hostRows, style),
    ...(hosts.length === 0 || groups.length === 0 ? [] : ['']),
    ...listing(['group', 'with', ''], groupRows, style),
  ];
}

function listing(head: readonly string[], rows: readonly (readonly string[])[], style: Style): string[] {
  if (rows.length === 0) return [];
  const shown = rows.map((row) => row.map(harmlessLine)).map(([name = '', ...cells]) => [style.bold(name), ...cells]);
  return table([head.map(style.dim), ...shown]);
}

/** `deploy@192.0.2.11:2222, becomes root`, as far as the inventory says it. */
function reached({ connection, become, address }: Host): string {
  const { user, port, transport } = connection;
  const place = address.includes(':') ? `[${address}]` : address;
  const at = port === undefined || port === DEFAULT_PORT ? place : `${place}:${port}`;
  const login = user === undefined ? at : `${user}@${at}`;
  const way = transport === 'local' ? 'this machine' : transport === undefined ? login : `${login} by ${transport}`;
  return become.enabled ? `${way}, becomes ${become.user ?? 'root'}` : way;
}
