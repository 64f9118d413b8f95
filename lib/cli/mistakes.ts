import { type Mistake, UsageError } from '../model/errors.ts';

/**
 * Waits for all, so that a wrong playbook does not hide a wrong inventory.
 *
 * @throws UsageError with the mistakes of all; any other error as it is.
 */
export async function allOrMistakes<Parts extends readonly Promise<unknown>[]>(
  ...parts: Parts
): Promise<{ -readonly [Index in keyof Parts]: Awaited<Parts[Index]> }> {
  const settled = await Promise.allSettled(parts);
  const mistakes: Mistake[] = [];
  for (const result of settled) {
    if (result.status === 'fulfilled') continue;
    if (!(result.reason instanceof UsageError)) throw result.reason;
    mistakes.push(...result.reason.mistakes);
  }
  if (mistakes.length > 0) throw new UsageError(mistakes);
  return Promise.all(parts);
}
