import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender, Job } from './contenders/contender.ts';
import { garden, installGarden } from './contenders/garden.ts';
import type { Hosts } from './hosts.ts';
import { costOfMeasuring, type Measured, measure } from './measure.ts';
import type { Address, Network } from './network.ts';
import { extrapolate } from './statistics.ts';
import { changesOn, contentOf, type Item, sample } from './workload.ts';

/** Where all is measured. */
export interface Ground {
  readonly hosts: Hosts;
  readonly network: Network;
}

/** What was taken once. */
export type Sample = Pick<Measured, 'wall' | 'cpu' | 'memory'>;

/** One that takes part in a scenario. */
export interface Entry {
  readonly name: string;
  readonly how: string;
  readonly note?: string;
  missing(): Promise<string | undefined>;
  /** Does the work once. @throws where it was not done as it should be. */
  once(): Promise<Sample>;
}

/** Work on hosts that several contenders do. */
export interface Work {
  readonly name: string;
  readonly hosts: number;
  /** In milliseconds, there and back. */
  readonly delay: number;
  readonly items: readonly Item[];
  /** Whether nothing was done on the hosts before; else all is in order already. */
  readonly first: boolean;
  /** Whether the hosts are reached through another one. */
  readonly jump?: boolean;
}

/** How many hosts are worked on at once, by all contenders: garden's default. */
const FORKS = 50;

/** Puts the hosts in place and in order, with garden, which also fills its cache of playbooks. */
export async function prepareWork(work: Work, ground: Ground): Promise<void> {
  await rm(await folderOf(work), { recursive: true, force: true });
  await writeFiles(work);
  await ground.hosts.ensure(hostCount(work), { fresh: true });
  await runOnce(garden, work, ground, { changes: changesOn(work.items) });
}

/** A contender that does the work; judged from two samples where all of it would take hours. */
export function workEntry(
  contender: Contender,
  work: Work,
  ground: Ground,
  samples?: readonly [number, number],
): Entry {
  const { name, how } = contender;
  const missing = () => contender.missing();
  if (!samples) return { name, how, missing, once: () => runFrom(contender, work, ground) };
  const [few, more] = samples;
  const whole = work.items.length;
  return {
    ...{ name, how, missing },
    note: `judged from ${few} and ${more} of the ${whole} tasks, by a straight line`,
    async once() {
      const small = await runFrom(contender, { ...work, items: sample(work.items, few) }, ground);
      const large = await runFrom(contender, { ...work, items: sample(work.items, more) }, ground);
      return {
        wall: extrapolate([few, small.wall], [more, large.wall], whole),
        cpu: extrapolate([few, small.cpu], [more, large.cpu], whole),
        memory: Math.max(small.memory, large.memory),
      };
    },
  };
}

/** What it takes garden to get to the hosts: a playbook with one task that is in order. */
export function loginEntry(work: Work, ground: Ground): Entry {
  const alone: Contender = { ...garden, name: 'log-in', how: 'garden with a playbook of one task that is in order' };
  return workEntry(alone, { ...work, items: work.items.slice(0, 1) }, ground);
}

async function runFrom(contender: Contender, work: Work, ground: Ground): Promise<Sample> {
  if (work.first) await ground.hosts.ensure(hostCount(work), { fresh: true });
  return runOnce(contender, work, ground, { changes: work.first ? changesOn(work.items) : 0 });
}

async function runOnce(
  contender: Contender,
  work: Work,
  ground: Ground,
  { changes }: { changes: number },
): Promise<Sample> {
  const { hosts, network } = ground;
  const addresses = Array.from({ length: work.hosts }, (_, index) => network.address(index, work.delay));
  const job: Job = {
    folder: join(await folderOf(work), `${contender.name}-${work.items.length}`),
    ...{ hosts: addresses, items: work.items, keys: hosts.keys, forks: FORKS },
    jump: jumpHost(work, network),
  };
  await mkdir(job.folder, { recursive: true });
  const { command, verify } = await contender.prepare(job);
  await network.setDelay(work.delay);
  const measured = await measure(command);
  await network.setDelay(0);
  try {
    verify(measured, changes);
  } catch (error) {
    throw new Error(`${contender.name} in ${work.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { ...measured, cpu: Math.max(0, measured.cpu - (await costOfMeasuring())) };
}

/** The host behind the last one is the jump host. */
function hostCount({ hosts, jump }: Work): number {
  return hosts + (jump ? 1 : 0);
}

function jumpHost({ hosts, jump, delay }: Work, network: Network): Address | undefined {
  return jump ? network.address(hosts, delay) : undefined;
}

async function folderOf({ name }: Work): Promise<string> {
  return join(await installGarden(), name);
}

async function writeFiles(work: Work): Promise<void> {
  const folder = join(await folderOf(work), 'files');
  await mkdir(folder, { recursive: true });
  for (const item of work.items) {
    if (item.kind === 'file') await writeFile(join(folder, item.source), contentOf(item.source));
  }
}
