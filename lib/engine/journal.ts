import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Event, Listener } from '../model/events.ts';

/** A name for a run that sorts by time, e.g. `20261124T114159123Z-3f9a`. */
export function newRunId(): string {
  return `${new Date().toISOString().replace(/[-:.]/g, '')}-${randomBytes(2).toString('hex')}`;
}

/** An event as a line of JSON with its time, ended by a newline. */
export function journalLine(event: Event): string {
  return `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`;
}

/**
 * Opens the journal of a run, `runs/<run>.jsonl` in the state folder: every event a line of JSON with its time,
 * written before what it announces is done, so that it tells after a crash what was under way. The listener must be
 * given redacted events.
 */
export function openJournal(stateFolder: string, run: string): Listener {
  const folder = join(stateFolder, 'runs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = openSync(join(folder, `${run}.jsonl`), 'a', 0o600);
  return (event: Event) => {
    writeSync(file, journalLine(event));
  };
}
