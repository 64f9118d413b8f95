import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { ConnectionSettings } from '../../lib/model/host.ts';
import { Secret } from '../../lib/model/secret.ts';

const execute = promisify(execFile);
const HOST_KEY_TYPES = ['ed25519', 'ecdsa', 'rsa'] as const;

/** Says why no sshd can be started here, for a test that is left out; undefined where it can. */
export const sshdUnavailable: string | undefined =
  process.platform !== 'linux'
    ? 'a private sshd needs Linux name spaces'
    : process.getuid?.() !== 0
      ? 'a private sshd needs root (name spaces, users of its own)'
      : undefined;

export interface SshdUser {
  readonly name: string;
  /** Without one, the user can only log in with a key. */
  readonly password?: string;
  /** The log-in shell; `/bin/sh` by default. */
  readonly shell?: string;
  /** What sudo lets this user do, as any user: everything, after asking for the password or without; nothing by default. */
  readonly sudo?: 'with-password' | 'without-password';
}

export interface SshdOptions {
  /** One user `tester` by default. */
  readonly users?: readonly SshdUser[];
  /** Lines for sshd_config; they come before the defaults and so win (sshd_config(5): the first value is used). */
  readonly config?: readonly string[];
}

/** A real sshd on loopback: a host of its own for tests. */
export interface Sshd {
  readonly address: string;
  readonly port: number;
  /** Private folder on this machine (mode 0755), removed by `stop`: keys, known_hosts, ssh's configuration. */
  readonly folder: string;
  /** Lines as they stand in a public key file, one a type. */
  readonly hostKeys: readonly string[];
  /** Has all host keys; garden and ssh use it when given `settings`. */
  readonly knownHostsFile: string;
  /** The file given to ssh as `-F`; a test may append to it. */
  readonly configFile: string;
  /** The process id of sshd as seen from outside; it is process 1 in there. */
  readonly pid: number;
  /** Where the files of that host are seen from outside, e.g. to look into its `/etc`. */
  readonly root: string;
  /** What sshd logged so far (LogLevel VERBOSE), line by line. */
  readonly log: readonly string[];
  /**
   * How to log in, by key, as this user (the first one by default; `root` works too). With another `port`, e.g. that of
   * a proxy in between, the host keys are made known for that port.
   */
  settings(user?: string, options?: { readonly port?: number }): ConnectionSettings;
  /** As `settings`, but with the user's password and without a key. */
  passwordSettings(user?: string): ConnectionSettings;
  addUser(user: SshdUser): Promise<void>;
  /** Runs a script in there, as root, and resolves to what it printed. */
  run(script: string, input?: string): Promise<string>;
  /** Ends sshd and everything that was started through it, and removes its files. */
  stop(): Promise<void>;
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/**
 * What the host is made of: the machine's own system, but with private layers over the folders that log-ins and
 * playbooks write to. So users, sudo rules and state files are real in there and do not exist outside.
 */
const HOST_SCRIPT = `
set -e
layers=$1; shift
mount -t tmpfs tmpfs "$layers"
for folder in etc var root run home opt srv usr/local; do
  [ -d "/$folder" ] || continue
  upper=$layers/$(echo "$folder" | tr / -)
  mkdir -p "$upper/upper" "$upper/work"
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$upper/upper,workdir=$upper/work" "/$folder"
done
mkdir -p /run/sshd
printf '%s\\n' 'auth required pam_unix.so' 'account required pam_unix.so' 'session required pam_unix.so' > /etc/pam.d/sshd
exec /usr/sbin/sshd "$@"
`;

async function generateKey(file: string, type: string): Promise<string> {
  const size = type === 'rsa' ? ['-b', '2048'] : [];
  await execute('ssh-keygen', ['-q', '-t', type, ...size, '-N', '', '-C', '', '-f', file]);
  return (await readFile(`${file}.pub`, 'utf8')).trim();
}

async function listening(child: ChildProcess, log: string[]): Promise<void> {
  const { stderr } = child;
  if (stderr === null) throw new Error('sshd has no standard error');
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: stderr }).on('line', (line) => {
      log.push(line);
      if (line.startsWith('Server listening on')) resolve();
    });
    child.once('exit', () => reject(new Error(`sshd did not start:\n${log.join('\n')}`)));
  });
}

/** The process id of the only child of a process (proc(5), /proc/PID/task/TID/children). */
async function childOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim());
}

