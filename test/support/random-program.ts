import { mkdirSync, writeFileSync } from 'node:fs';
import { GROUPS, NAMES, type Random } from './random-inventory.ts';

const HOSTS = ['web1', 'web2', 'db01', 'h.example.org', '10.0.0.1', 'fe80::2', 'é'] as const;
const VALUES: readonly [unknown, ...unknown[]] = [
  1,
  -1.5,
  true,
  null,
  'text',
  '',
  'yes',
  '010',
  '{x',
  [1, [], 'a'],
  { a: { b: null } },
  'line\nline',
];

type Answer = Readonly<Record<string, unknown>>;

export function randomVariables(random: Random, names: readonly string[]): Answer {
  return Object.fromEntries(random.some(names, 0.4).map((name) => [name, random.pick(VALUES)]));
}

/** The answer of an inventory program to `--list`, without `_meta`. */
export function randomGroups(random: Random, names: readonly string[] = NAMES): Answer {
  const groups = random.some(GROUPS, 0.6);
  if (groups.length === 0) groups.push('web');
  const entries = groups.map((name, index): [string, unknown] => {
    const hosts = random.some(HOSTS, 0.4);
    const kind = random.next();
    if (kind < 0.2) return [name, hosts];
    // Variables of a host of that name; with a dot in it Ansible would count it twice before a subscript.
    if (kind < 0.25) return [`host-${index}`, { a: 1 }];
    return [
      name,
      {
        hosts,
        ...(random.chance(0.6) ? { vars: randomVariables(random, names) } : {}),
        ...(random.chance(0.5) ? { children: random.some(groups.slice(index + 1), 0.5) } : {}),
      },
    ];
  });
  return Object.fromEntries(entries);
}

/** Writes a program that prints an inventory; half of them must be asked for each host. */
export function writeRandomProgram(random: Random, file: string, names: readonly string[] = NAMES): void {
  const groups = randomGroups(random, names);
  const withMeta = random.chance(0.5);
  const hostvars = Object.fromEntries(random.some(HOSTS, 0.6).map((host) => [host, randomVariables(random, NAMES)]));
  const list = JSON.stringify(withMeta ? { _meta: { hostvars }, ...groups } : groups, undefined, random.below(3));
  // Beside the program, under a name that no folder of inventories reads.
  const data = `${file}.txt`;
  mkdirSync(data);
  writeFileSync(`${data}/list`, list);
  if (!withMeta)
    for (const [host, variables] of Object.entries(hostvars))
      writeFileSync(`${data}/host ${host}`, JSON.stringify(variables));
  const lines = [
    '#!/bin/sh',
    'case $1 in',
    '--list) cat "$0.txt/list" ;;',
    '--host) cat "$0.txt/host $2" 2>/dev/null || echo {} ;;',
    'esac',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o755 });
}
