import { type ProcessPromise, $ as zx } from 'zx/core';
import { GardenError } from '../model/errors.ts';

const LAST_LINES = 8;

/** Runs a system command quietly; a failure is told by the exit code. A user's PATH may lack the folders of root's commands. */
export const $ = zx({
  quiet: true,
  nothrow: true,
  env: { ...process.env, PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`, LC_ALL: 'C' },
});

/** The last lines of a text that say something. */
export function lastLines(text: string, count = LAST_LINES): string {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n');
}

/**
 * What a command printed, once it has succeeded.
 *
 * @param purpose what it is for, as in "could not …"
 * @throws GardenError with the command's last lines.
 */
export async function succeeded(purpose: string, running: ProcessPromise, hint?: string): Promise<string> {
  const { ok, exitCode, signal, stdout, stderr } = await running;
  if (ok) return stdout;
  const end = signal === null ? `exit code ${exitCode}` : `ended by ${signal}`;
  throw new GardenError(`could not ${purpose} (${end})\n${lastLines(stderr.trim() === '' ? stdout : stderr)}`.trim(), {
    hint,
  });
}
