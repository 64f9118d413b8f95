import type { Event, Failure } from '../model/events.ts';
import { EventLines } from './event-lines.ts';
import { describeFailure, taskTitle } from './failure.ts';
import { linePrinter, type Report, type ReportOptions } from './report.ts';
import { type Style, styles } from './style.ts';
import { table } from './table.ts';
import { harmlessLine } from './text.ts';

/** What a host has to say for itself, row by row; none where it has nothing. */
export type HostRows = (host: string, style: Style) => readonly (readonly string[])[];

/** A table of hosts: what each was asked for, or why it could not be asked. */
export interface HostTable {
  readonly columns: readonly string[];
  readonly rows: HostRows;
  /** Said where no host has a row. */
  readonly empty?: string | undefined;
}

/** Shows a table of hosts when all have answered. */
export function hostTableReport(options: ReportOptions, { columns, rows, empty }: HostTable): Report {
  const style = styles(options.coloured);
  const words = new EventLines(options, style);
  const failures = new Map<string, { readonly what: string; readonly failure: Failure }>();
  const print = linePrinter(options.write);
  const finished = (hosts: readonly string[]): void => {
    const found = hosts.flatMap((host) => {
      const bad = failures.get(host);
      const cells = bad ? [[style.red(bad.what)]] : rows(host, style);
      return cells.map((row) => [style.bold(harmlessLine(host)), ...row]);
    });
    if (found.length > 0) print(table([columns.map(style.dim), ...found]));
    else if (empty !== undefined) print([empty]);
    for (const host of hosts) {
      const bad = failures.get(host);
      if (bad) print(['', style.bold(harmlessLine(host)), ...describeFailure(bad.failure, style)]);
    }
  };

  const listener = (event: Event): void => {
    switch (event.type) {
      case 'host-unreachable':
        failures.set(event.host, { what: 'unreachable', failure: event.failure });
        break;
      case 'host-locked':
        failures.set(event.host, { what: 'locked', failure: event.failure });
        break;
      case 'task-finished':
        if (event.status === 'failed' && event.failure) {
          failures.set(event.host, { what: `failed: ${taskTitle(event.task)}`, failure: event.failure });
        }
        break;
      case 'run-finished':
        finished(event.recap.map(({ host }) => host));
        break;
      case 'message':
      case 'run-aborted':
      case 'frame-sent':
      case 'frame-answered':
        print(words.of(event));
        break;
      default:
        break;
    }
  };
  return { listener, close: async () => {} };
}
