import type { Event } from '../model/events.ts';
import { describeFailure } from './failure.ts';
import { eventLines } from './lines.ts';
import { nextSteps } from './recap.ts';
import type { Report, ReportOptions } from './report.ts';
import { type Style, styles } from './style.ts';
import { duration, harmless, harmlessLine } from './text.ts';

type Finished = Extract<Event, { type: 'task-finished' }>;

function heading(event: Finished, style: Style): string {
  const host = harmlessLine(event.host);
  const took = style.dim(duration(event.duration));
  const note = event.note === undefined ? '' : ` (${harmlessLine(event.note)})`;
  if (event.status === 'failed') {
    const { status } = event.failure ?? {};
    return `${style.bold(host)}  ${style.red(status === undefined ? 'failed' : `status ${status}`)}  ${took}`;
  }
  const word = event.status === 'changed' || event.status === 'ok' ? 'done' : event.status;
  return `${style.bold(host)}  ${style.green(word)}${note}  ${took}`;
}

/** What a command printed, host by host, each as soon as its host is done. */
export function execReport(options: ReportOptions): Report {
  const style = styles(options.coloured);
  const printed = new Map<string, string[]>();
  const print = (lines: readonly string[]): void => {
    if (lines.length > 0) options.write(`${lines.join('\n')}\n`);
  };

  const finished = (event: Finished): void => {
    const output = printed.get(event.host) ?? [];
    printed.delete(event.host);
    const { failure } = event;
    // The command's own words tell the cause best; only where it had none, garden's are needed.
    const said = output.length > 0 && failure?.status !== undefined;
    print([
      heading(event, style),
      ...output.map(harmless),
      ...(failure === undefined || said ? [] : describeFailure(failure, style)),
    ]);
  };

  const listener = (event: Event): void => {
    switch (event.type) {
      case 'task-output': {
        const lines = printed.get(event.host) ?? [];
        printed.set(event.host, lines);
        lines.push(event.line);
        break;
      }
      case 'task-finished':
        finished(event);
        break;
      case 'host-unreachable':
      case 'host-locked':
      case 'message':
      case 'run-aborted':
        print(eventLines(event, options, style));
        break;
      case 'run-finished':
        print(nextSteps(event, options.rerun, style));
        break;
      default:
        break;
    }
  };
  return { listener, close: async () => {} };
}
