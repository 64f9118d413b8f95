import { UsageError } from '../../model/errors.ts';
import { readInventory } from '../inventory/read-inventory.ts';
import { allOrMistakes } from '../mistakes.ts';
import type { HostOptions } from '../options/host-options.ts';
import type { ReportFlags } from '../options/report.ts';
import { type ExecTask, execPlaybook, wordsCommand } from '../playbooks/exec-playbook.ts';
import { readScript, STANDARD_INPUT, scriptCommand } from '../playbooks/exec-script.ts';
import { checkReportFiles } from '../reports/report-file.ts';
import { makeReports } from '../reports/reports.ts';
import { execute } from '../run/execute.ts';
import type { Streams } from '../streams.ts';

/** What `garden exec` takes besides what all commands for hosts take. */
export interface ExecOptions {
  /** `--script`: a file whose text is run instead of a command. */
  readonly script?: string;
  /** `--time-limit`: how long it may run on each host, in seconds. */
  readonly timeLimit?: number;
}

/** Whether passwords are asked for, which are lines of standard input too. */
function asksPasswords({ askPass, askBecomePass, askVaultPass }: HostOptions): boolean {
  return Boolean(askPass || askBecomePass || askVaultPass);
}

async function execTask(
  pattern: string,
  words: readonly string[],
  options: HostOptions & ExecOptions,
  streams: Streams,
): Promise<ExecTask> {
  const { script: file, timeLimit: timeout } = options;
  if (file === undefined) return { pattern, timeout, name: words.join(' '), script: wordsCommand(words) };
  if (file === STANDARD_INPUT && asksPasswords(options)) {
    throw new UsageError([
      {
        message: 'the script and the passwords cannot both come from standard input',
        hint: 'put the script in a file',
      },
    ]);
  }
  const name = [file === STANDARD_INPUT ? 'script' : file, ...words].join(' ');
  return { pattern, timeout, name, script: scriptCommand(await readScript(file, process.cwd(), streams.input), words) };
}

/** `garden exec`. Resolves to the exit code. */
export async function execCommand(
  pattern: string,
  words: readonly string[],
  options: HostOptions & ReportFlags & ExecOptions,
  argv: readonly string[],
  streams: Streams,
): Promise<number> {
  const folder = process.cwd();
  const [task, selected] = await allOrMistakes(
    execTask(pattern, words, options, streams),
    readInventory(options, folder, streams),
    checkReportFiles(options.report),
  );
  const playbook = execPlaybook(task);
  return execute({ playbook, selected, options, makeReport: makeReports('exec', options), argv, folder, streams });
}
