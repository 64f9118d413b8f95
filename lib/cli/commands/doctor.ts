import { runPlaybook } from '../../engine/run.ts';
import { EXIT } from '../../model/errors.ts';
import type { Host } from '../../model/host.ts';
import type { StepContext } from '../../model/step.ts';
import { hostTableReport } from '../../report/host-table.ts';
import { styles, wantsColour } from '../../report/style.ts';
import { table } from '../../report/table.ts';
import { shortDuration } from '../../report/text.ts';
import { withoutSecrets } from '../../secrets/redaction.ts';
import { listLocks, parseLocks } from '../../session/lock-holders.ts';
import { controllerFindings } from '../doctor/controller.ts';
import { type Finding, findingRow } from '../doctor/finding.ts';
import { examination, hostFindings } from '../doctor/host.ts';
import { readInventory } from '../inventory/read-inventory.ts';
import type { HostOptions } from '../options/host-options.ts';
import { Arrivals, roundTrip, visit } from '../playbooks/host-visit.ts';
import { execute } from '../run/execute.ts';
import type { Streams } from '../streams.ts';

const COLUMNS = ['host', 'check', 'is', 'what, and what to do'];
const START = 'start a shell, as the user to become';

/** Whom garden acts as, and how it comes to that. */
function becoming(user: string, { become }: Host, options: HostOptions): string {
  const becomes = become.enabled ?? (options.become || options.becomeUser !== undefined);
  if (!becomes) return `as ${user}; to see whether it may become root, add -b`;
  const method = become.method ?? options.becomeMethod ?? 'sudo';
  const asked = become.password !== undefined || options.askBecomePass;
  return `as ${user} by ${method}, ${asked ? 'with the password that was given' : 'without a password'}`;
}

async function examine(context: StepContext, options: HostOptions): Promise<readonly Finding[]> {
  const trip = await roundTrip(context);
  const asked = Date.now();
  const { stdout } = await context.run(examination());
  const user = /^user (.*)$/m.exec(stdout)?.[1] ?? '';
  const locks = parseLocks((await context.run(listLocks())).stdout);
  const words = locks.map(({ holder, since, user: owner }) => `${holder} since ${since} (as ${owner})`);
  return [
    {
      check: 'acts',
      state: 'ok',
      text: `${becoming(user, context.host, options)}; a round trip takes ${shortDuration(trip)}`,
    },
    ...hostFindings(stdout, { roundTrip: trip, asked: asked + trip / 2, locks: words }),
  ];
}

/** `garden doctor`. Resolves to the exit code: 2 where something is wrong, 4 where a host cannot be reached. */
export async function doctorCommand(
  pattern: string,
  options: HostOptions,
  argv: readonly string[],
  streams: Streams,
): Promise<number> {
  const folder = process.cwd();
  const style = styles(wantsColour(streams.out, streams.environment));
  const own = await controllerFindings(folder, streams.environment, options.forks);
  const rows = own.map((finding) => [style.bold('this machine'), ...findingRow(finding, style)]);
  streams.out.write(`${table([COLUMNS.map(style.dim), ...rows]).join('\n')}\n\n`);
  const selected = await readInventory(options, folder, streams);

  const found = new Map<string, readonly Finding[]>();
  const arrivals = new Arrivals();
  const look = visit('look around', pattern, START, async (context) => {
    const all = await examine(context, options);
    found.set(
      context.host.name,
      all.map((each) => ({ ...each, text: withoutSecrets(each.text) })),
    );
  });
  const arrivalOf = (host: string): Finding[] => {
    const arrival = arrivals.of(host);
    if (!arrival) return [];
    const { transport, reason, took } = arrival;
    const why = reason === undefined ? '' : `, since ${reason}`;
    return [{ check: 'log-in', state: 'ok', text: `by ${transport} in ${shortDuration(took)}${why}` }];
  };
  const code = await execute({
    playbook: look,
    selected,
    options,
    conduct: (run) => runPlaybook(arrivals.watch(run)),
    makeReport: (report) =>
      hostTableReport(report, {
        columns: COLUMNS,
        rows: (host, shown) => [...arrivalOf(host), ...(found.get(host) ?? [])].map((each) => findingRow(each, shown)),
      }),
    ...{ argv, folder, streams },
  });
  const bad = [...own, ...[...found.values()].flat()].some(({ state }) => state === 'bad');
  if (!bad) return code;
  if (code === EXIT.unreachable) return EXIT.failedAndUnreachable;
  return code === EXIT.done ? EXIT.failed : code;
}
