import { createInterface } from 'node:readline/promises';
import { harmlessLine } from '../report/text.ts';
import type { Streams } from './streams.ts';

/**
 * Asks for a line on the terminal. Undefined: the terminal is gone, or there is no more to come.
 *
 * @param signal ends a question that waits for its answer, as if the terminal were gone
 */
export async function askLine(
  question: string,
  { input, err }: Streams,
  signal: AbortSignal,
): Promise<string | undefined> {
  const terminal = createInterface({ input, output: err });
  // While it reads, the terminal gives the key here instead of sending the signal.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ended = new Promise<undefined>((resolve) => terminal.once('close', () => resolve(undefined)));
  try {
    const answer = await Promise.race([terminal.question(harmlessLine(question), { signal }), ended]);
    return answer?.trim();
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    terminal.close();
  }
}
