import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { ConnectionLost, Unreachable } from '../model/errors.ts';
import type { ConnectionSettings } from '../model/host.ts';
import { makeAskpass } from './askpass.ts';
import { HINT_SILENT } from './network-errors.ts';
import { explainOpenSsh } from './openssh-errors.ts';
import { signalGroup } from './process-channel.ts';
import { type SshConfig, sshDestination } from './ssh-config.ts';

/** The socket's path may have 104 bytes on some systems, and ssh adds 17 while it makes it. */
const LONGEST_FOLDER = 80;
const READY = 'garden-ready';
/** How long ssh may take to say goodbye, in milliseconds; then it is killed. */
const GRACE = 2_000;

/**
 * Holds ssh on a leash: when this process ends, however it ends, the pipe on standard input closes, and ssh and its
 * private folder go with it. `$1` is the folder, the rest is the command.
 */
const LEASH = `
folder=$1; shift
exec 3<&0
"$@" 3<&- </dev/null &
ssh=$!
{ read -r line <&3; kill "$ssh"; } >/dev/null 2>&1 &
watcher=$!
wait "$ssh"
status=$?
kill "$watcher" 2>/dev/null
rm -rf -- "$folder"
exit "$status"
`;

/** A log-in of the system's ssh, through whose socket other ssh processes open channels. */
export interface Master {
  readonly socket: string;
  /** Resolves when it has ended, with the reason where it was not closed by us. */
  readonly closed: Promise<Error | undefined>;
  close(): Promise<void>;
}

async function privateFolder(): Promise<string> {
  const runtime = process.env.XDG_RUNTIME_DIR;
  for (const base of [runtime, tmpdir(), '/tmp']) {
    // A % in the path would be taken for a token by ssh.
    if (!base || base.includes('%') || base.length > LONGEST_FOLDER) continue;
    try {
      // mkdtemp(3) makes it with mode 0700.
      return await mkdtemp(join(base, 'garden-'));
    } catch {
      // Not there or not writable: the next one.
    }
  }
  throw new Unreachable('there is no folder for the socket of ssh', {
    hint: 'set TMPDIR to a folder that can be written to, with a short name',
  });
}

/** Options that come first on the command line, so that they win over the user's (ssh_config(5)). */
function masterOptions(config: SshConfig, settings: ConnectionSettings, socket: string, asks: boolean): string[] {
  const checking = config.get('stricthostkeychecking') ?? 'ask';
  const accept = settings.acceptNewHostKeys || ['accept-new', 'no', 'off', 'false'].includes(checking);
  const options = {
    BatchMode: asks ? 'no' : 'yes',
    NumberOfPasswordPrompts: '1',
    ...(settings.password === undefined ? { PasswordAuthentication: 'no', KbdInteractiveAuthentication: 'no' } : {}),
    StrictHostKeyChecking: accept ? 'accept-new' : 'yes',
    ControlMaster: 'yes',
    ControlPath: socket,
    ControlPersist: 'no',
    ServerAliveInterval: '10',
    ServerAliveCountMax: '3',
    PermitLocalCommand: 'yes',
    // Run when the log-in is done and the socket listens: the one exact sign of that.
    LocalCommand: `echo ${READY}`,
    RemoteCommand: 'none',
    ForkAfterAuthentication: 'no',
    ClearAllForwardings: 'yes',
    ForwardAgent: 'no',
    ForwardX11: 'no',
    LogLevel: 'INFO',
  };
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/**
 * Logs in with the system's ssh and keeps the connection open.
 *
 * @param signal ends the attempt when the time is up or the caller gave up.
 * @throws CutOff where the host hung up before the log-in began; Unreachable for every other failure.
 */
export async function startMaster(
  config: SshConfig,
  settings: ConnectionSettings,
  signal: AbortSignal,
): Promise<Master> {
  const folder = await privateFolder();
  const socket = join(folder, 'm');
  const asks = settings.password !== undefined || settings.privateKeyPassphrase !== undefined;
  try {
    const askpass = asks ? await makeAskpass(config, settings, folder) : undefined;
    const child = execa(
      'sh',
      [
        ...['-c', LEASH, 'sh', folder, 'ssh', '-N', '-T'],
        ...[...masterOptions(config, settings, socket, asks), ...sshDestination(settings)],
      ],
      {
        // A session of its own: no terminal that ssh could ask on, and no Ctrl-C from it.
        detached: true,
        buffer: false,
        reject: false,
        env: { LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never', ...askpass?.environment },
      },
    );
    const errors: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
    let over = false;
    const exited = child.then(() => {
      over = true;
    });
    const end = async () => {
      child.stdin.destroy();
      const kill = setTimeout(() => {
        if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      }, GRACE);
      await exited;
      clearTimeout(kill);
      await rm(folder, { recursive: true, force: true });
    };
    try {
      await ready(child.stdout, exited, signal);
    } finally {
      await askpass?.close();
      if (over || signal.aborted) await end();
    }
    if (signal.aborted) {
      throw new Unreachable(`${config.hostname}:${config.port}: the log-in was not done in time`, {
        hint: HINT_SILENT,
      });
    }
    if (over) throw explainOpenSsh(config, errors.join('\n'));
    let closedByUs = false;
    return {
      socket,
      closed: exited.then(() => {
        const reason = errors.at(-1) ?? 'it was closed by the other side';
        return closedByUs ? undefined : new ConnectionLost(`${config.alias}: the connection was lost: ${reason}`);
      }),
      async close() {
        closedByUs = true;
        await end();
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Resolves when the log-in is done, when ssh has ended, or when the signal is aborted. */
async function ready(stdout: NodeJS.ReadableStream, exited: Promise<void>, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      if (line === READY) resolve();
    });
    void exited.then(resolve);
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
