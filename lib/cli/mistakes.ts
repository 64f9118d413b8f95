import { type Mistake, UsageError } from '../model/errors.ts';

/**
 * Waits for all, so that a wrong playbook does not hide a wrong inventory.
 *
 * @throws UsageError with the mistakes of all; any other error as it is.
 */
export async function allOrMistakes<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const settled = await Promise.allSettled([first, second]);
  const mistakes: Mistake[] = [];
  for (const result of settled) {
    if (result.status === 'fulfilled') continue;
    if (!(result.reason instanceof UsageError)) throw result.reason;
    mistakes.push(...result.reason.mistakes);
  }
  if (mistakes.length > 0) throw new UsageError(mistakes);
  return Promise.all([first, second]);
}
