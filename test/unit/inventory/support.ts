import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type LoadInventoryResult, loadInventory } from '../../../lib/inventory/index.ts';
import { type Mistake, UsageError } from '../../../lib/model/errors.ts';

/** Loads inventories from texts, one source each, called `a`, `b` and so on. */
export async function load(
  t: Test,
  texts: readonly string[],
  extraVars: readonly string[] = [],
): Promise<LoadInventoryResult> {
  const workingDirectory = t.testdir();
  const sources = texts.map((text, index) => {
    const name = String.fromCharCode(97 + index);
    writeFileSync(join(workingDirectory, name), text);
    return name;
  });
  return loadInventory(sources, { workingDirectory, extraVars });
}

/** One line a mistake: `place: message → hint`. */
export function told(mistakes: readonly Mistake[]): readonly string[] {
  return mistakes.map(({ where, message, hint }) => `${where}: ${message}${hint === undefined ? '' : ` → ${hint}`}`);
}

/** What a promise or a function is refused with, one line a mistake. */
export async function refused(run: () => unknown): Promise<readonly string[]> {
  try {
    await run();
  } catch (error) {
    if (error instanceof UsageError) return told(error.mistakes);
    throw error;
  }
  throw new Error('it was not refused');
}
