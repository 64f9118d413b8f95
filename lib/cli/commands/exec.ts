import { execPlaybook } from '../exec-playbook.ts';
import { execute } from '../execute.ts';
import { readInventory } from '../inventory.ts';
import { allOrMistakes } from '../mistakes.ts';
import type { HostOptions } from '../options/host-options.ts';
import type { ReportFlags } from '../options/report.ts';
import { checkReportFiles } from '../report-file.ts';
import { makeReports } from '../reports.ts';
import type { Streams } from '../streams.ts';
import { bringLabUp } from './lab.ts';

/** `garden exec`. Resolves to the exit code. */
export async function execCommand(
  pattern: string,
  words: readonly string[],
  options: HostOptions & ReportFlags,
  argv: readonly string[],
  streams: Streams,
): Promise<number> {
  const folder = process.cwd();
  if (options.lab) await bringLabUp(folder, streams);
  const [selected] = await allOrMistakes(readInventory(options, folder, streams), checkReportFiles(options.report));
  const playbook = execPlaybook(pattern, words);
  return execute({ playbook, selected, options, makeReport: makeReports('exec', options), argv, folder, streams });
}
