import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { errorCode } from '../model/thrown.ts';
import type { Channel, ChannelEnd } from './transport.ts';

/** How long a process may take to end when asked to, in milliseconds; then it is killed. */
const GRACE = 2_000;

/** Sends a signal to a process group; says nothing where it has ended already. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/**
 * Starts a process of this machine in its own process group (so that Ctrl-C in the terminal does not reach it) and
 * hands out its streams as a channel. `close` ends the whole group.
 *
 * @throws the system's error where the program cannot be started.
 */
export async function openProcess(
  program: string,
  args: readonly string[],
  options: { readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<Channel> {
  const child: ChildProcessWithoutNullStreams = spawn(program, args, {
    detached: true,
    env: { ...process.env, ...options.environment },
  });
  // Writing to a process that has ended is no fault of ours; what counts is how it ended.
  child.stdin.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const leader = child.pid;
  let over = false;
  let kill: NodeJS.Timeout | undefined;
  const ended = new Promise<ChannelEnd>((resolve) => {
    child.once('close', (status, signal) => {
      over = true;
      clearTimeout(kill);
      resolve({ status: status ?? undefined, signal: signal ?? undefined });
    });
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    close() {
      if (over || kill !== undefined || leader === undefined) return;
      child.stdin.destroy();
      signalGroup(leader, 'SIGTERM');
      kill = setTimeout(() => {
        signalGroup(leader, 'SIGKILL');
        // What left the group may still hold the pipes; it is not waited for.
        child.stdout.destroy();
        child.stderr.destroy();
      }, GRACE);
    },
  };
}
