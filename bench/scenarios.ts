import { ansible, mitogen } from './contenders/ansible.ts';
import { bundlewrap } from './contenders/bundlewrap.ts';
import type { Contender } from './contenders/contender.ts';
import { floor } from './contenders/floor.ts';
import { garden } from './contenders/garden.ts';
import { pyinfra } from './contenders/pyinfra.ts';
import { remoteHash, scp } from './contenders/scp.ts';
import { type Entry, type Ground, loginEntry, prepareWork, type Work, workEntry } from './entries.ts';
import type { Goal } from './results.ts';
import { playbookEntries, versionEntries } from './start.ts';
import { bigFile, hundredTasks, type Item, manyFiles, mixed, sample } from './workload.ts';

/** Something that is measured: who takes part, and what garden should reach. */
export interface Scenario {
  readonly name: string;
  readonly what: string;
  readonly hosts: number;
  /** Whether hosts have to be put at a distance for it. */
  readonly delayed: boolean;
  readonly goals: readonly Goal[];
  /** Gets all ready that is not measured. */
  prepare(ground: Ground): Promise<void>;
  entries(ground: Ground): readonly Entry[];
}

const faster = (against: string, factor: number): Goal => ({ measure: 'wall', against, ratio: 1 / factor });
const atMost = (against: string, ratio: number): Goal => ({ measure: 'wall', against, ratio });

/** Two sizes of sample for those who would take hours, by the number of hosts. */
const SAMPLES: Readonly<Record<number, readonly [number, number]>> = { 20: [10, 20] };

interface WorkScenario extends Omit<Work, 'items'> {
  readonly what: string;
  readonly items: () => readonly Item[];
  readonly contenders: readonly Contender[];
  readonly samples?: readonly [number, number] | undefined;
  /** Who is judged from samples. */
  readonly slow?: readonly Contender[];
  readonly login?: true;
  readonly goals: readonly Goal[];
}

function onHosts({ what, goals, contenders, samples, slow = [], login, items, ...rest }: WorkScenario): Scenario {
  const work = (): Work => ({ ...rest, items: items() });
  return {
    ...{ name: rest.name, what, hosts: rest.hosts, delayed: rest.delay > 0, goals },
    prepare: (ground) => prepareWork(work(), ground),
    entries: (ground) => [
      ...contenders.map((contender) =>
        workEntry(contender, work(), ground, slow.includes(contender) ? samples : undefined),
      ),
      ...(login ? [loginEntry(work(), ground)] : []),
    ],
  };
}

const PEERS = [ansible, mitogen, bundlewrap, pyinfra];

function hundred(state: 'converged' | 'first', hosts: number, delay: number): Scenario {
  const first = state === 'first';
  const where = `${hosts} host${hosts === 1 ? '' : 's'}, ${delay} ms away`;
  return onHosts({
    name: `${state}-${hosts}-${delay}ms`,
    what: first ? `100 tasks, 95 of them to be changed, ${where}` : `100 tasks that are in order, ${where}`,
    ...{ hosts, delay, first, items: hundredTasks },
    contenders: [garden, ...(first ? [] : [floor]), ...(hosts > 20 ? [] : PEERS)],
    samples: SAMPLES[hosts],
    slow: PEERS,
    goals: hosts > 20 ? [] : first ? firstGoals : delay === 0 ? nearGoals : delay === 80 ? farGoals : [],
  });
}

const nearGoals: readonly Goal[] = [
  atMost('floor', 1.3),
  ...[faster('ansible', 300), faster('mitogen', 100), faster('pyinfra', 40)],
  ...['ansible', 'mitogen', 'pyinfra'].map((against): Goal => ({ measure: 'cpu', against, ratio: 1 / 100 })),
];
const farGoals = [atMost('floor', 1.2), faster('ansible', 150), faster('pyinfra', 25)];
const firstGoals = [faster('ansible', 50), faster('mitogen', 25), faster('pyinfra', 10)];

const COUNTS = [1, 20, 200];
const DELAYS = [0, 20, 80];

/** All scenarios, in the order of the page of results. */
export const SCENARIOS: readonly Scenario[] = [
  ...COUNTS.flatMap((hosts) => DELAYS.map((delay) => hundred('converged', hosts, delay))),
  ...COUNTS.flatMap((hosts) => DELAYS.map((delay) => hundred('first', hosts, delay))),
  onHosts({
    name: 'mixed-1-0ms',
    what: '100 tasks whose kinds take turns, 95 of them to be changed, 1 host, 0 ms away',
    ...{
      hosts: 1,
      delay: 0,
      first: true,
      items: () => mixed(hundredTasks()),
      contenders: [garden, ...PEERS],
      goals: firstGoals,
    },
  }),
  onHosts({
    name: 'jump-20-0ms',
    what: '100 tasks that are in order, 20 hosts behind one jump host',
    ...{ hosts: 20, delay: 0, first: false, jump: true, items: hundredTasks, contenders: [garden, floor], goals: [] },
  }),
  onHosts({
    name: 'many-hosts',
    what: '20 tasks that are in order, 500 hosts, 0 ms away',
    ...{
      hosts: 500,
      delay: 0,
      first: false,
      items: () => sample(hundredTasks(), 20),
      contenders: [garden, floor],
      login: true,
    },
    goals: [
      atMost('floor', 1.3),
      { measure: 'memory', most: 300e6 },
      { measure: 'cpu', beyond: 'log-in', most: 15, perHost: true },
    ],
  }),
  onHosts({
    name: 'many-files',
    what: '2,000 small files, each a task, all to be changed, 1 host, 0 ms away',
    ...{
      hosts: 1,
      delay: 0,
      first: true,
      items: () => manyFiles(2000),
      contenders: [garden, ansible],
      slow: [ansible],
    },
    samples: [60, 120],
    goals: [faster('ansible', 100)],
  }),
  onHosts({
    name: 'big-file',
    what: 'one file of 100 MB to be put in place, 1 host, 0 ms away',
    ...{ hosts: 1, delay: 0, first: true, items: bigFile, contenders: [garden, scp], goals: [atMost('scp', 1)] },
  }),
  onHosts({
    name: 'big-file-unchanged',
    what: 'one file of 100 MB that is in place, 1 host, 0 ms away',
    ...{
      hosts: 1,
      delay: 0,
      first: false,
      items: bigFile,
      contenders: [garden, remoteHash],
      goals: [atMost('sha256sum', 1.3)],
    },
  }),
  {
    name: 'start-version',
    what: '`garden --version`',
    ...{ hosts: 0, delayed: false, goals: [{ measure: 'wall', beyond: 'node', most: 40 }] },
    prepare: async () => {},
    entries: versionEntries,
  },
  {
    name: 'start-playbook',
    what: '`garden list` of a playbook of 200 lines',
    ...{ hosts: 0, delayed: false, goals: [{ measure: 'wall', beyond: 'empty', most: 60 }] },
    prepare: async () => {},
    entries: playbookEntries,
  },
];

/** All who are measured, to be told of on the page of results. */
export const CONTENDERS: readonly Contender[] = [garden, floor, ...PEERS, scp, remoteHash];
