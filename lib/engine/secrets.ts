import { type Mistake, UsageError } from '../model/errors.ts';
import { fetchSecrets, type SecretFinder, SecretNotFetched } from '../model/secret-request.ts';

/** Finds secrets where there is no vault. */
export const NO_VAULT: SecretFinder = {
  find: () => Promise.reject(new UsageError('there is no vault that secrets could be in')),
};

/**
 * Does `work`. Where it reveals secrets that nobody has fetched yet, they are fetched, and it begins again.
 *
 * @param told what is wrong with secrets that cannot be fetched; `work` then meets `SecretUnavailable`
 */
export async function withSecrets<T>(
  finder: SecretFinder,
  work: () => T | Promise<T>,
  told: (mistakes: readonly Mistake[]) => void,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SecretNotFetched)) throw error;
      told(await fetchSecrets(finder));
    }
  }
}

/**
 * The same while a run is under way, also for secrets that `work` asked for and did not reveal.
 *
 * @throws UsageError where one cannot be fetched.
 */
export async function withLateSecrets<T>(finder: SecretFinder, work: () => T | Promise<T>): Promise<T> {
  const demand = (mistakes: readonly Mistake[]): void => {
    if (mistakes.length > 0) throw new UsageError(mistakes);
  };
  const result = await withSecrets(finder, work, demand);
  demand(await fetchSecrets(finder));
  return result;
}
