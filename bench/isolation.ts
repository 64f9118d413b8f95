import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** In the environment of the process that runs inside: its private folder. */
const INSIDE = 'GARDEN_BENCH_INSIDE';

/** The private folder of a process that already has a network and process ids of its own; undefined outside. */
export const insideFolder: string | undefined = process.env[INSIDE];

/** Says why nothing can be measured on this machine; undefined where it can. */
export const isolationUnavailable: string | undefined =
  process.platform !== 'linux'
    ? 'the benchmark needs Linux (name spaces)'
    : process.getuid?.() !== 0
      ? 'the benchmark needs root: it starts hosts in name spaces of their own'
      : undefined;

// A shell is process 1 in there, since node would not bury the orphans of others.
const SCRIPT = 'ip link set lo up && "$@"; exit $?';

/**
 * Runs this very command line once more in name spaces of its own: a loopback network that nobody else is on, where every
 * port is free and a delay harms no one, and process ids that end with it, however it ends. Its private folder is removed
 * then. Resolves to its exit code.
 */
export async function runInside(): Promise<number> {
  // A short path: those of sockets have to be short.
  const folder = await mkdtemp(join(tmpdir(), 'garden-bench-'));
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn(
    'unshare',
    ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', SCRIPT, 'sh', ...self],
    { stdio: 'inherit', env: { ...process.env, [INSIDE]: folder, TMPDIR: folder } },
  );
  // Ctrl-C reaches the child by itself; this process stays to tell how it ended.
  process.on('SIGINT', () => {});
  const [code] = await once(child, 'exit');
  await rm(folder, { recursive: true, force: true });
  return typeof code === 'number' ? code : 1;
}
