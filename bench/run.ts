import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { promisify } from 'node:util';
import type { Entry, Ground, Sample } from './entries.ts';
import type { EntryResult, ScenarioResult } from './results.ts';
import type { Scenario } from './scenarios.ts';

const execute = promisify(execFile);

/** One that took longer than this, in milliseconds, is measured once: chance does not decide there any more. */
const LONG = 60_000;

export interface RunOptions {
  /** How many rounds are measured. */
  readonly runs: number;
  /** Names of contenders that are left out. */
  readonly without: readonly string[];
  /** Told what is being done. */
  readonly say: (text: string) => void;
}

/** Measures a scenario: in each round everybody once, one after the other, so that all meet the same machine. */
export async function runScenario(scenario: Scenario, ground: Ground, options: RunOptions): Promise<ScenarioResult> {
  const { runs, without, say } = options;
  const missing: Record<string, string> = {};
  const present: Entry[] = [];
  for (const entry of scenario.entries(ground)) {
    const why = without.includes(entry.name) ? 'left out by --without' : await entry.missing();
    if (why === undefined) present.push(entry);
    else missing[entry.name] = why;
  }
  const results = new Map<Entry, EntryResult>();
  if (present.length > 0) await scenario.prepare(ground);
  for (let round = 0; round < runs; round++) {
    for (const entry of [...present]) {
      const { name, how, note } = entry;
      const result = results.get(entry) ?? {
        name,
        how,
        ...(note !== undefined && { note }),
        wall: [],
        cpu: [],
        memory: [],
      };
      if (round > 0 && (result.wall.at(-1) ?? 0) > LONG) continue;
      say(`${scenario.name}, round ${round + 1} of ${runs}: ${name}`);
      let sample: Sample;
      try {
        sample = await entry.once();
      } catch (error) {
        say(error instanceof Error ? error.message : String(error));
        missing[name] = 'it failed';
        present.splice(present.indexOf(entry), 1);
        results.delete(entry);
        continue;
      }
      result.wall.push(sample.wall);
      result.cpu.push(sample.cpu);
      result.memory.push(sample.memory);
      results.set(entry, result);
    }
  }
  const { name, what, hosts, goals } = scenario;
  return {
    ...{ name, what, hosts, missing, goals: [...goals] },
    entries: [...results.values()],
    when: new Date().toISOString().slice(0, 10),
    commit: await commit(),
    machine: await machine(ground),
  };
}

async function commit(): Promise<string> {
  const git = (...words: string[]) => execute('git', ['-C', import.meta.dirname, ...words]);
  try {
    const { stdout } = await git('rev-parse', '--short', 'HEAD');
    const { stdout: changed } = await git('status', '--porcelain', '--untracked-files=no');
    return `${stdout.trim()}${changed === '' ? '' : ', with changes'}`;
  } catch {
    return 'unknown';
  }
}

let described: Promise<Record<string, string>> | undefined;

function machine(ground: Ground): Promise<Record<string, string>> {
  described ??= describe(ground);
  return described;
}

async function describe({ network }: Ground): Promise<Record<string, string>> {
  const processors = cpus();
  const version = async (program: string, ...words: string[]) => {
    const found = await execute(program, words).catch(() => undefined);
    return found === undefined ? 'none' : (`${found.stdout}${found.stderr}`.split('\n')[0] ?? '').trim();
  };
  return {
    processors: `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(Number(/MemTotal:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) / 1e6)} GB`,
    kernel: release(),
    node: process.version,
    ssh: await version('ssh', '-V'),
    ansible: await version('ansible', '--version'),
    bundlewrap: await version('bw', '--version'),
    delay: network.how,
  };
}
