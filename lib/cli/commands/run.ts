import { checkPlaybook } from '../../engine/check-playbook.ts';
import { EXIT } from '../../model/errors.ts';
import { readInventory } from '../inventory/read-inventory.ts';
import { allOrMistakes } from '../mistakes.ts';
import type { HostOptions } from '../options/host-options.ts';
import type { LockOptions } from '../options/lock-options.ts';
import type { ReportFlags } from '../options/report.ts';
import { type SelectionFlags, selectionOf } from '../options/selection.ts';
import { loadPlaybook } from '../playbooks/load-playbook.ts';
import { checkReportFiles } from '../reports/report-file.ts';
import { makeReports, type Shown } from '../reports/reports.ts';
import { type Conduct, type Execution, execute } from '../run/execute.ts';
import { journalName, PastRuns } from '../run/past-run.ts';
import { checkAnswerable } from '../step-questions.ts';
import type { Streams } from '../streams.ts';

/** What a command makes of a run beyond running it. */
interface Special extends Pick<Execution, 'conduct' | 'indivisible'> {
  readonly shown?: Shown;
}

/** Conducts a run up to where the first host would be touched. */
function onlyCheck({ out }: Streams): Conduct {
  return async (run) => {
    await checkPlaybook(run);
    out.write('the playbook is in order\n');
    return { exitCode: EXIT.done, recap: [] };
  };
}

/** The names that are in both; undefined: all names. */
function common(limit: readonly string[] | undefined, names: readonly string[]): readonly string[] {
  return limit === undefined ? names : names.filter((name) => limit.includes(name));
}

/** `garden run`, and what all commands for a playbook have in common. Resolves to the exit code. */
export async function runCommand(
  file: string,
  options: HostOptions & LockOptions & ReportFlags & SelectionFlags,
  argv: readonly string[],
  streams: Streams,
  { shown = 'run', ...special }: Special = {},
): Promise<number> {
  const folder = process.cwd();
  if (options.step) checkAnswerable(streams);
  const loaded = loadPlaybook(file);
  const [playbook, selected] = await allOrMistakes(
    loaded,
    readInventory(options, folder, streams, { file, loaded }),
    checkReportFiles(options.report),
  );
  const again = options.rerun && new PastRuns(folder, file).again(options.rerun, selected.inventory);
  return execute({
    playbook,
    selected: again ? { ...selected, limit: common(selected.limit, again.limit) } : selected,
    options,
    file: journalName(folder, file),
    select: { ...selectionOf(options), ...again?.select },
    // A tree is drawn anew all the time, and would take the questions away.
    makeReport: makeReports(shown, options.step ? { format: 'lines', ...options } : options),
    argv,
    folder,
    streams,
    ...special,
    ...(options.syntaxCheck && { conduct: onlyCheck(streams) }),
  });
}
