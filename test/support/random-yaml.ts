import { GROUPS, HOSTS, NAMES, type Random } from './random-inventory.ts';

/** Values as they stand behind `name: `, each on one line. */
const VALUES = [
  '1',
  '-1',
  '+2',
  '1.50',
  '1e3',
  '1.0e+3',
  '.5',
  '-.5',
  '5.',
  '0x1F',
  '0o17',
  '0b101',
  '010',
  '08',
  '0777',
  '00',
  '0_1',
  '1_000',
  '1__0',
  '_1',
  '1:30',
  '12:60',
  '190:20:30.15',
  '-1:30',
  'yes',
  'No',
  'oFF',
  'on',
  'y',
  'true',
  'TRUE',
  '~',
  'Null',
  '',
  'text',
  'two words',
  "'01'",
  '"1"',
  "'it''s'",
  '"tab\\tquote\\" \\x41 \\u00e9"',
  'a#b',
  'a #b',
  "'a #b'",
  'C:\\tmp',
  '[1, "a", [yes, ~], {x: 1}]',
  '{a: 1, "b": [no], c: {d: }}',
  '[]',
  '{}',
  '1.2.3',
  '2024-01-02',
  '2024-01-02 03:04:05',
  '2001-12-14t21:59:43.10-05:00',
  '!!str 1',
  '!!int "0x10"',
  '!unsafe "{{ x }}"',
  'é ü',
  '|\n    line 1\n\n     line 2\n',
  '>-\n    folded\n    text\n\n    more\n',
  '"folded\n      in quotes"',
  '{yes: 1, 2: x, 1.5: y}',
  'a=b',
] as const;
const MERGES = ['{<<: {a: 1, b: 2}, a: 3}', '{<<: [{a: 1}, {a: 2, c: 3}], b: 4}'] as const;

/** A value for YAML. Those of several lines are indented by four spaces or more. */
export function randomYamlValue(random: Random): string {
  // An anchor may be there once.
  if (random.chance(0.03)) return `&a${random.below(1e9)} {a: 1, z: [1, 2]}`;
  return random.chance(0.1) ? random.pick(MERGES) : random.pick(VALUES);
}

function key(name: string, random: Random): string {
  return name.startsWith('[') || random.chance(0.1) ? `"${name}"` : name;
}

/** `name: value` lines at a depth. Nothing at all is null. */
function variables(random: Random, indent: string, names: readonly string[]): string[] {
  return random.some(names, 0.4).map((name) => {
    // Lines of a value are indented from here.
    const value = randomYamlValue(random).replaceAll('\n', `\n${indent}`);
    return `${indent}${key(name, random)}: ${value}`;
  });
}

function group(
  random: Random,
  name: string,
  later: readonly string[],
  indent: string,
  names: readonly string[],
): string[] {
  const lines: string[] = [];
  const inner = `${indent}  `;
  const innermost = `${inner}  `;
  if (random.chance(0.7)) {
    const hosts = [...new Set(Array.from({ length: 1 + random.below(3) }, () => random.pick(HOSTS)))];
    if (random.chance(0.1)) lines.push(`${inner}hosts: ${key(hosts[0] ?? 'web1', random)}`);
    else {
      lines.push(`${inner}hosts:`);
      for (const host of hosts) {
        const own = variables(random, `${innermost}  `, NAMES);
        lines.push(`${innermost}${key(host, random)}:${own.length > 0 || random.chance(0.7) ? '' : ' {}'}`, ...own);
      }
    }
  }
  if (random.chance(0.6)) {
    const own = variables(random, innermost, names);
    if (random.chance(0.1)) own.push(`${innermost}ansible_group_priority: ${random.below(20)}`);
    lines.push(`${inner}vars:`, ...own);
  }
  if (random.chance(0.5)) {
    const children = random.some(later, 0.4);
    lines.push(`${inner}children:`);
    for (const child of children) {
      const rest = later.slice(later.indexOf(child) + 1);
      lines.push(...group(random, child, indent.length > 8 ? [] : rest, innermost, names));
    }
  }
  return [`${indent}${key(name, random)}:`, ...lines];
}

/** A YAML inventory that Ansible takes. Groups set variables of these names. */
export function randomYaml(random: Random, names: readonly string[] = NAMES): string {
  const groups = random.some(GROUPS, 0.6);
  const [first = 'web', ...rest] = groups;
  const lines = random.chance(0.4)
    ? group(random, 'all', groups, '', names)
    : [first, ...rest]
        .filter(() => random.chance(0.8))
        .flatMap((name) => group(random, name, groups.slice(groups.indexOf(name) + 1), '', names));
  const body = lines.length === 0 ? group(random, 'web', [], '', names) : lines;
  return `${random.chance(0.3) ? '---\n' : ''}${random.chance(0.3) ? '# comment\n' : ''}${body.join('\n')}\n`;
}