/**
 * Starts a private sshd on 127.0.0.1 and a free port, in mount and process name spaces of its own. Needs root. It ends with
 * `stop`, and also when this process dies.
 */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  if (sshdUnavailable !== undefined) throw new Error(sshdUnavailable);
  const users = options.users ?? [{ name: 'tester' }];
  const folder = await mkdtemp(join(tmpdir(), 'garden-sshd-'));
  await chmod(folder, 0o755);
  for (const name of ['layers', 'keys', 'home']) await mkdir(join(folder, name), { mode: 0o755 });

  const hostKeys = await Promise.all(HOST_KEY_TYPES.map((type) => generateKey(join(folder, `host_${type}`), type)));
  const userKey = join(folder, 'keys', 'id_ed25519');
  const publicKey = await generateKey(userKey, 'ed25519');
  const port = await freePort();
  const serverConfig = join(folder, 'sshd_config');
  const lines = [
    ...(options.config ?? []),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...HOST_KEY_TYPES.map((type) => `HostKey ${join(folder, `host_${type}`)}`),
    'UsePAM yes',
    'PidFile none',
    'LogLevel VERBOSE',
    'PrintMotd no',
    'Subsystem sftp internal-sftp',
  ];
  await writeFile(serverConfig, `${lines.join('\n')}\n`);

  const knownHostsFile = join(folder, 'known_hosts');
  const trust = (trusted: number) =>
    appendFileSync(knownHostsFile, hostKeys.map((key) => `[127.0.0.1]:${trusted} ${key}\n`).join(''));
  trust(port);
  const configFile = join(folder, 'ssh_config');
  await writeFile(configFile, `Host *\n  UserKnownHostsFile ${knownHostsFile}\n  GlobalKnownHostsFile /dev/null\n`);

  const log: string[] = [];
  const child = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...['--propagation', 'private', 'sh', '-c', HOST_SCRIPT, 'sh', join(folder, 'layers'), '-D', '-e'],
      ...['-f', serverConfig],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const outerPid = child.pid;
  if (outerPid === undefined) throw new Error('setpriv or unshare is missing (package util-linux)');
  await listening(child, log);
  const pid = await childOf(outerPid);

  const passwords = new Map<string, string>();
  const trustedPorts = new Set([port]);

  const run = (script: string, input = ''): Promise<string> => {
    const running = execute('nsenter', ['--target', String(pid), '--mount', '--pid', 'sh', '-ec', script]);
    // A script that reads nothing may have ended before this arrives.
    running.child.stdin?.on('error', () => {}).end(input);
    return running.then(({ stdout }) => stdout);
  };
  const authorize = (name: string) =>
    run(
      `home=$(getent passwd ${name} | cut -d: -f6)
       mkdir -p "$home/.ssh" && cat > "$home/.ssh/authorized_keys"
       chmod 700 "$home/.ssh" && chown -R ${name}: "$home/.ssh"`,
      `${publicKey}\n`,
    );

  const addUser = async (user: SshdUser): Promise<void> => {
    await run(
      `useradd --no-log-init -m -d ${join(folder, 'home', user.name)} -s ${user.shell ?? '/bin/sh'} ${user.name}`,
    );
    if (user.password !== undefined) {
      passwords.set(user.name, user.password);
      await run('chpasswd', `${user.name}:${user.password}\n`);
    }
    if (user.sudo !== undefined) {
      const tag = user.sudo === 'without-password' ? 'NOPASSWD: ' : '';
      await run(`mkdir -p /etc/sudoers.d; cat > /etc/sudoers.d/${user.name}`, `${user.name} ALL=(ALL) ${tag}ALL\n`);
    }
    await authorize(user.name);
  };

  const settings = (user = users[0]?.name ?? 'root', { port: through = port } = {}): ConnectionSettings => {
    if (!trustedPorts.has(through)) {
      trustedPorts.add(through);
      trust(through);
    }
    return {
      address: '127.0.0.1',
      port: through,
      user,
      privateKeyFile: userKey,
      sshArguments: ['-F', configFile],
    };
  };

  const sshd: Sshd = {
    address: '127.0.0.1',
    port,
    folder,
    hostKeys,
    knownHostsFile,
    configFile,
    pid,
    root: `/proc/${pid}/root`,
    log,
    settings,
    passwordSettings(user) {
      const { privateKeyFile: _, ...rest } = settings(user);
      const password = passwords.get(rest.user ?? '');
      if (password === undefined) throw new Error(`${rest.user} has no password`);
      return { ...rest, password: new Secret(password) };
    },
    addUser,
    run,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, 'SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };

  try {
    await authorize('root');
    for (const user of users) await addUser(user);
  } catch (error) {
    await sshd.stop();
    throw error;
  }
  return sshd;
}
