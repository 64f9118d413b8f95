import { EventLines } from './event-lines.ts';
import { ExecRecorder, type ExecResult } from './exec-recorder.ts';
import { execFailure, execTime, execWord } from './exec-words.ts';
import { nextSteps } from './recap.ts';
import { linePrinter, type Report, type ReportOptions } from './report.ts';
import { type Style, styles } from './style.ts';
import { harmlessLine } from './text.ts';

function ending(result: ExecResult, style: Style): string {
  const parts = [execWord(result, style), harmlessLine(result.host), execTime(result.duration, style)];
  return parts.filter((part) => part !== '').join(' | ');
}

/**
 * What a command prints, each line as it comes with its host before it: for pipes, logs and CI. A host that printed
 * nothing, and one that failed, gets a line of its own at its end.
 */
export function execLinesReport(options: ReportOptions): Report {
  const style = styles(options.coloured);
  const words = new EventLines(options, style);
  const recorder = new ExecRecorder();
  const print = linePrinter(options.write);
  return {
    listener(event) {
      const ended = recorder.see(event);
      if (ended) {
        const told = ended.status === 'done' && ended.output.length > 0 && options.verbose === 0;
        if (!told) print([ending(ended, style), ...execFailure(ended, style)]);
        return;
      }
      if (event.type === 'task-output') print([`${harmlessLine(event.host)} | ${harmlessLine(event.line)}`]);
      else if (event.type === 'run-finished') print(nextSteps(event, options.rerun, style));
      else if (event.type !== 'run-started' && event.type !== 'play-started' && event.type !== 'batch-started')
        print(words.of(event));
    },
    close: async () => {},
  };
}
