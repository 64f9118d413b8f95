import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WORK } from './work-folder.ts';

/** A command, and where and how it is run. */
export interface Command {
  readonly words: readonly string[];
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a command took and how it ended. */
export interface Measured {
  /** In milliseconds. */
  readonly wall: number;
  /** User and system time of its whole process tree on the controller, in milliseconds. */
  readonly cpu: number;
  /** The most memory that all processes of the tree had at once, in bytes; pages that they share count for each. */
  readonly memory: number;
  readonly status: number;
  readonly output: string;
}

/** How often memory is looked at, in milliseconds. */
const SAMPLING = 50;
const OUTPUT_SHOWN = 20_000_000;
const PAGE = 4096;
const HOME = join(WORK, 'home');

/*
 * The command runs in a space of process ids of its own, so that what it leaves behind (the master of a shared SSH
 * connection) ends with it, and is waited for by that space's process 1: so its processor time is counted, too. The inner
 * shell takes the time, the outer one the processor time of all.
 */
const OUTER = `cd "$1"; shift; TIMEFORMAT="%3U %3S"
{ time unshare --pid --fork --kill-child --mount-proc --mount bash -c "$1" bash "\${@:2}"; } 2>"$2/times"`;
const INNER =
  'started=$EPOCHREALTIME; "${@:2}" </dev/null >"$1/output" 2>&1; status=$?; echo "$started $EPOCHREALTIME $status" >"$1/wall"';

/** Runs a command and measures it. */
export async function measure(command: Command): Promise<Measured> {
  const notes = await mkdtemp(join(tmpdir(), 'garden-bench-'));
  try {
    const environment = { ...plainEnvironment(), ...command.environment };
    const child = spawn('bash', ['-c', OUTER, 'bash', command.folder, INNER, notes, ...command.words], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: environment,
    });
    let memory = 0;
    const sampling = setInterval(() => {
      memory = Math.max(memory, memoryOfTrees(commandsUnder(child.pid ?? 0)));
    }, SAMPLING);
    await new Promise((resolve) => child.once('exit', resolve));
    clearInterval(sampling);
    const read = (name: string) => readFile(join(notes, name), 'utf8');
    const [started = 0, ended = 0, status = 1] = (await read('wall')).trim().split(' ').map(Number);
    const [user = 0, system = 0] = (await read('times')).trim().split(' ').map(Number);
    const output = (await read('output')).slice(0, OUTPUT_SHOWN);
    return { wall: (ended - started) * 1000, cpu: (user + system) * 1000, memory, status, output };
  } finally {
    await rm(notes, { recursive: true, force: true });
  }
}

let emptyCost: number | undefined;

/** The processor time of the measuring itself, in milliseconds: what measuring `true` costs at least. */
export async function costOfMeasuring(): Promise<number> {
  if (emptyCost === undefined) {
    const costs: number[] = [];
    for (let round = 0; round < 7; round++) costs.push((await measure({ words: ['true'], folder: '/' })).cpu);
    emptyCost = Math.min(...costs);
  }
  return emptyCost;
}

/** Nothing of the person's own: no agent, no settings of tools, a home folder that holds nothing. */
function plainEnvironment(): Record<string, string> {
  mkdirSync(HOME, { recursive: true });
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME, LC_ALL: 'C.UTF-8', TERM: 'dumb', NO_COLOR: '1' };
}

/** What the inner shell has started: the command, and what it left behind. */
function commandsUnder(outerShell: number): readonly number[] {
  const unshare = childrenOf(outerShell);
  const innerShell = unshare.flatMap(childrenOf);
  return innerShell.flatMap(childrenOf);
}

/** The memory of processes and of all below them, in bytes. */
function memoryOfTrees(roots: readonly number[]): number {
  return roots.reduce((sum, pid) => sum + memoryOf(pid) + memoryOfTrees(childrenOf(pid)), 0);
}

function memoryOf(pid: number): number {
  return Number(readOr(`/proc/${pid}/statm`, '0 0').split(' ')[1]) * PAGE;
}

function childrenOf(pid: number): readonly number[] {
  let threads: readonly string[] = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    // It has ended meanwhile.
  }
  return threads.flatMap((thread) =>
    readOr(`/proc/${pid}/task/${thread}/children`, '').split(' ').filter(Boolean).map(Number),
  );
}

/** A file of a process that may have ended meanwhile. */
function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

const execute = promisify(execFile);

/** Whether a program is there. */
export async function hasProgram(name: string): Promise<boolean> {
  return execute('sh', ['-c', 'command -v "$1"', 'sh', name]).then(
    () => true,
    () => false,
  );
}
