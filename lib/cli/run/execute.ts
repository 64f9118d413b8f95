import { join } from 'node:path';
import { newRunId } from '../../engine/journal.ts';
import { type RunResult, runPlaybook } from '../../engine/run.ts';
import type { RunOptions } from '../../engine/run-options.ts';
import type { SelectionOptions } from '../../engine/selection.ts';
import type { Event } from '../../model/events.ts';
import type { Playbook } from '../../model/playbook.ts';
import type { Secret } from '../../model/secret.ts';
import { wantsColour } from '../../report/style.ts';
import { redacted } from '../../secrets/event-redaction.ts';
import { withoutSecrets } from '../../secrets/redaction.ts';
import { withConnectionOptions } from '../inventory/connection-options.ts';
import type { SelectedInventory } from '../inventory/read-inventory.ts';
import { becomeOption, type HostOptions } from '../options/host-options.ts';
import type { LockOptions } from '../options/lock-options.ts';
import type { ReportFlags } from '../options/report.ts';
import type { SelectionFlags } from '../options/selection.ts';
import { passwordPrompt } from '../password.ts';
import type { MakeReport } from '../reports/reports.ts';
import { StepQuestions } from '../step-questions.ts';
import type { Streams } from '../streams.ts';
import { Interruption } from './interruption.ts';
import { journal } from './journal.ts';
import { type Repeated, rerunCommand } from './rerun.ts';

/** Leads a run, or several that belong together; the last one's result counts. */
export type Conduct = (run: RunOptions) => Promise<RunResult>;

/** What is run, and how it is shown. */
export interface Execution {
  readonly playbook: Playbook;
  readonly selected: SelectedInventory;
  readonly options: HostOptions & LockOptions & ReportFlags & SelectionFlags;
  /** Which part of the playbook is run. */
  readonly select?: SelectionOptions | undefined;
  /** The playbook's file as the journal names it. */
  readonly file?: string | undefined;
  /** How it is run, where that is more than running it. */
  readonly conduct?: Conduct | undefined;
  /** Whether it can only be run again for all of its hosts, as a plan. */
  readonly indivisible?: boolean | undefined;
  readonly makeReport: MakeReport;
  /** The words of the command line, for "run this again". */
  readonly argv: readonly string[];
  readonly folder: string;
  readonly streams: Streams;
}

/**
 * How long to wait for a host that another run holds, in milliseconds: what a run that was killed a moment ago left behind
 * ends by itself.
 */
const LOCK_PATIENCE = 5000;

/** From how many `-v` on it is told what was sent to hosts, and what came back. */
const TRACING = 3;

/** More hosts than this are not named one by one in the command that repeats a run for them. */
const MANY = 5;

interface Passwords {
  readonly login: Secret | undefined;
  readonly become: Secret | undefined;
}

async function askPasswords(options: HostOptions, streams: Streams): Promise<Passwords> {
  const prompt = passwordPrompt(streams);
  const login = options.askPass ? await prompt.ask('Password to log in') : undefined;
  if (!options.askBecomePass) return { login, become: undefined };
  if (login === undefined) return { login, become: await prompt.ask('Password to become root') };
  const become = await prompt.ask('Password to become root (empty: the same)');
  return { login, become: become.reveal() === '' ? login : become };
}

/** Runs a playbook on the hosts that were selected. Resolves to the exit code. */
export async function execute(execution: Execution): Promise<number> {
  const { playbook, selected, options, folder, streams } = execution;
  const passwords = await askPasswords(options, streams);
  const inventory = withConnectionOptions(selected.inventory, {
    user: options.user,
    password: passwords.login,
    privateKeyFile: options.privateKey,
    acceptNewHostKeys: options.acceptNewHostKeys,
    transport: options.connection,
    timeout: options.timeout === undefined ? undefined : options.timeout * 1000,
    sshArguments: [...(options.sshCommonArgs ?? []), ...(options.sshExtraArgs ?? [])],
  });

  let aborted = false;
  const repeated = (hosts: readonly string[]): Repeated => {
    if (execution.indivisible) return 'all';
    // The journal knows also those that were never reached.
    const journalled = execution.file !== undefined && !options.check;
    return journalled && (aborted || hosts.length > MANY) ? 'failed' : hosts;
  };
  const report = await execution.makeReport(
    {
      write: (text) => streams.out.write(text),
      coloured: wantsColour(streams.out, streams.environment),
      diff: options.diff ?? false,
      verbose: options.verbose,
      profile: options.profile ?? false,
      now: () => performance.now(),
      rerun: (hosts) => withoutSecrets(rerunCommand(execution.argv, repeated(hosts))),
    },
    streams,
  );
  const run = newRunId();
  const warn = (text: string): void =>
    report.listener({ type: 'message', level: 'warning', text: withoutSecrets(text) });
  const write = journal(join(folder, '.garden'), run, warn);
  // The journal comes first: what it announces must stand in it before anything is done or shown.
  const emit = redacted((event: Event) => {
    write(event);
    aborted ||= event.type === 'run-aborted';
    report.listener(event);
  }, withoutSecrets);
  const interruption = new Interruption(warn, streams.out);
  try {
    const conduct = execution.conduct ?? runPlaybook;
    const { exitCode } = await conduct({
      playbook,
      inventory,
      run,
      file: execution.file,
      limit: selected.limit,
      select: execution.select,
      maxFail: options.maxFail,
      ask: options.step && new StepQuestions(streams, interruption.signal).ask,
      check: options.check ?? false,
      diff: options.diff ?? false,
      forks: options.forks,
      become: becomeOption(options),
      lockTimeout: options.lockTimeout === undefined ? LOCK_PATIENCE : options.lockTimeout * 1000,
      becomePassword: passwords.become,
      secrets: selected.secrets,
      emit,
      trace: options.verbose >= TRACING,
      signal: interruption.signal,
    });
    return interruption.exitCode ?? exitCode;
  } catch (error) {
    // What an interruption breaks is no fault.
    if (interruption.exitCode !== undefined && interruption.signal.reason === error) return interruption.exitCode;
    throw error;
  } finally {
    await report.close();
    interruption[Symbol.dispose]();
  }
}
