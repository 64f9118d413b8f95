import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const lineSchema = z.looseObject({
  type: z.string(),
  host: z.string().optional(),
  status: z.string().optional(),
  task: z.looseObject({ path: z.string() }).optional(),
  recap: z.array(z.looseObject({ host: z.string(), pendingHandlers: z.array(z.string()) })).optional(),
});

/** One line of a run's journal, as far as tests look at it. */
export type JournalLine = z.infer<typeof lineSchema>;

/** The journal of the last run in a project. @throws Error where a line of it is not whole. */
export async function lastJournal(project: string): Promise<readonly JournalLine[]> {
  const folder = join(project, '.garden', 'runs');
  const last = (await readdir(folder)).sort().at(-1) ?? '';
  const lines = (await readFile(join(folder, last), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => lineSchema.parse(JSON.parse(line)));
}
