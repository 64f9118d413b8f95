import { readdir, readFile } from 'node:fs/promises';
import type { LabNames } from './layout.ts';

/** A process of a lab's host, as this machine sees it. */
export interface LabProcess {
  readonly pid: number;
  readonly host: string;
  /** In clock ticks since the machine's start (proc(5), stat, field 22): with the pid it identifies a process. */
  readonly startTime: number;
  readonly command: readonly string[];
  /** Whether it is the host's first process, its init. */
  readonly isInit: boolean;
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function startTimeOf(pid: number): Promise<number | undefined> {
  const stat = await read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in parentheses may itself hold spaces and parentheses; field 3 comes behind the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie has ended; its parent has not looked yet.
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : Number(fields[19]);
}

/**
 * The running processes of a lab. They are known by their control group, or (a supervisor that has not entered it
 * yet) by the lab's script that they run; never by their pid alone.
 */
export async function labProcesses(names: LabNames): Promise<readonly LabProcess[]> {
  // The name of a lab needs no escaping: it is letters and digits.
  const group = new RegExp(`/${names.controlGroup}/([^/\n]+)|/garden-lab-${names.lab}-([^/\n]+).service`);
  const script = new RegExp(`^${names.folder}/hosts/([^/]+)/run.sh$`);
  const examine = async (pid: number): Promise<LabProcess | undefined> => {
    const [groups, commandLine] = await Promise.all([read(`/proc/${pid}/cgroup`), read(`/proc/${pid}/cmdline`)]);
    if (groups === undefined || commandLine === undefined) return undefined;
    const command = commandLine.split('\0').slice(0, -1);
    const inGroup = group.exec(groups);
    const byScript = command[0] === 'sh' ? script.exec(command[1] ?? '')?.[1] : undefined;
    const host = inGroup?.[1] ?? inGroup?.[2] ?? byScript;
    if (host === undefined) return undefined;
    const [startTime, status] = await Promise.all([startTimeOf(pid), read(`/proc/${pid}/status`)]);
    if (startTime === undefined || status === undefined) return undefined;
    // In the pid namespace of the container, one below ours, init is number 1.
    const isInit = /^NSpid:\t\d+\t1$/m.test(status);
    return { pid, host, startTime, command, isInit };
  };
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(examine));
  return found.filter((process) => process !== undefined);
}

/** Ends a process at once, if it is still the same one. */
export async function kill({ pid, startTime }: LabProcess): Promise<void> {
  if ((await startTimeOf(pid)) !== startTime) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

/** Memory of a process in bytes, shared pages divided among those that share them (proc(5), smaps_rollup, Pss). */
export async function memoryOf({ pid }: LabProcess): Promise<number> {
  const match = /^Pss:\s+(\d+) kB/m.exec((await read(`/proc/${pid}/smaps_rollup`)) ?? '');
  return Number(match?.[1] ?? 0) * 1024;
}
