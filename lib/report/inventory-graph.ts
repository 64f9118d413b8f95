import type { LoadedInventory } from '../inventory/index.ts';
import { plainValue, sortedEntries } from './inventory-json.ts';
import { harmlessLine } from './text.ts';

export interface GraphOptions {
  /** Variables too: of a host all, of a group its own. */
  readonly vars: boolean;
  /** Names of the hosts to show; all where it is undefined. */
  readonly only: ReadonlySet<string> | undefined;
}

/** A group and all that is in it, as `ansible-inventory --graph` draws it. */
export function graphLines(inventory: LoadedInventory, group: string, options: GraphOptions, depth = 0): string[] {
  const { vars, only } = options;
  const children = inventory.children(group) ?? [];
  const hosts = group === 'all' ? [] : inventory.directHosts(group).filter((host) => only?.has(host) ?? true);
  return [
    branch(`@${group}:`, depth),
    ...children.flatMap((child) => graphLines(inventory, child, options, depth + 1)),
    ...hosts.flatMap((host) => [
      branch(host, depth + 1),
      ...(vars ? variableLines(inventory.host(host).vars, depth + 2) : []),
    ]),
    ...(vars ? variableLines(inventory.groupVars(group), depth + 1) : []),
  ];
}

function variableLines(vars: object, depth: number): string[] {
  return sortedEntries(vars).map(([name, value]) => branch(`{${name} = ${asPython(value, false)}}`, depth));
}

function branch(text: string, depth: number): string {
  return harmlessLine(depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`);
}

/** A value as Python prints it: `True`, `None`, `['a', 1]`; a text itself, within others between quotes. */
function asPython(given: unknown, quoted: boolean): string {
  const value = plainValue(given);
  if (typeof value === 'string') return quoted ? pythonText(value) : value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null || value === undefined) return 'None';
  if (Array.isArray(value)) return `[${value.map((item) => asPython(item, true)).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  const items = Object.entries(value).map(([key, item]) => `${pythonText(key)}: ${asPython(item, true)}`);
  return `{${items.join(', ')}}`;
}

function pythonText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}
