import { taskTitle } from './failure.ts';
import type { Style } from './style.ts';
import { count, harmless, harmlessLine } from './text.ts';
import { type Counts, type HostState, isLost, isSettled, type PlayState } from './tree-state.ts';
import { columns, padded, shorten } from './width.ts';

/** With so few hosts there is room to show what each of their roles did. */
export const FEW_HOSTS = 5;

/** How much room there is. */
export interface Room {
  readonly rows: number;
  readonly columns: number;
}

/** Lines that are not a host's: the play's title, its newest message, the cursor's line. */
const OTHER_LINES = 3;

const CAUSE_LINES = 4;

const INDENT = '  ';

/** What turns while a host is at work; one picture each time. */
const TURNING = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

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

function icon({ phase }: HostState, turn: number, style: Style): string {
  if (phase === 'done') return style.green('✔');
  if (isLost(phase)) return style.red('✖');
  if (phase === 'running' || phase === 'connecting') return style.yellow(TURNING[turn % TURNING.length] ?? '');
  return style.dim('·');
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

function playTitle(state: PlayState, turn: number, style: Style): string {
  const phases = [...state.hosts.values()].map((host) => host.phase);
  const of = (...wanted: readonly string[]): number => phases.filter((phase) => wanted.includes(phase)).length;
  const over = phases.every(isSettled);
  const sign = over
    ? state.lost.length > 0
      ? style.red('✖')
      : style.green('✔')
    : style.yellow(TURNING[turn % TURNING.length] ?? '');
  const parts = [
    ...(of('done') > 0 ? [style.green(`${of('done')} done`)] : []),
    ...(of('failed') > 0 ? [style.red(`${of('failed')} failed`)] : []),
    ...(of('unreachable') > 0 ? [style.red(`${of('unreachable')} unreachable`)] : []),
    ...(of('locked') > 0 ? [style.red(`${of('locked')} locked`)] : []),
    ...(of('running', 'connecting') > 0 ? [`${of('running', 'connecting')} at work`] : []),
    ...(of('waiting') > 0 ? [style.dim(`${of('waiting')} waiting`)] : []),
    ...(of('unreached') > 0 ? [style.dim(`${of('unreached')} not reached`)] : []),
  ];
  return `${sign} ${style.bold(harmlessLine(state.play))}  ${count(phases.length, 'host')}: ${parts.join(', ')}`;
}

/** Where there is no room below a host, the most important line stands beside it. */
function besideIt(host: HostState, style: Style): string {
  if (isLost(host.phase)) return causeLines(host, style)[0] ?? '';
  return isSettled(host.phase) ? '' : style.dim(harmlessLine(host.line));
}

/** The hosts that are shown, and how many of each kind have no room. */
interface Choice {
  readonly shown: readonly HostState[];
  readonly more: readonly string[];
}

/** `most` of these, the last line telling how many there are besides. */
function some(hosts: readonly HostState[], most: number, what: string): Choice {
  if (hosts.length <= most) return { shown: hosts, more: [] };
  if (most <= 0) return { shown: [], more: [] };
  const shown = hosts.slice(0, most - 1);
  return { shown, more: [`… and ${hosts.length - shown.length} more ${what}`] };
}

/** What a host shows below its line, as far as there is room. */
class Details {
  readonly #lines = new Map<HostState, readonly string[]>();
  #room: number;

  constructor(room: number) {
    this.#room = room;
  }

  get room(): number {
    return this.#room;
  }

  give(host: HostState, lines: readonly string[]): void {
    this.#lines.set(host, lines);
    this.#room -= lines.length;
  }

  of(host: HostState): readonly string[] {
    return this.#lines.get(host) ?? [];
  }
}

/**
 * What fits in a window, line by line. Hosts that dropped out come first, with their cause; then those at work; hosts that
 * are done or waiting are folded into the title's counts where there is no room for all. What is left of the window
 * goes to what the hosts at work are doing.
 *
 * @param turn counts the pictures
 */
export function viewPlay(state: PlayState, { rows, columns: width }: Room, turn: number, style: Style): string[] {
  const budget = Math.max(1, rows - OTHER_LINES);
  const all = [...state.hosts.values()];
  const atWork = all.filter((host) => host.phase === 'running' || host.phase === 'connecting');
  const fits = all.length <= budget;
  // Those at work keep half of the window, however many have failed.
  const lostRoom = Math.max(Math.ceil(budget / 2), budget - atWork.length);
  const lost = fits ? { shown: state.lost, more: [] } : some(state.lost, lostRoom, 'that failed or are out of reach');
  const left = budget - lost.shown.length - lost.more.length;
  const working = fits ? { shown: atWork, more: [] } : some(atWork, left, 'at work');
  const shown = fits ? all : [...lost.shown, ...working.shown];

  const details = new Details(budget - shown.length - lost.more.length - working.more.length);
  for (const host of lost.shown) details.give(host, causeLines(host, style).slice(0, Math.max(0, details.room)));
  for (const [index, host] of working.shown.entries()) {
    const share = Math.floor(details.room / (working.shown.length - index));
    const lines = progressLines(host, all.length <= FEW_HOSTS, style);
    details.give(host, share > 0 ? lines.slice(-share) : []);
  }

  const names = new Map(shown.map((host) => [host, shorten(harmlessLine(host.host), Math.floor(width / 3))]));
  const nameWidth = Math.max(0, ...[...names.values()].map(columns));
  const hostLines = (host: HostState): string[] => {
    const below = details.of(host);
    const beside = below.length === 0 ? besideIt(host, style) : '';
    const parts = [doing(host, style), beside || countsText(host.counts, style)].filter((part) => part !== '');
    const name = padded(names.get(host) ?? '', nameWidth);
    return [
      `${icon(host, turn, style)} ${name}  ${parts.join('  ')}`.trimEnd(),
      ...below.map((line) => INDENT + INDENT + line),
    ];
  };
  const more = (lines: readonly string[]): string[] => lines.map((line) => style.dim(`${INDENT}${line}`));
  const hosts = fits
    ? all.flatMap(hostLines)
    : [
        ...lost.shown.flatMap(hostLines),
        ...more(lost.more),
        ...working.shown.flatMap(hostLines),
        ...more(working.more),
      ];
  return [
    playTitle(state, turn, style),
    ...hosts,
    ...(state.notice === '' ? [] : [style.yellow(harmlessLine(state.notice))]),
  ];
}
