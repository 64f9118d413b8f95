import type { Listener } from '../model/events.ts';

/** What shows a run to a person. */
export interface Report {
  readonly listener: Listener;
  /** Resolves when everything has been written. No events come after it is called. */
  close(): Promise<void>;
}

/** A way to write lines, none at all where there are none. */
export function linePrinter(write: ReportOptions['write']): (lines: readonly string[]) => void {
  return (lines) => {
    if (lines.length > 0) write(`${lines.join('\n')}\n`);
  };
}

/** What all reports are made with. */
export interface ReportOptions {
  /** Writes whole lines, each ended by a newline. */
  readonly write: (text: string) => void;
  readonly coloured: boolean;
  /** Show what changes (`-D`). */
  readonly diff: boolean;
  /** How often `-v` was given. */
  readonly verbose: number;
  /** Tell where the time went (`--profile`). */
  readonly profile: boolean;
  /** The present, in milliseconds. */
  readonly now: () => number;
  /** The command that does the same again for these hosts alone; shown after a failure. */
  readonly rerun: (hosts: readonly string[]) => string;
}
