import { readFile } from 'node:fs/promises';
import { findRemains } from './down.ts';
import { DEFAULT_LAB, hostAddress, LabNames } from './layout.ts';
import { namespaceExists } from './network.ts';
import { labProcesses, memoryOf } from './processes.ts';
import { sshAnswers } from './ready.ts';
import { checkBasics } from './requirements.ts';
import { readState } from './state.ts';
import type { LabOptions } from './up.ts';

/** Clock ticks a second as proc(5) counts them; Linux has had 100 on all its platforms for long. */
const TICKS = 100;
const MEBIBYTE = 2 ** 20;

/** How a host of a lab is. */
export interface LabHostStatus {
  readonly name: string;
  readonly address: string;
  /** `no answer`: it runs, but sshd does not answer. */
  readonly state: 'running' | 'no answer' | 'stopped';
  /** Seconds since its start. */
  readonly uptime: number | undefined;
  /** Bytes. */
  readonly memory: number;
}

/** How a lab is. */
export interface LabStatus {
  readonly state: 'up' | 'down' | 'broken';
  readonly hosts: readonly LabHostStatus[];
  /** What is wrong, where it is broken. */
  readonly problems: readonly string[];
}

/** A span of time for people: `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. */
export function spanText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${Math.floor(seconds)} s`;
  if (hours === 0) return `${minutes} min`;
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Lines of a table with aligned columns. */
export function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(width(column)))
      .join('  ')
      .trimEnd(),
  );
}

async function examine(names: LabNames): Promise<LabStatus> {
  const state = await readState(names);
  if (state === undefined) {
    const remains = await findRemains(names);
    return {
      state: remains.length === 0 ? 'down' : 'broken',
      hosts: [],
      problems: remains.map((what) => `left over: ${what}`),
    };
  }
  const [processes, uptimeFile] = await Promise.all([labProcesses(names), readFile('/proc/uptime', 'utf8')]);
  const hosts = await Promise.all(
    state.topology.hosts.map(async (definition): Promise<LabHostStatus> => {
      const { name } = definition;
      const address = hostAddress(state.number, state.topology, definition);
      const own = processes.filter((process) => process.host === name);
      const init = own.find(({ isInit }) => isInit);
      const memory = (await Promise.all(own.map(memoryOf))).reduce((sum, bytes) => sum + bytes, 0);
      if (init === undefined) return { name, address, state: 'stopped', uptime: undefined, memory };
      const uptime = Number(uptimeFile.split(' ')[0]) - init.startTime / TICKS;
      return { name, address, state: (await sshAnswers(address)) ? 'running' : 'no answer', uptime, memory };
    }),
  );
  const problems = [
    ...(namespaceExists(names) ? [] : [`the network namespace ${names.namespace} is missing`]),
    ...hosts.filter((host) => host.state !== 'running').map((host) => `${host.name}: ${host.state}`),
  ];
  return { state: problems.length === 0 ? 'up' : 'broken', hosts, problems };
}

/**
 * Tells how a lab is, as a table of its hosts, and what is left over or missing where it is broken.
 *
 * @throws GardenError where the machine cannot have a lab.
 */
export async function labStatus({ name = DEFAULT_LAB, say }: Omit<LabOptions, 'project'>): Promise<LabStatus> {
  const names = new LabNames(name);
  await checkBasics();
  const status = await examine(names);
  if (status.state === 'down') say(`lab: ${names.lab} is not up; bring it up with garden lab up`);
  if (status.hosts.length > 0) {
    const rows = status.hosts.map((host) => [
      host.name,
      host.address,
      host.state,
      host.uptime === undefined ? '-' : spanText(host.uptime),
      `${Math.round(host.memory / MEBIBYTE)} MiB`,
    ]);
    for (const line of tableLines([['HOST', 'ADDRESS', 'STATE', 'UPTIME', 'MEMORY'], ...rows])) say(line);
  }
  if (status.state === 'broken') {
    say(`lab: ${names.lab} is broken:`);
    for (const problem of status.problems) say(`  ${problem}`);
    say('garden lab up mends a lab whose hosts have stopped; garden lab down removes all of it.');
  }
  return status;
}
