import { Ending } from './ending.ts';
import { EventLines } from './event-lines.ts';
import { linePrinter, type Report, type ReportOptions } from './report.ts';
import { styles } from './style.ts';

/** One line a finished task: for pipes, logs and CI. */
export function linesReport(options: ReportOptions): Report {
  const style = styles(options.coloured);
  const words = new EventLines(options, style);
  const ending = new Ending(options, style);
  const print = linePrinter(options.write);
  return {
    listener(event) {
      ending.see(event);
      print(event.type === 'run-finished' ? ending.lines(event) : words.of(event));
    },
    close: async () => {},
  };
}
