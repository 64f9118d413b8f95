import { runPlaybook } from '../../engine/run.ts';
import type { RunOptions } from '../../engine/run-options.ts';
import { GardenError } from '../../model/errors.ts';
import { play } from '../../model/play.ts';
import { type Playbook, playbook } from '../../model/playbook.ts';
import { step } from '../../model/step.ts';
import { hostTableReport } from '../../report/host-table.ts';
import { count, harmlessLine } from '../../report/text.ts';
import { withoutSecrets } from '../../secrets/redaction.ts';
import { breakLock, LOCK_IS_GONE, type LockHolder, listLocks, parseLocks } from '../../session/lock-holders.ts';
import { readInventory } from '../inventory/read-inventory.ts';
import type { HostOptions } from '../options/host-options.ts';
import { question } from '../playbooks/ask-hosts.ts';
import type { MakeReport } from '../reports/reports.ts';
import { type Conduct, execute } from '../run/execute.ts';
import { complain, type Streams } from '../streams.ts';
import { saysYes } from '../yes-or-no.ts';

type Locks = Map<string, readonly LockHolder[]>;

/** What `garden lock` can do. */
export type LockAction = 'show' | 'break';

export interface LockCommandOptions extends HostOptions {
  /** `--yes`: without asking. */
  readonly yes?: true;
}

const COLUMNS = ['host', 'user', 'held by', 'run', 'since', 'process'];
const NONE = 'No lock is held that this user can see. Those of other users are seen by root (-b).';

function tableOf(locks: Locks): MakeReport {
  const rows = (host: string) =>
    (locks.get(host) ?? []).map(({ user, holder, run, since, shell }) =>
      [user, holder, run, since, String(shell)].map(harmlessLine),
    );
  return (options) => hostTableReport(options, { columns: COLUMNS, rows, empty: NONE });
}

/** Asks all hosts who holds their locks. What they say is redacted. */
async function look(run: RunOptions, pattern: string, locks: Locks) {
  const asking = question('locks', pattern, listLocks(), (host, { stdout }) =>
    locks.set(host, parseLocks(withoutSecrets(stdout))),
  );
  return runPlaybook({ ...run, playbook: asking, check: true });
}

/** A playbook that ends just those processes which were found to hold a lock. */
function breaking(pattern: string, locks: Locks, tell: (host: string, what: string) => void): Playbook {
  const end = (lock: LockHolder) =>
    step(`End process ${lock.shell}`, {
      plan: 'would end it',
      repeatable: true,
      async run({ host, run }) {
        const { status, stderr } = await run(breakLock(lock), { allowFailure: true });
        const what = `${lock.holder} (run ${lock.run}, process ${lock.shell})`;
        if (status === LOCK_IS_GONE) tell(host.name, `had ended by itself: ${what}`);
        else if (status === 0) tell(host.name, `ended: ${what}`);
        else throw new GardenError(`process ${lock.shell} could not be ended: ${stderr.trim() || `status ${status}`}`);
      },
    });
  return playbook('lock break', [
    play('lock break', { hosts: pattern, tasks: ({ host }) => (locks.get(host.name) ?? []).map(end) }),
  ]);
}

/** `garden lock show|break`. Resolves to the exit code. */
export async function lockCommand(
  action: LockAction,
  pattern: string,
  options: LockCommandOptions,
  argv: readonly string[],
  streams: Streams,
): Promise<number> {
  const folder = process.cwd();
  const selected = await readInventory(options, folder, streams);
  const locks: Locks = new Map();
  const showing: Conduct = (run) => look(run, pattern, locks);
  const ending: Conduct = async (run) => {
    const found = await look(run, pattern, locks);
    const held = [...locks.values()].flat();
    if (held.length === 0 || run.check || run.signal.aborted) return found;
    const sure =
      options.yes ?? (await saysYes(`End ${count(held.length, 'run')}?`, 'garden lock break', streams, run.signal));
    if (!sure) return found;
    const told = (host: string, text: string) => complain(streams, [harmlessLine(`${host}: ${text}`)]);
    const limit = found.recap.map(({ host }) => host).filter((host) => locks.get(host)?.length);
    const silent: RunOptions = { ...run, emit: quietly(run) };
    const ended = await runPlaybook({ ...silent, playbook: breaking(pattern, locks, told), limit, lock: false });
    return ended.exitCode === 0 ? found : ended;
  };
  return execute({
    playbook: question('locks', pattern, listLocks(), () => {}),
    selected,
    options,
    makeReport: tableOf(locks),
    conduct: action === 'show' ? showing : ending,
    ...{ argv, folder, streams },
  });
}

/** The table stands there already; of the second run only what went wrong is told. */
function quietly({ emit }: RunOptions): RunOptions['emit'] {
  return (event) => {
    if (event.type !== 'run-finished' || event.exitCode !== 0) emit(event);
  };
}
