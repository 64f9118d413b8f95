import type { Report, ReportOptions } from './report.ts';
import { RunRecorder } from './run-document.ts';

/** The whole run as one JSON document, written when it is over. A run that garden breaks off by a fault leaves none. */
export function jsonReport({ write, now }: ReportOptions): Report {
  const recorder = new RunRecorder(now);
  return {
    listener(event) {
      if (event.type === 'run-finished') write(`${JSON.stringify(recorder.document(event), null, 2)}\n`);
      else recorder.see(event);
    },
    close: async () => {},
  };
}
