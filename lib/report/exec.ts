import type { Event } from '../model/events.ts';
import { EventLines } from './event-lines.ts';
import { ExecRecorder, type ExecResult } from './exec-recorder.ts';
import { execFailure, execTime, execWord } from './exec-words.ts';
import { nextSteps } from './recap.ts';
import type { Report, ReportOptions } from './report.ts';
import { type Style, styles } from './style.ts';
import { count, duration, harmless, harmlessLine, listed } from './text.ts';
import { shorten } from './width.ts';

/** A terminal: its width may change while it is written to. */
type Terminal = Pick<NodeJS.WriteStream, 'columns' | 'write'>;

const ERASE_LINE = '\r\u001b[2K';

/** Hosts on which the same came out. */
function grouped(results: Iterable<ExecResult>): readonly (readonly [ExecResult, ...ExecResult[]])[] {
  const groups = new Map<string, [ExecResult, ...ExecResult[]]>();
  for (const result of results) {
    const { status, exitStatus, note, failure } = result;
    const key = JSON.stringify([status, exitStatus, note, failure, result.output]);
    const group = groups.get(key);
    if (group) group.push(result);
    else groups.set(key, [result]);
  }
  return [...groups.values()];
}

/** `web1, web2 (2 hosts)  done  0.3 s`: of several hosts the longest time. */
function heading(names: string, group: readonly ExecResult[], style: Style): string {
  const [first] = group;
  const times = group.flatMap((result) => result.duration ?? []);
  const took = times.length === 0 ? undefined : Math.max(...times);
  return [names, ...(first ? [execWord(first, style)] : []), execTime(took, style)].join('  ').trimEnd();
}

function block(group: readonly [ExecResult, ...ExecResult[]], style: Style): string[] {
  const [first] = group;
  const names = style.bold(listed(group.map(({ host }) => host)));
  const many = group.length > 1 ? ` (${count(group.length, 'host')})` : '';
  return [
    heading(names + many, group, style),
    ...first.output.map(({ line }) => harmless(line)),
    ...execFailure(first, style),
  ];
}

/**
 * What a command printed, for people: one host's as it comes; that of several host by host when all are done, with those
 * that printed the same told once. Until then a line says who is still at it, and what was printed last.
 */
export function execReport(options: ReportOptions, terminal: Terminal): Report {
  const style = styles(options.coloured);
  const words = new EventLines(options, style);
  const recorder = new ExecRecorder();
  let waiting: string[] = [];
  let alone = false;
  let progress = false;

  const print = (lines: readonly string[]): void => {
    if (progress) terminal.write(ERASE_LINE);
    progress = false;
    if (lines.length > 0) options.write(`${lines.join('\n')}\n`);
  };
  const showProgress = (last = ''): void => {
    const all = recorder.hosts.size;
    const text = `${all - waiting.length} of ${count(all, 'host')} done, at work: ${listed(waiting)}${last}`;
    terminal.write(`${ERASE_LINE}${style.dim(shorten(text, Math.max(1, (terminal.columns || 80) - 1)))}`);
    progress = true;
  };

  const ended = (result: ExecResult): void => {
    waiting = waiting.filter((host) => host !== result.host);
    // What it printed stands there already.
    if (alone) print([heading(style.bold(harmlessLine(result.host)), [result], style), ...execFailure(result, style)]);
  };

  const listener = (event: Event): void => {
    const result = recorder.see(event);
    if (result) ended(result);
    switch (event.type) {
      case 'run-started':
        waiting = [...event.hosts];
        alone = event.hosts.length === 1;
        break;
      case 'task-output':
        if (alone) print([harmless(event.line)]);
        else showProgress(` | ${harmlessLine(event.host)}: ${harmlessLine(event.line)}`);
        break;
      case 'run-finished':
        if (!alone) {
          print(grouped(recorder.hosts.values()).flatMap((group) => block(group, style)));
          print([style.dim(`${count(event.recap.length, 'host')}, ${duration(event.duration)}`)]);
        }
        print(nextSteps(event, options.rerun, style));
        break;
      case 'host-connected':
      case 'message':
      case 'frame-sent':
      case 'frame-answered':
      case 'run-aborted':
        print(words.of(event));
        break;
      default:
        break;
    }
    if (!alone && waiting.length > 0 && result) showProgress();
  };
  return {
    listener,
    async close() {
      print([]);
    },
  };
}
