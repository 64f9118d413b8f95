import { EXIT } from '../model/errors.ts';
import type { Event, HostRecap } from '../model/events.ts';
import type { HostTimes } from './host-times.ts';
import type { ReportOptions } from './report.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { count, duration, harmlessLine, listed } from './text.ts';

type Finished = Extract<Event, { type: 'run-finished' }>;

const COUNTS = ['ok', 'changed', 'failed', 'ignored', 'skipped', 'unknown'] as const;
/** Shown only where some host has any, so that the table of a common run stays narrow. */
const RARE: ReadonlySet<string> = new Set(['ignored', 'unknown']);

/** Whether a host's run went wrong. */
function isBad(host: HostRecap): boolean {
  return host.failed > 0 || host.unreachable || host.locked;
}

function hostStyle(host: HostRecap, style: Style): (text: string) => string {
  if (isBad(host)) return style.red;
  return host.changed > 0 || host.unknown > 0 ? style.yellow : style.green;
}

function remarks(host: HostRecap, style: Style): string {
  return [
    ...(host.unreachable ? [style.red('unreachable')] : []),
    ...(host.locked ? [style.red('locked by another run')] : []),
    ...(host.pendingHandlers.length > 0
      ? [style.yellow(`pending: ${host.pendingHandlers.map(harmlessLine).join(', ')}`)]
      : []),
  ].join('; ');
}

/** Hosts that make one line of the table. */
interface Row {
  readonly hosts: readonly string[];
  readonly recap: HostRecap;
}

/** One line a host; with `folded`, one for all hosts of which nothing but the same counts is to be told. */
function rowsOf(recap: readonly HostRecap[], folded: boolean): readonly Row[] {
  const rows: Row[] = [];
  const alike = new Map<string, string[]>();
  for (const host of recap) {
    const plain = folded && !isBad(host) && host.pendingHandlers.length === 0;
    const key = JSON.stringify(COUNTS.map((name) => host[name]));
    const known = plain ? alike.get(key) : undefined;
    if (known) {
      known.push(host.host);
      continue;
    }
    const hosts = [host.host];
    if (plain) alike.set(key, hosts);
    rows.push({ hosts, recap: host });
  }
  return rows;
}

/**
 * One line a host: `web-east  ok=12  changed=1  failed=0  skipped=2  3.1 s  pending: Reload haproxy`. The words are
 * Ansible's, so that what reads its recap reads this one; but a check has changed nothing, and says `planned=1`.
 *
 * @param options.folded tell of hosts that are alike in one line: `180 hosts  ok=12 …`, with the longest time
 */
export function recapTable(
  recap: readonly HostRecap[],
  options: { readonly check: boolean; readonly times: HostTimes; readonly folded: boolean },
  style: Style,
): string[] {
  const shown = COUNTS.filter((name) => !RARE.has(name) || recap.some((host) => host[name] > 0));
  const rows = rowsOf(recap, options.folded).map(({ hosts, recap: host }) => {
    const times = hosts.flatMap((name) => options.times.of(name)?.elapsed ?? []);
    const name = hosts.length === 1 ? harmlessLine(host.host) : count(hosts.length, 'host');
    return [
      hostStyle(host, style)(name),
      ...shown.map((name) => {
        const text = `${options.check && name === 'changed' ? 'planned' : name}=${host[name]}`;
        return host[name] > 0 ? text : style.dim(text);
      }),
      times.length === 0 ? '' : style.dim(duration(Math.max(...times))),
      remarks(host, style),
    ];
  });
  return table(rows, new Set([shown.length + 1]));
}

/** The hosts on which a handler was notified and has not run, by handler. */
function pendingHandlers(recap: readonly HostRecap[]): ReadonlyMap<string, readonly string[]> {
  const pending = new Map<string, string[]>();
  for (const { host, pendingHandlers: handlers } of recap) {
    for (const handler of handlers) pending.set(handler, [...(pending.get(handler) ?? []), host]);
  }
  return pending;
}

/** What a person can do now that something went wrong; empty when nothing did. */
export function nextSteps({ recap, exitCode }: Finished, rerun: ReportOptions['rerun'], style: Style): string[] {
  const interrupted = exitCode === EXIT.interrupted || exitCode === EXIT.terminated;
  const bad = recap.filter(isBad);
  const onlyLocked = bad.every((host) => host.locked);
  const cause = onlyLocked ? 'When the other run is done' : 'When the cause is mended';
  const when = interrupted ? 'To go on' : cause;
  const pending = pendingHandlers(recap);
  return [
    ...[...pending].map(
      ([handler, hosts]) =>
        `${harmlessLine(handler)} is still to run on ${listed(hosts)}: the next run that comes to it does it, though nothing changes any more.`,
    ),
    ...(bad.length > 0 ? [`${when}: ${rerun(bad.map((host) => host.host))}`] : []),
  ].map((line) => style.cyan(`→ ${line}`));
}

/** How the run went in one line: `2 hosts, 1 failed, changes on 1, 4.2 s`. */
export function summary(event: Finished, check: boolean, style: Style): string {
  const of = (test: (host: HostRecap) => boolean): number => event.recap.filter(test).length;
  const failed = of((host) => host.failed > 0);
  const unreachable = of((host) => host.unreachable);
  const locked = of((host) => host.locked);
  const changed = of((host) => host.changed > 0);
  const parts = [
    count(event.recap.length, 'host'),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unreachable > 0 ? [`${unreachable} unreachable`] : []),
    ...(locked > 0 ? [`${locked} locked`] : []),
    changed === 0 ? 'nothing changed' : `${check ? 'changes planned' : 'changed'} on ${changed}`,
    duration(event.duration),
  ];
  const text =
    check && changed === 0 ? parts.join(', ').replace('nothing changed', 'nothing to change') : parts.join(', ');
  return (event.exitCode === 0 ? style.green : style.red)(text);
}
