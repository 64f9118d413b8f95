import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Script } from '../../lib/model/script.ts';
import { runScript } from './run-script.ts';

/** Says why there can be no scratch root here, for a test that is left out; undefined where there can. */
export const scratchRootUnavailable: string | undefined =
  process.platform !== 'linux'
    ? 'a scratch root needs Linux name spaces'
    : process.getuid?.() !== 0
      ? 'a scratch root needs root (name spaces, an overlay, chroot)'
      : undefined;

export type Shell = 'dash' | 'bash' | 'busybox';
export const SHELLS: readonly Shell[] = ['dash', 'bash', 'busybox'];

/** What a script printed, and its exit status (128 + n where signal n ended the shell). */
export interface ScratchResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** A throw-away copy of the machine's own system. */
export interface ScratchRoot {
  /** Runs a script as root in there, with its standard input closed and `LC_ALL=C`; by dash where no shell is named. */
  run(script: Script, options?: { readonly shell?: Shell }): Promise<ScratchResult>;
  /** Where an absolute path of it is seen from outside. Absolute symbolic links on the way lead outside. */
  path(path: string): string;
  /** The folder, seen from outside, that has only what was changed. */
  readonly upper: string;
  /** Ends all that runs in there; its files and mounts go with it. */
  remove(): Promise<void>;
}

export interface ScratchRootOptions {
  /** An own network, with nothing but a loopback; only then may `net.*` sysctls be written. */
  readonly ownNetwork?: boolean;
}

/**
 * Builds the root in a private mount name space and stays in it as its process 1. The layers lie in a tmpfs, which
 * nothing outlives; it covers /tmp because that is a folder every system has. An overlay takes its lower folder
 * without what is mounted in it, so /dev, /proc, /run and /sys are made here: /proc/sys and /sys read-only, since
 * they are the kernel's own.
 */
const HOLDER = `
set -e
mount -t tmpfs -o mode=0755 tmpfs /tmp
mkdir /tmp/upper /tmp/work /tmp/root
mount -t overlay -o lowerdir=/,upperdir=/tmp/upper,workdir=/tmp/work overlay /tmp/root
cd /tmp/root
mkdir -p proc sys dev run tmp
chmod 1777 tmp
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
if [ "$1" = own-network ]; then mount --bind /proc/sys/net proc/sys/net; fi
mount --bind /sys sys
mount -o remount,bind,ro sys
mount -t tmpfs -o mode=0755 tmpfs run
mkdir -m 1777 run/lock
mount -t tmpfs -o mode=0755 tmpfs dev
for device in null zero full random urandom tty; do
  : > "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
exec chroot . /bin/sh -c 'cd /; echo ready; read -r _'
`;

/** Reads a whole script before any of it runs, so that the script's own standard input is closed, not the rest of it. */
const RUNNER = 'scratch_script=$(cat); eval "$scratch_script" </dev/null';
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LC_ALL: 'C',
};
/** bash would read ~/.bashrc here: with a socket as standard input it takes itself to be started by rshd (bash(1)). */
const COMMANDS = { dash: ['dash'], bash: ['bash', '--norc'], busybox: ['busybox', 'sh'] } as const;

/** Resolves at the first line; rejects with what was said on standard error where the stream ends before. */
async function firstLine(stdout: Readable, stderr: Readable): Promise<void> {
  const complaints = text(stderr);
  const ready = await new Promise<boolean>((resolve) => {
    stdout.once('data', () => resolve(true));
    stdout.once('end', () => resolve(false));
  });
  if (!ready) throw new Error(`no scratch root: ${await complaints}`);
}

/** The process id of the only child of a process (proc(5), /proc/PID/task/TID/children). */
async function childOf(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
}

/**
 * Makes a throw-away root: a writable copy of this machine's system in name spaces of its own (mounts, processes,
 * host name, IPC; the network on request). It ends with `remove`, and also when this process dies.
 *
 * @throws Error where there can be none; see {@link scratchRootUnavailable}.
 */
export async function scratchRoot(options: ScratchRootOptions = {}): Promise<ScratchRoot> {
  if (scratchRootUnavailable !== undefined) throw new Error(scratchRootUnavailable);
  const network = options.ownNetwork ? ['--net'] : [];
  const holder = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--uts', '--ipc', ...network, '--fork', '--kill-child'],
      ...['--propagation', 'private', 'sh', '-c', HOLDER, 'sh', options.ownNetwork ? 'own-network' : 'shared-network'],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'], env: ENVIRONMENT },
  );
  const exited = new Promise((resolve) => holder.once('exit', resolve));
  await firstLine(holder.stdout, holder.stderr);
  const outerPid = holder.pid;
  if (outerPid === undefined) throw new Error('setpriv or unshare is missing (package util-linux)');
  const target = await childOf(outerPid);

  // A test that forgets to remove it still ends, and the root with it.
  holder.unref();
  for (const stream of [holder.stdin, holder.stdout, holder.stderr]) {
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
  }

  return {
    async run(script, { shell = 'dash' } = {}) {
      const spaces = ['--mount', '--pid', '--uts', '--ipc', ...network, '--root', '--wd'];
      const running = spawn('nsenter', ['--target', target, ...spaces, ...COMMANDS[shell], '-c', RUNNER], {
        env: ENVIRONMENT,
      });
      return runScript(running, script);
    },
    path: (path) => `/proc/${outerPid}/root/tmp/root${path}`,
    upper: `/proc/${outerPid}/root/tmp/upper`,
    async remove() {
      holder.ref();
      if (holder.exitCode === null && holder.signalCode === null) process.kill(Number(target), 'SIGKILL');
      await exited;
    },
  };
}
