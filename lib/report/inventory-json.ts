import { Secret } from '../model/secret.ts';

const INDENT = '    ';

/**
 * A value as JSON in the layout of Ansible's commands, so that outputs can be compared: an indent of four, keys sorted by
 * their text. Secrets are `***`.
 */
export function ansibleJson(value: unknown, indent = ''): string {
  const plain = plainValue(value);
  if (typeof plain !== 'object' || plain === null) return JSON.stringify(plain) ?? 'null';
  const list = Array.isArray(plain);
  const inner = indent + INDENT;
  // Not by JSON.stringify: an object has keys that are numbers first, in the order of their values.
  const items = list
    ? plain.map((item) => ansibleJson(item, inner))
    : sortedEntries(plain).map(([key, item]) => `${JSON.stringify(key)}: ${ansibleJson(item, inner)}`);
  const [open, close] = list ? '[]' : '{}';
  if (items.length === 0) return `${open}${close}`;
  return `${open}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${close}`;
}

/** The entries of an object, sorted by their keys. */
export function sortedEntries(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What stands for a value in JSON, such as `***` for a secret. */
export function plainValue(value: unknown): unknown {
  if (value instanceof Secret) return String(value);
  return value instanceof Date ? value.toISOString() : value;
}
