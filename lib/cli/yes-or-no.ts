import { createInterface } from 'node:readline/promises';
import { UsageError } from '../model/errors.ts';
import type { Streams } from './streams.ts';

/**
 * Asks on the terminal; whatever is not yes is no, and so is the end of the input.
 *
 * @param what the command that asks, for whoever has no terminal
 * @throws UsageError where there is nobody who could be asked.
 */
export async function saysYes(
  question: string,
  what: string,
  { input, err }: Streams,
  signal: AbortSignal,
): Promise<boolean> {
  if (!input.isTTY) {
    throw new UsageError([
      { message: `${what} asks first, and standard input is no terminal`, hint: 'say --yes to do it without asking' },
    ]);
  }
  const terminal = createInterface({ input, output: err });
  // While it reads, the terminal gives the key here instead of sending the signal.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([terminal.question(`${question} (y/N) `, { signal }), ended]);
    return /^y(?:es)?$/i.test(answer.trim());
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    terminal.close();
  }
}
