import type { Event, TaskReference } from '../model/events.ts';
import { describeChanges } from './diff.ts';
import { describeFailure, describeTaskFailure } from './failure.ts';
import { answeredLines, sentLines } from './frame-lines.ts';
import { LastLines } from './last-lines.ts';
import type { ReportOptions } from './report.ts';
import { finishedLine, statusLine } from './status.ts';
import type { Style } from './style.ts';
import { count, duration, harmlessLine } from './text.ts';

const INDENT = '  ';

/** How many of the last lines of a task's output `-v` shows. */
const LAST_LINES = 5;

/** From how many `-v` on something is told. */
const LIVE = 2;

type Of<Type extends Event['type']> = Extract<Event, { type: Type }>;

/** Puts events into words, each worth no, one or more lines. The end of a run is worth a recap, which is not made here. */
export class EventLines {
  readonly #options: Pick<ReportOptions, 'diff' | 'verbose'>;
  readonly #style: Style;
  /** What the running tasks printed last, by host. */
  readonly #output = new LastLines(LAST_LINES);

  constructor(options: Pick<ReportOptions, 'diff' | 'verbose'>, style: Style) {
    this.#options = options;
    this.#style = style;
  }

  of(event: Event): string[] {
    const style = this.#style;
    const { verbose } = this.#options;
    switch (event.type) {
      case 'run-started':
        return this.#started(event);
      case 'play-started':
        return ['', style.bold(`Play ${harmlessLine(event.play)}: ${count(event.hosts.length, 'host')}`)];
      case 'batch-started':
        return event.batch > 1 || verbose > 0
          ? [style.dim(`Batch ${event.batch}: ${event.hosts.map(harmlessLine).join(', ')}`)]
          : [];
      case 'host-connected':
        return this.#connected(event);
      case 'host-unreachable':
        return [statusLine(style.red('unreachable'), event.host), ...describeFailure(event.failure, style)];
      case 'host-locked':
        return [statusLine(style.red('locked'), event.host), ...describeFailure(event.failure, style)];
      case 'task-output':
        return this.#printed(event);
      case 'task-finished':
        return this.#finished(event);
      case 'frame-sent':
        return sentLines(event, style);
      case 'frame-answered':
        return answeredLines(event, style);
      case 'handler-notified':
        return verbose > 0 ? [style.dim(notified(event))] : [];
      case 'handler-pending':
        return [style.yellow(pending(event))];
      case 'message':
        return this.#message(event);
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

  #started({ playbook, hosts, check, run }: Of<'run-started'>): string[] {
    const style = this.#style;
    const what = `${harmlessLine(playbook)}, ${count(hosts.length, 'host')}`;
    return [
      style.bold(check ? `Checking ${what}: nothing is changed, "changed" means "would change"` : `Run ${what}`),
      ...(this.#options.verbose > 0 ? [style.dim(`Run id ${run}`)] : []),
    ];
  }

  #connected({ host, transport, reason }: Of<'host-connected'>): string[] {
    if (this.#options.verbose === 0) return [];
    const why = reason === undefined ? '' : ` (${harmlessLine(reason)})`;
    return [this.#style.dim(`${statusLine('connected', host)} | by ${transport}${why}`)];
  }

  #printed({ host, task, line }: Of<'task-output'>): string[] {
    if (this.#options.verbose >= LIVE) return [this.#style.dim(`${harmlessLine(host)} | ${harmlessLine(line)}`)];
    if (this.#options.verbose === 0) return [];
    this.#output.add(host, task.path, line);
    return [];
  }

  #finished(event: Of<'task-finished'>): string[] {
    const { host, task, changes, failure } = event;
    const style = this.#style;
    const took = this.#options.verbose > 0 ? style.dim(` ${duration(event.duration)}`) : '';
    return [
      finishedLine(event, style) + took,
      ...(this.#options.diff ? describeChanges(changes, style).map((line) => INDENT + line) : []),
      ...(failure === undefined
        ? this.#lastLines(host, task)
        : // The first line of the description repeats host and task, which stand in the line above.
          describeTaskFailure(host, task, failure, style).slice(1)),
    ];
  }

  #lastLines(host: string, task: TaskReference): string[] {
    const lines = this.#output.take(host, task.path);
    return lines.map((line) => this.#style.dim(`${INDENT}| ${harmlessLine(line)}`));
  }

  #message({ level, host, text }: Of<'message'>): string[] {
    if (level === 'debug' && this.#options.verbose < LIVE) return [];
    const line = `${level} | ${host === undefined ? '' : `${harmlessLine(host)} | `}${harmlessLine(text)}`;
    if (level === 'warning') return [this.#style.yellow(line)];
    return [level === 'debug' ? this.#style.dim(line) : line];
  }
}

function notified({ host, handler, by }: Of<'handler-notified'>): string {
  return `${statusLine('notified', host)} | ${harmlessLine(handler)} (by ${harmlessLine(by)})`;
}

function pending({ host, handler, by, since }: Of<'handler-pending'>): string {
  const what = `${harmlessLine(handler)}: notified by ${harmlessLine(by)} at ${harmlessLine(since)}`;
  return `${statusLine('pending', host)} | ${what} and not run since; it runs now`;
}
