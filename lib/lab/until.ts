import { setTimeout as pause } from 'node:timers/promises';

const INTERVAL = 50;

/**
 * Waits for a condition. Resolves to whether it came true in time.
 *
 * @param deadline how long it may take, in milliseconds
 */
export async function until(condition: () => Promise<boolean>, deadline: number): Promise<boolean> {
  const end = performance.now() + deadline;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() > end) return false;
    await pause(INTERVAL);
  }
}
