import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { cuttingProxy } from '../test/support/cutting-proxy.ts';
import { garden, gardenCommand, installGarden } from './contenders/garden.ts';
import type { Ground } from './entries.ts';
import type { Figures } from './guard-verdict.ts';
import { hostKeyName } from './hosts.ts';
import { costOfMeasuring, measure } from './measure.ts';
import { SSH_PORT } from './network.ts';
import { median } from './statistics.ts';
import { changesOn, contentOf, hundredTasks, type Item, mixed, ROOT, sample } from './workload.ts';

/** A run of garden that is looked at closely. */
interface Case {
  readonly name: string;
  readonly items: readonly Item[];
  /** How many of them are not in order, and what has to be done on a host in order so that it is so; undefined on a new host. */
  readonly changes: number;
  readonly disorder?: string;
}

const items = hundredTasks();
const few = sample(items, 20);

const CASES: readonly Case[] = [
  { name: 'converged', items, changes: 0, disorder: ':' },
  { name: 'one change', items, changes: 1, disorder: `echo other >${ROOT}/file20` },
  { name: 'first run', items, changes: changesOn(items) },
  // Fewer, since today every change of kind is a round trip, and the proxy takes its time for each.
  { name: 'first run, mixed', items: mixed(few), changes: changesOn(few) },
];

/** How often processor time is taken; what is rated is the median of the ratios. */
const PAIRS = 7;

/**
 * What a run costs in figures that do not depend on how busy the machine is: round trips, bytes and processes on the host.
 * All cases run at once, each on a host of its own, since they mostly wait.
 */
export async function costsOnHosts({ hosts, network }: Ground): Promise<Readonly<Record<string, Figures>>> {
  await hosts.ensure(CASES.length, { fresh: true });
  const projects = await installGarden();
  const files = join(projects, 'files');
  await mkdir(files, { recursive: true });
  for (const item of items) {
    if (item.kind === 'file') await writeFile(join(files, item.source), contentOf(item.source));
  }
  const figures = await Promise.all(
    CASES.map(async ({ name, items: tasks, changes, disorder }, index) => {
      const run = async (address: { ip: string; port: number }, expected: number) => {
        const folder = join(projects, `guard-${index}`);
        await mkdir(folder, { recursive: true });
        const job = { folder, hosts: [address], items: tasks, keys: hosts.keys, forks: 1 };
        const { command, verify } = await garden.prepare(job);
        verify(await measure(command), expected);
      };
      const address = network.address(index, 0);
      if (disorder !== undefined) {
        await run(address, changesOn(tasks));
        await hosts.run(index, disorder);
      }
      const proxy = await cuttingProxy(SSH_PORT, address.ip);
      const through = { ip: '127.0.0.1', port: proxy.port };
      await hosts.keys.trust([hostKeyName(through)]);
      proxy.count();
      const before = await hosts.processesStarted(index);
      await run(through, changes);
      const processes = (await hosts.processesStarted(index)) - before;
      const { roundTrips, sent, received } = proxy;
      await proxy.close();
      return [
        name,
        {
          'round trips': roundTrips,
          'bytes sent': sent,
          'bytes received': received,
          'processes on the host': processes,
        },
      ] as const;
    }),
  );
  return Object.fromEntries(figures);
}

/** How many times as much processor time a converged run takes as node does to start, on the first of the hosts above. */
export async function processorTime({ hosts, network }: Ground): Promise<Figures> {
  const folder = join(await installGarden(), 'guard-0');
  const job = { folder, hosts: [network.address(0, 0)], items, keys: hosts.keys, forks: 1 };
  const { command, verify } = await garden.prepare(job);
  const own = await costOfMeasuring();
  const ratios: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const ours = await measure(command);
    verify(ours, 0);
    const bare = await measure({ words: [process.execPath, '-e', '0'], folder });
    ratios.push((ours.cpu - own) / (bare.cpu - own));
  }
  return { 'processor time against node': median(ratios) };
}

const coverage = z.object({ result: z.array(z.object({ url: z.string() })) });

/** How much code is loaded for `garden --version`: what its start takes follows from that. */
export async function codeAtStart(): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'garden-bench-code-'));
  try {
    const words = [...(await gardenCommand()), '--version'];
    const { status, output } = await measure({ words, folder, environment: { NODE_V8_COVERAGE: folder } });
    if (status !== 0) throw new Error(`garden --version ended with ${status}:\n${output}`);
    const modules = new Set<string>();
    for (const name of await readdir(folder)) {
      for (const { url } of coverage.parse(JSON.parse(await readFile(join(folder, name), 'utf8'))).result) {
        if (url.startsWith('file:')) modules.add(fileURLToPath(url));
      }
    }
    const sizes = await Promise.all([...modules].map(async (path) => (await stat(path)).size));
    return { modules: modules.size, 'bytes of code': sizes.reduce((sum, size) => sum + size, 0) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
