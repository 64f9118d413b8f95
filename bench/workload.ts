import { readFileSync } from 'node:fs';

/** One task, in words that every tool has. */
export type Item =
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'directory'; readonly path: string; readonly mode: string }
  | { readonly kind: 'file'; readonly path: string; readonly source: string; readonly mode: string }
  | { readonly kind: 'line'; readonly path: string; readonly line: string }
  | { readonly kind: 'sysctl'; readonly name: string; readonly value: string };

/** Where all of it lies on a host. */
export const ROOT = '/srv/bench';

/** On every Debian, so that nothing is downloaded. */
const PACKAGES = ['coreutils', 'dpkg', 'grep', 'sed', 'tar'];
/** Written into a file with the value that the kernel has already: nothing of the machine is changed. */
const SYSCTLS = ['net.ipv4.ip_default_ttl', 'net.ipv4.tcp_fin_timeout'];

const times = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, n) => make(n));

const root: Item = { kind: 'directory', path: ROOT, mode: '0755' };

/**
 * A hundred tasks such as a role has: 21 folders, 40 files, 29 lines of a file, 5 packages that are there already, 3 users,
 * 2 sysctls that have their value already but stand in no file yet. Units of systemd are left out: the hosts have none.
 */
export function hundredTasks(): readonly Item[] {
  return [
    root,
    ...PACKAGES.map((name): Item => ({ kind: 'package', name })),
    ...times(3, (n): Item => ({ kind: 'user', name: `bench${n}` })),
    ...times(20, (n): Item => ({ kind: 'directory', path: `${ROOT}/folder${n}`, mode: '0755' })),
    ...times(40, (n): Item => ({ kind: 'file', path: `${ROOT}/file${n}`, source: `file${n}`, mode: '0644' })),
    ...times(29, (n): Item => ({ kind: 'line', path: `${ROOT}/settings`, line: `option_${n} = ${n}` })),
    ...SYSCTLS.map((name): Item => ({ kind: 'sysctl', name, value: kernelValue(name) })),
  ];
}

/** How many of these are not in order on a host that none of this was ever done on. */
export function changesOn(items: readonly Item[]): number {
  return items.filter(({ kind }) => kind !== 'package').length;
}

/** Small files, each a task of its own. */
export function manyFiles(count: number): readonly Item[] {
  return [
    root,
    ...times(count, (n): Item => ({ kind: 'file', path: `${ROOT}/small${n}`, source: `small${n}`, mode: '0644' })),
  ];
}

/** One file of a hundred megabytes, in a folder that every host has: scp makes none. */
export function bigFile(): readonly Item[] {
  return [{ kind: 'file', path: '/srv/big', source: 'big', mode: '0644' }];
}

/** The same tasks with their kinds taking turns, as they do where many roles follow one another; the root folder stays first. */
export function mixed(items: readonly Item[]): readonly Item[] {
  const [first, ...rest] = items;
  // Each kind is spread evenly over the whole list.
  const placed = rest.map((item) => {
    const same = rest.filter(({ kind }) => kind === item.kind);
    return { item, at: (same.indexOf(item) + 0.5) / same.length };
  });
  placed.sort((one, other) => one.at - other.at);
  return [...(first === undefined ? [] : [first]), ...placed.map(({ item }) => item)];
}

/** Evenly chosen ones of a list, the first among them. */
export function sample(items: readonly Item[], count: number): readonly Item[] {
  return times(count, (n) => items[Math.floor((n * items.length) / count)]).filter((item) => item !== undefined);
}

/** What a file of the workload holds, always the same. */
export function contentOf(source: string): Buffer {
  if (source === 'big') return Buffer.alloc(100_000_000, 'A hundred megabytes of this, and not one more.\n');
  const lines = source.startsWith('small') ? 4 : 40;
  return Buffer.from(times(lines, (n) => `# ${source}, line ${n} ${'x'.repeat(30)}\n`).join(''));
}

function kernelValue(name: string): string {
  return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').trim();
}
