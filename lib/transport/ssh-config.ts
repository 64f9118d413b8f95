import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir, hostname as localHostname, userInfo } from 'node:os';
import { execa } from 'execa';
import { Unreachable } from '../model/errors.ts';
import type { ConnectionSettings } from '../model/host.ts';
import { quote } from '../model/script.ts';
import { Semaphore } from '../model/semaphore.ts';

/** Where ssh looks for keys when its configuration names none (ssh(1), option -i), as far as garden can use them. */
const DEFAULT_IDENTITIES = ['id_rsa', 'id_ecdsa', 'id_ed25519'].map((name) => `~/.ssh/${name}`);

/** `~/x` as a path, for the user that garden runs as. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path;
}

/**
 * The client's configuration for one destination, as `ssh -G` answers it: Include, Match, canonical names and
 * command-line arguments are all resolved by ssh itself, never here.
 */
export class SshConfig {
  /** The name as it was given, before `Hostname` replaced it. */
  readonly alias: string;
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /** @param text what `ssh -G` printed: one lower-case keyword and its value a line. */
  constructor(alias: string, text: string) {
    this.alias = alias;
    const values = new Map<string, string[]>();
    for (const line of text.split('\n')) {
      const space = line.indexOf(' ');
      if (space <= 0) continue;
      const keyword = line.slice(0, space).toLowerCase();
      values.set(keyword, [...(values.get(keyword) ?? []), line.slice(space + 1).trim()]);
    }
    this.#values = values;
  }

  /** All values of a keyword (in lower case), in order. */
  all(keyword: string): readonly string[] {
    return this.#values.get(keyword) ?? [];
  }

  /** The value of a keyword; undefined where it is not set or is `none`. */
  get(keyword: string): string | undefined {
    const value = this.all(keyword)[0];
    return value === undefined || value === '' || value.toLowerCase() === 'none' ? undefined : value;
  }

  isOn(keyword: string): boolean {
    return this.get(keyword) === 'yes' || this.get(keyword) === 'true';
  }

  isOff(keyword: string): boolean {
    return this.get(keyword) === 'no' || this.get(keyword) === 'false';
  }

  get hostname(): string {
    return this.get('hostname') ?? this.alias;
  }

  get port(): number {
    return Number(this.get('port') ?? 22);
  }

  get user(): string {
    return this.get('user') ?? userInfo().username;
  }

  /** The hops in between, in the order in which they are passed. */
  get jumps(): readonly string[] {
    return this.get('proxyjump')?.split(',') ?? [];
  }

  /** Private key files to try, expanded; they need not exist. */
  get identityFiles(): readonly string[] {
    return this.all('identityfile')
      .filter((file) => file.toLowerCase() !== 'none')
      .map((file) => this.expand(file));
  }

  get userKnownHostsFiles(): readonly string[] {
    return this.#knownHostsFiles('userknownhostsfile');
  }

  get globalKnownHostsFiles(): readonly string[] {
    return this.#knownHostsFiles('globalknownhostsfile');
  }

  /** The agent's socket: IdentityAgent of ssh_config(5), else `SSH_AUTH_SOCK`; undefined where there is none. */
  get agentSocket(): string | undefined {
    const configured = this.all('identityagent')[0];
    if (configured === undefined || configured === 'SSH_AUTH_SOCK') return process.env.SSH_AUTH_SOCK || undefined;
    if (configured.toLowerCase() === 'none') return undefined;
    if (configured.startsWith('$')) return process.env[configured.slice(1).replace(/^\{|\}$/g, '')] || undefined;
    return this.expand(configured);
  }

