import { type Execution, execute } from '../execute.ts';
import { readInventory } from '../inventory.ts';
import { loadPlaybook } from '../load-playbook.ts';
import { allOrMistakes } from '../mistakes.ts';
import type { HostOptions } from '../options/host-options.ts';
import type { LockOptions } from '../options/lock-options.ts';
import type { ReportFlags } from '../options/report.ts';
import { checkReportFiles } from '../report-file.ts';
import { makeReports, type Shown } from '../reports.ts';
import type { Streams } from '../streams.ts';
import { bringLabUp } from './lab.ts';

/** What a command makes of a run beyond running it. */
interface Special extends Pick<Execution, 'conduct' | 'indivisible'> {
  readonly shown?: Shown;
}

/** `garden run`, and what all commands for a playbook have in common. Resolves to the exit code. */
export async function runCommand(
  file: string,
  options: HostOptions & LockOptions & ReportFlags,
  argv: readonly string[],
  streams: Streams,
  { shown = 'run', ...special }: Special = {},
): Promise<number> {
  const folder = process.cwd();
  if (options.lab) await bringLabUp(folder, streams);
  const loaded = loadPlaybook(file);
  const [playbook, selected] = await allOrMistakes(
    loaded,
    readInventory(options, folder, streams, { file, loaded }),
    checkReportFiles(options.report),
  );
  return execute({
    playbook,
    selected,
    options,
    makeReport: makeReports(shown, options),
    argv,
    folder,
    streams,
    ...special,
  });
}
