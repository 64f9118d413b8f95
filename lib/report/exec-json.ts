import type { Failure, OutputStream } from '../model/events.ts';
import { ExecRecorder, type ExecResult, type ExecStatus } from './exec-recorder.ts';
import type { Report, ReportOptions } from './report.ts';

/** What one command did on a host. */
export interface ExecHostRecord {
  readonly host: string;
  readonly status: ExecStatus;
  readonly exitStatus?: number | undefined;
  /** In milliseconds. */
  readonly duration?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly note?: string | undefined;
  readonly failure?: Failure | undefined;
}

/** One command on many hosts as one document; docs/output.md is its description. */
export interface ExecDocument {
  readonly format: 'garden.exec';
  readonly version: 1;
  readonly run: string;
  /** In milliseconds. */
  readonly duration: number;
  readonly exitCode: number;
  readonly hosts: readonly ExecHostRecord[];
}

function textOn(wanted: OutputStream, { output }: ExecResult): string {
  return output
    .filter(({ stream }) => stream === wanted)
    .map(({ line }) => `${line}\n`)
    .join('');
}

function record(result: ExecResult): ExecHostRecord {
  const { host, status, exitStatus, duration, note, failure } = result;
  const streams = { stdout: textOn('stdout', result), stderr: textOn('stderr', result) };
  return { host, status, exitStatus, duration, ...streams, note, failure };
}

/** What a command did, host by host, as one JSON document, written when all have ended. */
export function execJsonReport({ write }: ReportOptions): Report {
  const recorder = new ExecRecorder();
  return {
    listener(event) {
      recorder.see(event);
      if (event.type !== 'run-finished') return;
      const { run, duration, exitCode } = event;
      const hosts = [...recorder.hosts.values()].map(record);
      const document: ExecDocument = { format: 'garden.exec', version: 1, run, duration, exitCode, hosts };
      write(`${JSON.stringify(document, null, 2)}\n`);
    },
    close: async () => {},
  };
}
