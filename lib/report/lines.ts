import { Ending } from './ending.ts';
import { EventLines } from './event-lines.ts';
import type { Report, ReportOptions } from './report.ts';
import { styles } from './style.ts';

/** One line a finished task: for pipes, logs and CI. */
export function linesReport(options: ReportOptions): Report {
  const style = styles(options.coloured);
  const words = new EventLines(options, style);
  const ending = new Ending(options, style);
  return {
    listener(event) {
      ending.see(event);
      const lines = event.type === 'run-finished' ? ending.lines(event) : words.of(event);
      if (lines.length > 0) options.write(`${lines.join('\n')}\n`);
    },
    close: async () => {},
  };
}
