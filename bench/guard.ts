import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Ground } from './entries.ts';
import { codeAtStart, costsOnHosts, processorTime } from './guard-measures.ts';
import { type AllFigures, compare, describe, passes } from './guard-verdict.ts';

const RECORDED = join(import.meta.dirname, 'recorded.json');
const recordedFigures = z.record(z.string(), z.record(z.string(), z.number()));

const PASSED = 0;
const FAILED = 2;

/** Compares garden with what was recorded of it, or records it. Resolves to the exit code. */
export async function guard(ground: Ground, { record }: { readonly record: boolean }): Promise<number> {
  const now: AllFigures = {
    ...(await costsOnHosts(ground)),
    'converged, on the controller': await processorTime(ground),
    'garden --version': await codeAtStart(),
  };
  const before = existsSync(RECORDED) ? recordedFigures.parse(JSON.parse(await readFile(RECORDED, 'utf8'))) : {};
  const verdicts = compare(before, now);
  for (const verdict of verdicts) console.log(describe(verdict));
  if (record) {
    await writeFile(
      RECORDED,
      `${JSON.stringify(now, (_, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(2)) : value), 2)}\n`,
    );
    console.log('Recorded.');
    return PASSED;
  }
  if (passes(verdicts)) return PASSED;
  console.error('garden got worse by more than it may, or its figures are other ones than those that were recorded.');
  console.error('  → mend it; or, if it is well so: npm run bench -- --quick --record');
  return FAILED;
}
