import type { ReportOptions } from '../../report/report.ts';
import { execute } from '../execute.ts';
import { readInventory } from '../inventory.ts';
import { loadPlaybook } from '../load-playbook.ts';
import { allOrMistakes } from '../mistakes.ts';
import type { HostOptions } from '../options/host-options.ts';
import type { Streams } from '../streams.ts';
import { bringLabUp } from './lab.ts';

/** With this much to say, lines are better than a tree that is drawn anew all the time. */
const CHATTY = 2;

async function makeReport(options: ReportOptions, { out, environment }: Streams) {
  if (out.isTTY && environment.TERM !== 'dumb' && options.verbose < CHATTY) {
    const { treeReport } = await import('../../report/tree.ts');
    return treeReport(options, out);
  }
  const { linesReport } = await import('../../report/lines.ts');
  return linesReport(options);
}

/** `garden run` and `garden plan`. Resolves to the exit code. */
export async function runCommand(
  file: string,
  options: HostOptions,
  argv: readonly string[],
  streams: Streams,
): Promise<number> {
  const folder = process.cwd();
  if (options.lab) await bringLabUp(folder, streams);
  const [playbook, selected] = await allOrMistakes(loadPlaybook(file), readInventory(options, folder, streams));
  return execute({ playbook, selected, options, makeReport, argv, folder, streams });
}
