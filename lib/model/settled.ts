/**
 * Waits for a promise of somebody else's code, and notices when nothing is left that could settle it: Node would end the
 * whole process then, without a word.
 *
 * @param never what to throw in that case
 */
export function settled<T>(promise: Promise<T>, never: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(never());
    process.once('beforeExit', end);
    promise.then(resolve, reject).finally(() => process.off('beforeExit', end));
  });
}
