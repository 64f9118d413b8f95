import { UsageError } from '../model/errors.ts';
import type { Streams } from './streams.ts';
import { askLine } from './terminal-question.ts';

/**
 * Asks on the terminal; whatever is not yes is no, and so is the end of the input.
 *
 * @param what the command that asks, for whoever has no terminal
 * @throws UsageError where there is nobody who could be asked.
 */
export async function saysYes(question: string, what: string, streams: Streams, signal: AbortSignal): Promise<boolean> {
  if (!streams.input.isTTY) {
    throw new UsageError([
      { message: `${what} asks first, and standard input is no terminal`, hint: 'say --yes to do it without asking' },
    ]);
  }
  const answer = await askLine(`${question} (y/N) `, streams, signal);
  return answer !== undefined && /^y(?:es)?$/i.test(answer);
}
