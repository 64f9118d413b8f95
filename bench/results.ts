import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { WORK } from './work-folder.ts';

const entry = z.strictObject({
  name: z.string(),
  how: z.string(),
  /** What has to be known to understand the figures: that they were judged from fewer tasks. */
  note: z.string().optional(),
  /** One figure a round: milliseconds, milliseconds, bytes. */
  wall: z.array(z.number()),
  cpu: z.array(z.number()),
  memory: z.array(z.number()),
});

const goal = z.strictObject({
  measure: z.enum(['wall', 'cpu', 'memory']),
  /** At most so many times what this one takes. */
  against: z.string().optional(),
  ratio: z.number().optional(),
  /** At most so much more than this one takes, or so much in all. */
  beyond: z.string().optional(),
  most: z.number().optional(),
  /** Whether `most` is meant for each host. */
  perHost: z.boolean().optional(),
});

const scenario = z.strictObject({
  name: z.string(),
  what: z.string(),
  hosts: z.int(),
  entries: z.array(entry),
  /** Who could not be measured, and why. */
  missing: z.record(z.string(), z.string()),
  goals: z.array(goal),
  when: z.string(),
  commit: z.string(),
  /** What it was measured on. */
  machine: z.record(z.string(), z.string()),
});

/** The figures of one contender in one scenario. */
export type EntryResult = z.infer<typeof entry>;
/** What garden should reach in a scenario: a ratio against another one, a difference to it, or an amount. */
export type Goal = z.infer<typeof goal>;
/** What was measured in one scenario. */
export type ScenarioResult = z.infer<typeof scenario>;

/** The results that the page is made from; the last ones that were recorded. */
const RECORDED = join(import.meta.dirname, '../docs/performance.json');

/** The results that were recorded before; none where there are no such yet. */
async function recordedResults(): Promise<readonly ScenarioResult[]> {
  return existsSync(RECORDED) ? z.array(scenario).parse(JSON.parse(await readFile(RECORDED, 'utf8'))) : [];
}

/** Records a result in the place of an earlier one of the same scenario. Resolves to all, in this order of names. */
export async function record(result: ScenarioResult, order: readonly string[]): Promise<readonly ScenarioResult[]> {
  const all = new Map([...(await recordedResults()), result].map((each) => [each.name, each]));
  const sorted = order.map((name) => all.get(name)).filter((each) => each !== undefined);
  await writeFile(RECORDED, `${JSON.stringify(sorted, rounded, 1)}\n`);
  return sorted;
}

/** Keeps the results of this time in a file of their own. Resolves to its path. */
export async function keep(results: readonly ScenarioResult[]): Promise<string> {
  const folder = join(WORK, 'results');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${new Date().toISOString().replace(/[:.]/g, '-')}.json`);
  await writeFile(file, `${JSON.stringify(results, rounded, 1)}\n`);
  return file;
}

const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