  #knownHostsFiles(keyword: string): readonly string[] {
    return (this.get(keyword) ?? '')
      .split(/\s+/)
      .filter(Boolean)
      .map((file) => this.expand(file));
  }

  /** Expands `~`, `${NAME}` and the %-tokens that ssh itself leaves in its answer (ssh_config(5), TOKENS). */
  expand(text: string): string {
    const local = localHostname();
    const jumps = this.get('proxyjump') ?? '';
    const tokens: Readonly<Record<string, string>> = {
      '%': '%',
      C: createHash('sha1').update(`${local}${this.hostname}${this.port}${this.user}${jumps}`).digest('hex'),
      d: homedir(),
      h: this.hostname,
      i: String(userInfo().uid),
      j: jumps,
      k: this.get('hostkeyalias') ?? this.alias,
      L: local.replace(/\..*$/, ''),
      l: local,
      n: this.alias,
      p: String(this.port),
      r: this.user,
      u: userInfo().username,
    };
    return expandHome(text)
      .replace(/%([%A-Za-z])/g, (token, letter: string) => tokens[letter] ?? token)
      .replace(/\$\{(\w+)\}/g, (_, name: string) => process.env[name] ?? '');
  }
}

/** The arguments that make the system's ssh mean the same destination as these settings do. */
export function sshDestination(settings: ConnectionSettings): string[] {
  return [
    ...(settings.sshArguments ?? []),
    ...(settings.port === undefined ? [] : ['-p', String(settings.port)]),
    ...(settings.user === undefined ? [] : ['-l', settings.user]),
    ...(settings.privateKeyFile === undefined ? [] : ['-i', expandHome(settings.privateKeyFile)]),
    '--',
    settings.address,
  ];
}

interface Resolved {
  readonly config: SshConfig;
  /** Whether there is an `ssh` on this system at all. */
  readonly hasSsh: boolean;
}

/** What is taken where the system has no ssh that could be asked: its documented defaults. */
function plainConfig(settings: ConnectionSettings): SshConfig {
  const identities = settings.privateKeyFile === undefined ? DEFAULT_IDENTITIES : [settings.privateKeyFile];
  const text = [
    ...(settings.port === undefined ? [] : [`port ${settings.port}`]),
    ...(settings.user === undefined ? [] : [`user ${settings.user}`]),
    ...identities.map((file) => `identityfile ${file}`),
    'userknownhostsfile ~/.ssh/known_hosts ~/.ssh/known_hosts2',
    'globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2',
  ];
  return new SshConfig(settings.address, text.join('\n'));
}

async function ask(settings: ConnectionSettings): Promise<Resolved> {
  if (settings.privateKeyFile !== undefined && !existsSync(expandHome(settings.privateKeyFile))) {
    throw new Unreachable(`${settings.address}: the private key file ${settings.privateKeyFile} does not exist`, {
      hint: 'check the path; a relative one is looked up from the working directory',
    });
  }
  const answer = await execa('ssh', ['-G', ...sshDestination(settings)], {
    stdin: 'ignore',
    reject: false,
    env: { LC_ALL: 'C' },
  });
  if (answer.code === 'ENOENT') return { config: plainConfig(settings), hasSsh: false };
  if (answer.failed) {
    throw new Unreachable(`${settings.address}: ssh does not accept its configuration: ${answer.stderr.trim()}`, {
      hint: `see what it says: ssh -G -- ${quote(settings.address)}`,
    });
  }
  return { config: new SshConfig(settings.address, answer.stdout), hasSsh: true };
}

const answers = new Map<string, Promise<Resolved>>();
/** A process for each host at once would keep the processors from the log-ins themselves. */
const asking = new Semaphore(8);

/**
 * Asks the system what its ssh would do for these settings. The answer is kept for the life of this process, by
 * destination and arguments.
 *
 * @throws Unreachable where ssh refuses its configuration or the key file is missing.
 */
export function resolveSshConfig(settings: ConnectionSettings): Promise<Resolved> {
  const key = JSON.stringify(sshDestination(settings));
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = asking.run(() => ask(settings));
  answers.set(key, answer);
  // A failure is not kept: the user may mend it and connect again.
  answer.catch(() => answers.delete(key));
  return answer;
}
