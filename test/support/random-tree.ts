import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GROUPS, NAMES, type Random, randomInventory } from './random-inventory.ts';
import { randomGroups, randomVariables, writeRandomProgram } from './random-program.ts';
import { randomYaml, randomYamlValue } from './random-yaml.ts';

/** Hosts that files of variables are named after; most inventories here have some of them. */
const HOSTS = ['web1', 'web2', 'db01', 'h.example.org', '10.0.0.1'] as const;
export const SOURCE_KINDS = ['ini', 'yaml', 'json', 'program', 'folder'] as const;

/** Writes a source of a kind, and gives its name in the folder. */
export function writeRandomSource(
  random: Random,
  folder: string,
  kind: (typeof SOURCE_KINDS)[number],
  part: string,
): string {
  const write = (name: string, text: string): string => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
    return name;
  };
  if (kind === 'ini') return write(`${part}${random.pick(['', '.ini'])}`, randomInventory(random));
  if (kind === 'yaml') return write(`${part}${random.pick(['.yml', '.yaml', ''])}`, randomYaml(random));
  if (kind === 'json') return write(`${part}.json`, `${JSON.stringify(jsonInventory(random), undefined, 2)}\n`);
  if (kind === 'program') {
    mkdirSync(folder, { recursive: true });
    writeRandomProgram(random, join(folder, part));
    return part;
  }
  for (const name of random.some(['10-hosts', '20-more', 'B', 'a', 'sub/x', 'sub/deeper/y'], 0.6))
    write(`${part}/${name}`, randomInventory(random));
  for (const name of random.some(['15.yml', 'c.yaml', 'sub/z.yml'], 0.5)) write(`${part}/${name}`, randomYaml(random));
  if (random.chance(0.3)) writeRandomProgram(random, join(folder, part, '30-program'));
  // None of these is an inventory.
  for (const name of [
    '.hidden',
    'old.bak',
    'notes.md',
    'hosts~',
    'x.cfg',
    'host.retry',
    'vars_plugins/x',
    '.git/config',
  ])
    if (random.chance(0.3)) write(`${part}/${name}`, 'no inventory at all [\n');
  write(`${part}/zz`, 'web1 a=1\n');
  return part;
}

/** What YAML inventories hold, as JSON. */
function jsonInventory(random: Random): object {
  const groups = Object.entries(randomGroups(random)).filter(([name]) => !name.startsWith('host-'));
  // Ansible takes no empty one.
  if (groups.length === 0) groups.push(['web', []]);
  return Object.fromEntries(
    groups.map(([name, group]) => {
      const { hosts = [], vars = {}, children = [] } = Array.isArray(group) ? { hosts: group } : partsOf(group);
      const keyed = (names: readonly string[]) =>
        Object.fromEntries(names.map((each) => [each, random.chance(0.5) ? null : {}]));
      const own = hosts.map((host): [string, unknown] => [
        host,
        random.chance(0.5) ? null : randomVariables(random, NAMES),
      ]);
      return [
        name,
        { hosts: Object.fromEntries(own.filter(([host]) => !host.includes(' '))), vars, children: keyed(children) },
      ];
    }),
  );
}

function partsOf(group: unknown): { readonly hosts?: string[]; readonly vars?: object; readonly children?: string[] } {
  return typeof group === 'object' && group !== null ? group : {};
}

/**
 * Writes `group_vars` and `host_vars` into a folder: files and folders, with and without endings. Groups set variables that
 * no other folder and no inventory sets for other groups: there Ansible goes by the kind of file, garden by the group.
 */
export function writeRandomVariables(random: Random, folder: string, prefix: string): void {
  const names = [`${prefix}1`, `${prefix}2`, `${prefix}3`];
  const write = (path: string, names: readonly string[]): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(
      join(folder, path),
      path.endsWith('.json') ? JSON.stringify(randomVariables(random, names)) : variables(random, names),
    );
  };
  const entity = (kind: string, name: string, names: readonly string[]): void => {
    // Several for one name: only the first counts.
    for (const ending of ['.yml', '.yaml', '.json']) if (random.chance(0.4)) write(`${kind}/${name}${ending}`, names);
    if (random.chance(0.2)) write(`${kind}/${name}`, names);
    else if (random.chance(0.3)) {
      const files = [
        '10.yml',
        '20.yaml',
        'B.json',
        'a',
        'inner/x.yml',
        '.hidden.yml',
        'old.yml~',
        'notes.md',
        'inner.d/x.yml',
        'zz.yml',
      ];
      for (const file of random.some(files, 0.4)) write(`${kind}/${name}/${file}`, names);
    }
  };
  for (const name of ['all', 'ungrouped', ...GROUPS])
    if (random.chance(0.5)) entity('group_vars', name, [...names, `own_${name}`]);
  for (const name of HOSTS) if (random.chance(0.5)) entity('host_vars', name, [...NAMES, ...names, 'own_web']);
}

function variables(random: Random, names: readonly string[]): string {
  const lines = random.some(names, 0.6).map((name) => `${name}: ${randomYamlValue(random)}`);
  return `${random.chance(0.3) ? '---\n' : ''}${lines.join('\n')}\n`;
}
