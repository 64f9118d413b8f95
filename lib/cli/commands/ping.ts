import { runPlaybook } from '../../engine/run.ts';
import { hostTableReport } from '../../report/host-table.ts';
import { shortDuration } from '../../report/text.ts';
import { readInventory } from '../inventory/read-inventory.ts';
import type { HostOptions } from '../options/host-options.ts';
import { Arrivals, roundTrip, visit } from '../playbooks/host-visit.ts';
import { execute } from '../run/execute.ts';
import type { Streams } from '../streams.ts';

const COLUMNS = ['host', 'answers', 'by', 'log-in', 'round trip'];

/** `garden ping`. Resolves to the exit code. */
export async function pingCommand(
  pattern: string,
  options: HostOptions,
  argv: readonly string[],
  streams: Streams,
): Promise<number> {
  const folder = process.cwd();
  const selected = await readInventory(options, folder, streams);
  const arrivals = new Arrivals();
  const times = new Map<string, number>();
  return execute({
    playbook: visit('ping', pattern, 'start a shell', async (context) => {
      times.set(context.host.name, await roundTrip(context));
    }),
    selected,
    options,
    conduct: (run) => runPlaybook(arrivals.watch(run)),
    makeReport: (report) =>
      hostTableReport(report, {
        columns: COLUMNS,
        rows: (host, style) => {
          const [arrival, time] = [arrivals.of(host), times.get(host)];
          if (!arrival || time === undefined) return [];
          return [[style.green('yes'), arrival.transport, shortDuration(arrival.took), shortDuration(time)]];
        },
      }),
    ...{ argv, folder, streams },
  });
}
