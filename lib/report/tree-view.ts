import { taskTitle } from './failure.ts';
import type { Style } from './style.ts';
import { count, harmless, harmlessLine } from './text.ts';
import type { Counts, HostState, PlayState } from './tree-state.ts';

/** What the tree shows of one host. An empty title hides it; `details` stand below the title, one a line. */
export interface HostView {
  readonly title: string;
  readonly details: readonly string[];
}

export interface PlayView {
  readonly title: string;
  readonly hosts: ReadonlyMap<string, HostView>;
}

const HIDDEN: HostView = { title: '', details: [] };

/** With so few hosts there is room to show what each of their roles did. */
export const FEW_HOSTS = 5;

/** Lines that are not a host's: the play's title, its newest message, the cursor's line. */
const OTHER_LINES = 3;

const CAUSE_LINES = 4;

/** `12 ok, 3 changed`; what is zero is left out. */
function countsText(counts: Counts, style: Style): string {
  return [
    ...(counts.ok > 0 ? [`${counts.ok} ok`] : []),
    ...(counts.changed > 0 ? [style.yellow(`${counts.changed} changed`)] : []),
    ...(counts.failed > 0 ? [style.red(`${counts.failed} failed`)] : []),
    ...(counts.ignored > 0 ? [style.cyan(`${counts.ignored} ignored`)] : []),
    ...(counts.skipped > 0 ? [style.dim(`${counts.skipped} skipped`)] : []),
    ...(counts.unknown > 0 ? [style.cyan(`${counts.unknown} unknown`)] : []),
  ].join(', ');
}

function doing(host: HostState, style: Style): string {
  const at = host.task === undefined ? '' : taskTitle(host.task);
  switch (host.phase) {
    case 'waiting':
      return style.dim('waiting');
    case 'connecting':
      return style.dim('connecting');
    case 'running':
      return host.failure === undefined ? at : style.red(`failed: ${at}`);
    case 'done':
      return '';
    case 'failed':
      return style.red(`failed: ${at}`);
    case 'unreached':
      return style.dim('not reached');
    case 'unreachable':
    case 'locked':
      return style.red(host.phase);
  }
}

function hostTitle(host: HostState, nameWidth: number, style: Style): string {
  const parts = [doing(host, style), countsText(host.counts, style)].filter((part) => part !== '');
  return `${harmlessLine(host.host).padEnd(nameWidth)}  ${parts.join('  ')}`.trimEnd();
}

function causeLines(host: HostState, style: Style): string[] {
  const { failure } = host;
  if (failure === undefined) return [];
  const cause = harmless(failure.message).split('\n').map(style.red);
  const last = failure.lastLines?.at(-1);
  return [
    ...cause.slice(0, CAUSE_LINES - (last === undefined ? 0 : 1)),
    ...(last === undefined ? [] : [style.dim(harmlessLine(last))]),
  ];
}

/** The roles that the host has been through, the newest last, and the last line of what runs now. */
function progressLines(host: HostState, roles: boolean, style: Style): string[] {
  const done = roles
    ? [...host.roles]
        .filter(([role]) => role !== '')
        .map(([role, counts]) => style.dim(`${harmlessLine(role)}  `) + countsText(counts, style))
    : [];
  return host.line === '' ? done : [...done, style.dim(harmlessLine(host.line))];
}

function playTitle(state: PlayState, style: Style): string {
  const phases = [...state.hosts.values()].map((host) => host.phase);
  const of = (...wanted: readonly string[]): number => phases.filter((phase) => wanted.includes(phase)).length;
  const parts = [
    ...(of('done') > 0 ? [style.green(`${of('done')} done`)] : []),
    ...(of('failed') > 0 ? [style.red(`${of('failed')} failed`)] : []),
    ...(of('unreachable') > 0 ? [style.red(`${of('unreachable')} unreachable`)] : []),
    ...(of('locked') > 0 ? [style.red(`${of('locked')} locked`)] : []),
    ...(of('running', 'connecting') > 0 ? [`${of('running', 'connecting')} at work`] : []),
    ...(of('waiting') > 0 ? [style.dim(`${of('waiting')} waiting`)] : []),
    ...(of('unreached') > 0 ? [style.dim(`${of('unreached')} not reached`)] : []),
  ];
  return `${style.bold(harmlessLine(state.play))}  ${count(phases.length, 'host')}: ${parts.join(', ')}`;
}

/**
 * What fits in a window of so many rows. Hosts that dropped out come first, with their cause; then those at work;
 * hosts that are done or waiting are folded into the title's counts where there is no room for all. What is left
 * of the window goes to what the hosts at work are doing.
 */
export function viewPlay(state: PlayState, rows: number, style: Style): PlayView {
  const budget = Math.max(1, rows - OTHER_LINES);
  const all = [...state.hosts.values()];
  const fits = all.length <= budget;
  const atWork = all.filter((host) => host.phase === 'running' || host.phase === 'connecting');
  const visible = new Set((fits ? all : [...state.lost, ...atWork]).slice(0, budget));
  let spare = budget - visible.size;

  const nameWidth = Math.max(0, ...[...visible].map((host) => harmlessLine(host.host).length));
  const details = new Map<HostState, readonly string[]>();
  const give = (host: HostState, lines: readonly string[]): void => {
    if (lines.length === 0) return;
    details.set(host, lines);
    spare -= lines.length;
  };
  // In the order of dropping out, so that what has been shown once stays.
  for (const host of state.lost) if (visible.has(host)) give(host, causeLines(host, style).slice(0, spare));
  const working = atWork.filter((host) => visible.has(host));
  for (const [index, host] of working.entries()) {
    const share = Math.floor(spare / (working.length - index));
    const lines = progressLines(host, all.length <= FEW_HOSTS, style);
    give(host, share > 0 ? lines.slice(-share) : []);
  }

  return {
    title: playTitle(state, style),
    hosts: new Map(
      all.map((host) => [
        host.host,
        visible.has(host) ? { title: hostTitle(host, nameWidth, style), details: details.get(host) ?? [] } : HIDDEN,
      ]),
    ),
  };
}
