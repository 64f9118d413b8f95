/** A generator of numbers from a seed (mulberry32), so that what fails can be made again. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }

  /** Some of the list, in its order. */
  some<T>(list: readonly T[], share: number): T[] {
    return list.filter(() => this.chance(share));
  }
}

export const GROUPS = ['web', 'db', 'prod', 'east', 'web.front-end', 'a1', 'zz'] as const;
export const HOSTS = [
  'web1',
  'web2',
  'web[1:4]',
  'db[01:12:3]',
  'db[a:d]',
  'node[8:11].example.com',
  'x[1:2]-[a:c]',
  'h.example.org',
  'gw:2222',
  'r[1:2]:22',
  '[fe80::1]:2200',
  'fe80::2',
  '10.0.0.1',
  'back[3:1]',
  'q[:2]',
  'under_score',
  'r[a:e:2]',
] as const;
export const NAMES = ['a', 'b', 'c', 'port_number', 'x'] as const;
/** As they stand on a host line. */
const WORDS = [
  '1',
  '-1',
  '+2',
  '1.50',
  '1e3',
  '.5',
  '123456.',
  '0x1f',
  '0o17',
  '0b101',
  '1_000',
  '007',
  '00',
  'True',
  'true',
  'None',
  'yes',
  '',
  'text',
  'a=b=c',
  "'01'",
  '"1"',
  '"a b"',
  "'it''s'",
  '"say \\"hi\\""',
  "'C:\\tmp'",
  '"C:\\tmp"',
  'C:\\tmp',
  'a\\ b',
  'a#b',
  '"a#b"',
  '[1,2]',
  '"[1, 2]"',
  "[1,'a']",
  '"[1, \'a\', (2,), None]"',
  "{'k':'v'}",
  "\"{'k': 'v', 'n': [1, {}]}\"",
  '"{1: 2, \'x\': True}"',
  '1,2',
  '"1, 2"',
  '"(1)"',
  '()',
  '"\'007\'"',
  "\"'a' 'b'\"",
  '"r\'a\\\\b\'"',
  '"\'\\\\x41\\\\u00e9\\\\n\'"',
  '1.2.3',
  '12:30',
  '1-2',
  '1+2',
  '--1',
  'é',
  "''",
  '0_1',
  '1__0',
  '1_',
  '0x',
  '1.e5',
  "\"'''a'''\"",
] as const;
/** As they stand in `[group:vars]`. */
const VALUES = [
  ...WORDS,
  '8080 # comment',
  'text # comment',
  '"quoted"',
  '"quoted" # comment',
  "'it's'",
  '[1,',
  '{"a": true}',
  '{"a": True}',
  ' spaced value ',
  '[1, 2] # list',
  '# nothing',
  '"a" "b"',
  '( 1 , 2 , )',
  '{1, 2}',
  "'\\q'",
] as const;

function hostLine(random: Random): string {
  const assignments = random.some(NAMES, 0.3).map((name) => `${name}=${random.pick(WORDS)}`);
  const line = [random.pick(HOSTS), ...assignments].join(random.chance(0.1) ? '\t ' : ' ');
  // Ansible takes a line from bracket to bracket for the header of a section.
  return /^\[.*\]$/.test(line) || random.chance(0.1) ? `${line} # comment` : line;
}

function section(random: Random, groups: readonly string[]): string[] {
  const at = random.below(groups.length);
  const group = groups[at] ?? 'web';
  const later = groups.slice(at + 1);
  const lines = (count: number, make: () => string) => Array.from({ length: count }, make);
  const kind = random.next();
  if (kind < 0.25 && later.length > 0) return [`[${group}:children]`, ...random.some(later, 0.5)];
  if (kind < 0.5) {
    const priority = random.chance(0.2) ? [`ansible_group_priority=${random.below(20)}`] : [];
    return [
      `[${group}:vars]`,
      ...lines(random.below(4), () => `${random.pick(NAMES)}${random.pick(['=', ' = '])}${random.pick(VALUES)}`),
      ...priority,
    ];
  }
  const header = random.chance(0.1) ? `[${group}]   # comment` : `[${group}]`;
  return [header, ...lines(random.below(4), () => hostLine(random))];
}

/** An INI inventory that Ansible takes, and that holds as many of the rules as fit in. */
export function randomInventory(random: Random): string {
  const groups = random.some(GROUPS, 0.7);
  if (groups.length === 0) groups.push('web');
  const lines = [
    ...Array.from({ length: random.below(3) }, () => hostLine(random)),
    ...Array.from({ length: 1 + random.below(8) }, () => section(random, groups)).flat(),
    ...(random.chance(0.2) ? ['[all:vars]', `a=${random.pick(VALUES)}`] : []),
    ...(random.chance(0.1) ? ['[ungrouped]', hostLine(random)] : []),
  ];
  // Every group must be declared somewhere, or Ansible refuses the file.
  const declared = groups.map((group) => `[${group}]`);
  return [...(random.chance(0.5) ? [...lines, ...declared] : [...declared, ...lines]), ''].join('\n');
}

/** What may mean several names, and one name that no inventory here has. */
const WIDE = [
  'all',
  '*',
  'w*',
  'w?b1',
  'db[0-1]*',
  '[!w]*',
  '~web[12]$',
  '~(w|db)',
  '*.example.*',
  '*-[!a]',
  'nowhere',
] as const;

/** Names for patterns. */
export interface PatternNames {
  /** Hosts and groups. */
  readonly names: readonly string[];
  /** Those whose first host, second host and so on are the same in every run of Ansible. */
  readonly ordered: ReadonlySet<string>;
}

function term(random: Random, { names, ordered }: PatternNames): string {
  const name = random.chance(0.3) ? random.pick(WIDE) : (names[random.below(names.length)] ?? 'all');
  if (!ordered.has(name) || random.chance(0.6)) return name;
  return name + random.pick(['[0]', '[-1]', '[0:1]', '[1:]', '[0-1]', '[1:9]', '[2]']);
}

/** A host pattern of one to four terms, mostly of these names. */
export function randomPattern(random: Random, names: PatternNames): string {
  const terms = Array.from(
    { length: 1 + random.below(4) },
    () => random.pick(['', '', '&', '!']) + term(random, names),
  );
  return terms.join(terms.some((one) => one.includes('::')) ? ',' : random.pick([':', ',']));
}
