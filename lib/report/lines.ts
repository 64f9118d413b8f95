import type { Event } from '../model/events.ts';
import { describeChanges } from './diff.ts';
import { describeFailure, describeTaskFailure } from './failure.ts';
import { recapLines } from './recap.ts';
import type { Report, ReportOptions } from './report.ts';
import { finishedLine, statusLine } from './status.ts';
import { Stopwatch } from './stopwatch.ts';
import { type Style, styles } from './style.ts';
import { count, duration, harmlessLine } from './text.ts';

const INDENT = '  ';

type LineOptions = Pick<ReportOptions, 'diff' | 'verbose'>;

function taskFinished(event: Extract<Event, { type: 'task-finished' }>, options: LineOptions, style: Style): string[] {
  const { failure } = event;
  const took = options.verbose > 0 ? style.dim(` ${duration(event.duration)}`) : '';
  return [
    finishedLine(event, style) + took,
    ...(options.diff ? describeChanges(event.changes, style).map((line) => INDENT + line) : []),
    ...(failure === undefined
      ? []
      : // The first line of the description repeats host and task, which stand in the line above.
        describeTaskFailure(event.host, event.task, failure, style).slice(1)),
  ];
}

function message(event: Extract<Event, { type: 'message' }>, options: LineOptions, style: Style): string[] {
  if (event.level === 'debug' && options.verbose === 0) return [];
  const text = harmlessLine(event.text);
  const place = event.host === undefined ? '' : `${harmlessLine(event.host)} | `;
  if (event.level === 'warning') return [style.yellow(`warning | ${place}${text}`)];
  return [event.level === 'debug' ? style.dim(`debug | ${place}${text}`) : `info | ${place}${text}`];
}

function connected(event: Extract<Event, { type: 'host-connected' }>, options: LineOptions, style: Style): string[] {
  if (options.verbose === 0) return [];
  const why = event.reason === undefined ? '' : ` (${harmlessLine(event.reason)})`;
  return [style.dim(`${statusLine('connected', event.host)} | by ${event.transport}${why}`)];
}

/**
 * The lines that one event is worth; the end of a run is worth a recap, which is not made here.
 */
export function eventLines(event: Event, options: LineOptions, style: Style): string[] {
  switch (event.type) {
    case 'run-started': {
      const what = `${harmlessLine(event.playbook)}, ${count(event.hosts.length, 'host')}`;
      return [
        style.bold(
          event.check ? `Checking ${what}: nothing is changed, "changed" means "would change"` : `Run ${what}`,
        ),
        ...(options.verbose > 0 ? [style.dim(`Run id ${event.run}`)] : []),
      ];
    }
    case 'play-started':
      return ['', style.bold(`Play ${harmlessLine(event.play)}: ${count(event.hosts.length, 'host')}`)];
    case 'batch-started':
      return event.batch > 1 || options.verbose > 0
        ? [style.dim(`Batch ${event.batch}: ${event.hosts.map(harmlessLine).join(', ')}`)]
        : [];
    case 'host-connected':
      return connected(event, options, style);
    case 'host-unreachable':
      return [statusLine(style.red('unreachable'), event.host), ...describeFailure(event.failure, style)];
    case 'host-locked':
      return [statusLine(style.red('locked'), event.host), ...describeFailure(event.failure, style)];
    case 'task-output':
      return options.verbose > 0 ? [style.dim(`${harmlessLine(event.host)} | ${harmlessLine(event.line)}`)] : [];
    case 'task-finished':
      return taskFinished(event, options, style);
    case 'handler-notified':
      return options.verbose > 0
        ? [
            style.dim(
              `${statusLine('notified', event.host)} | ${harmlessLine(event.handler)} (by ${harmlessLine(event.by)})`,
            ),
          ]
        : [];
    case 'handler-pending':
      return [
        style.yellow(
          `${statusLine('pending', event.host)} | ${harmlessLine(event.handler)}: notified by ${harmlessLine(event.by)} at ${harmlessLine(event.since)} and not run since; it runs now`,
        ),
      ];
    case 'message':
      return message(event, options, style);
    case 'run-aborted':
      return [style.red(`aborted | ${harmlessLine(event.reason)}`)];
    case 'host-connecting':
    case 'host-finished':
    case 'task-started':
    case 'task-applying':
    case 'run-finished':
      return [];
  }
}

/** One line a finished task: for pipes, logs and CI. */
export function linesReport(options: ReportOptions): Report {
  const style = styles(options.coloured);
  const stopwatch = new Stopwatch(options.now);
  let check = false;
  const print = (lines: readonly string[]): void => {
    if (lines.length > 0) options.write(`${lines.join('\n')}\n`);
  };
  return {
    listener(event) {
      stopwatch.see(event);
      if (event.type === 'run-started') check = event.check;
      if (event.type === 'run-finished') print(recapLines(event, { check, stopwatch, rerun: options.rerun }, style));
      else print(eventLines(event, options, style));
    },
    close: async () => {},
  };
}
