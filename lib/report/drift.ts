import type { Event } from '../model/events.ts';
import { describeChanges } from './diff.ts';
import { EventLines } from './event-lines.ts';
import { taskTitle } from './failure.ts';
import { nextSteps } from './recap.ts';
import { linePrinter, type Report, type ReportOptions } from './report.ts';
import { styles } from './style.ts';
import { table } from './table.ts';
import { count, duration, harmlessLine } from './text.ts';

type Finished = Extract<Event, { type: 'task-finished' }>;
type RunFinished = Extract<Event, { type: 'run-finished' }>;

/** What is not as it should be: a table of host, task and difference, at the end of the check. */
export function driftReport(options: ReportOptions): Report {
  const style = styles(options.coloured);
  const words = new EventLines(options, style);
  const drifted: Finished[] = [];
  const print = linePrinter(options.write);

  const rows = ({ recap }: RunFinished): string[][] =>
    recap.flatMap(({ host, pendingHandlers }) => [
      ...drifted
        .filter((event) => event.host === host)
        .map((event) => [style.yellow(harmlessLine(host)), taskTitle(event.task), difference(event)]),
      ...pendingHandlers.map((handler) => [
        style.yellow(harmlessLine(host)),
        harmlessLine(handler),
        'was notified and has not run',
      ]),
    ]);
  const texts = (): string[] =>
    drifted.flatMap((event) => [
      '',
      style.bold(`${harmlessLine(event.host)}: ${taskTitle(event.task)}`),
      ...describeChanges(event.changes, style).map((line) => `  ${line}`),
    ]);
  const finished = (event: RunFinished): void => {
    const found = rows(event);
    if (found.length > 0) print(table([['host', 'task', 'differs'].map(style.bold), ...found]));
    if (found.length > 0 && options.diff) print(texts());
    print(['', summary(event, found.length), ...nextSteps(event, options.rerun, style)]);
  };
  const summary = ({ recap, duration: took }: RunFinished, differences: number): string => {
    const told = recap.filter((host) => host.failed === 0 && !host.unreachable && !host.locked);
    const hosts =
      told.length === recap.length ? count(recap.length, 'host') : `${told.length} of ${count(recap.length, 'host')}`;
    const found = differences === 0 ? 'nothing has drifted' : `${count(differences, 'difference')}`;
    const text = `${hosts} verified, ${found}, ${duration(took)}`;
    if (told.length < recap.length) return style.red(text);
    return differences === 0 ? style.green(text) : style.yellow(text);
  };

  const listener = (event: Event): void => {
    switch (event.type) {
      case 'task-finished':
        if (event.status === 'changed' || event.status === 'unknown') drifted.push(event);
        else if (event.status === 'failed' || options.verbose > 0) print(words.of(event));
        break;
      case 'run-finished':
        finished(event);
        break;
      case 'play-started':
      case 'batch-started':
      case 'handler-pending':
        break;
      default:
        print(words.of(event));
    }
  };
  return { listener, close: async () => {} };
}

function difference({ changes, note }: Finished): string {
  // Texts are shown whole below the table, where that is asked for.
  const short = changes.map(({ text: _, ...change }) => change);
  return describeChanges(short, styles(false)).join(', ') || harmlessLine(note ?? '');
}
