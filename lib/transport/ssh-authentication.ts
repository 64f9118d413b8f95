import type { AnyAuthMethod, ParsedKey } from 'ssh2';
import { Unreachable } from '../model/errors.ts';
import type { ConnectionSettings } from '../model/host.ts';
import type { Secret } from '../model/secret.ts';
import { errorText } from '../model/thrown.ts';
import { fingerprint } from './known-hosts.ts';
import { type AgentKey, agentKeys } from './ssh-agent.ts';
import { expandHome, type SshConfig } from './ssh-config.ts';
import { type KeyFile, readKeyFile } from './ssh-keys.ts';

/** Methods as the server names them (RFC 4252, RFC 4256). */
type ServerMethod = 'publickey' | 'password' | 'keyboard-interactive';

interface Candidate {
  readonly method: ServerMethod;
  /** In words, for the error message: which key, from where. */
  readonly label: string;
  readonly attempt: (user: string, attempts: Attempts) => AnyAuthMethod;
}

/** The credentials that a log-in may try, found once; each try at connecting takes a fresh {@link Attempts}. */
export class Credentials {
  readonly #candidates: readonly Candidate[];
  /** Things that a person should know when nothing worked: keys that were passed over, and why. */
  readonly #remarks: readonly string[];
  readonly #config: SshConfig;

  private constructor(config: SshConfig, candidates: readonly Candidate[], remarks: readonly string[]) {
    this.#config = config;
    this.#candidates = candidates;
    this.#remarks = remarks;
  }

  /**
   * Finds what there is to log in with, in this order: the key file of the settings; the agent's keys, those that
   * ssh's configuration names first; other key files; the password. With a password or key file given, keys of the
   * agent that nothing names are not offered: sshd ends a log-in after six attempts (MaxAuthTries).
   *
   * @throws Unreachable where the key file of the settings cannot be used.
   */
  static async find(config: SshConfig, settings: ConnectionSettings): Promise<Credentials> {
    const remarks: string[] = [];
    const keys = config.isOff('pubkeyauthentication') ? [] : await publicKeys(config, settings, remarks);
    const passwords = settings.password === undefined ? [] : passwordCandidates(config, settings.password);
    return new Credentials(config, [...keys, ...passwords], remarks);
  }

  attempts(): Attempts {
    return new Attempts(this.#config, this.#candidates, this.#remarks);
  }
}

/** One log-in: which credentials were tried, and what comes next. */
export class Attempts {
  readonly #config: SshConfig;
  readonly #remaining: Candidate[];
  readonly #remarks: string[];
  readonly #tried: string[] = [];
  #allowed: readonly string[] | undefined;

  constructor(config: SshConfig, candidates: readonly Candidate[], remarks: readonly string[]) {
    this.#config = config;
    this.#remaining = [...candidates];
    this.#remarks = [...remarks];
  }

  /**
   * The next method to try, or false where none is left: an `authHandler` of ssh2.
   *
   * @param allowed methods that the server would take now; null before the first attempt.
   */
  next(allowed: readonly string[] | null): AnyAuthMethod | false {
    const { user } = this.#config;
    if (allowed === null) {
      // Asking for the list costs a round trip; a key can be offered at once.
      if (this.#remaining[0]?.method !== 'publickey') return { type: 'none', username: user };
    } else {
      this.#allowed = allowed;
    }
    // What the server does not take now it may take after the first factor (AuthenticationMethods), so it is kept.
    const index = this.#remaining.findIndex(({ method }) => allowed === null || allowed.includes(method));
    const [candidate] = index < 0 ? [] : this.#remaining.splice(index, 1);
    if (candidate === undefined) return false;
    this.#tried.push(candidate.label);
    return candidate.attempt(user, this);
  }

  remark(text: string): void {
    this.#remarks.push(text);
  }

  /** The same password is not sent twice in two ways: each failure counts towards a lock-out of the account. */
  forgetPassword(): void {
    const kept = this.#remaining.filter(({ method }) => method === 'publickey');
    this.#remaining.splice(0, this.#remaining.length, ...kept);
  }

  /** Says why the log-in failed. */
  explain(reason: string): Unreachable {
    const { user, alias } = this.#config;
    const tried = this.#tried.length === 0 ? 'nothing to try' : `tried: ${this.#tried.join(', ')}`;
    const allowed = this.#allowed === undefined ? '' : `; the host allows: ${this.#allowed.join(', ')}`;
    const remarks = this.#remarks.map((remark) => `; ${remark}`).join('');
    return new Unreachable(`${alias}: log-in as ${user} refused: ${reason} (${tried}${allowed}${remarks})`, {
      hint: this.#advice(user),
    });
  }

  #advice(user: string): string {
    if (this.#tried.length === 0) {
      return 'give a key file (--private-key), load one into the agent (ssh-add), or give a password (-k)';
    }
    if (!this.#tried.some((label) => label.startsWith('key '))) {
      return 'check the user name and the password (-k, ansible_password); it was given once and is not tried again';
    }
    return `check the user name, and that the host has the key in ~${user}/.ssh/authorized_keys. Certificates and hardware keys in an agent need ansible_connection=openssh`;
  }
}

function passwordCandidates(config: SshConfig, password: Secret): Candidate[] {
  const plain: Candidate = {
    method: 'password',
    label: 'password',
    attempt(username, attempts) {
      attempts.forgetPassword();
      return { type: 'password', username, password: password.reveal() };
    },
  };
  const interactive: Candidate = {
    method: 'keyboard-interactive',
    label: 'password (keyboard-interactive)',
    attempt(username, attempts) {
      attempts.forgetPassword();
      let answered = false;
      return {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _instructions, _language, prompts, finish) => {
          const [prompt] = prompts;
          // Only the first hidden question is for the password; a second one is a refusal, a code or an expired password.
          if (!answered && prompts.length === 1 && prompt?.echo === false) {
            answered = true;
            finish([password.reveal()]);
            return;
          }
          if (prompts.length > 0) {
            const questions = prompts.map((each) => each.prompt.trim()).join('" and "');
            attempts.remark(`the host asked "${questions}", which garden cannot answer`);
          }
          finish(prompts.map(() => ''));
        },
      };
    },
  };
  return [
    ...(config.isOff('passwordauthentication') ? [] : [plain]),
    ...(config.isOff('kbdinteractiveauthentication') ? [] : [interactive]),
  ];
}

async function publicKeys(config: SshConfig, settings: ConnectionSettings, remarks: string[]): Promise<Candidate[]> {
  const explicit = settings.privateKeyFile === undefined ? undefined : expandHome(settings.privateKeyFile);
  const names = [...new Set([...(explicit === undefined ? [] : [explicit]), ...config.identityFiles])];
  const [inAgent, files] = await Promise.all([
    readAgent(config, remarks),
    Promise.all(names.map(async (name) => ({ name, file: await readKeyFile(name, settings.privateKeyPassphrase) }))),
  ]);

  const named: Candidate[] = [];
  const fromFiles: Candidate[] = [];
  const taken = new Set<AgentKey>();
  let first: Candidate | undefined;
  for (const { name, file } of files) {
    const blob = publicBlob(file);
    const held = inAgent.find((each) => blob !== undefined && each.key.getPublicSSH().equals(blob));
    if (file.kind === 'usable') {
      const candidate = fileCandidate(name, file.key);
      if (name === explicit) first = candidate;
      else if (held === undefined) fromFiles.push(candidate);
    } else if (held === undefined) {
      const problem = describeProblem(file);
      if (name === explicit && problem !== undefined) throw unusableKey(config, name, file, problem);
      if (problem !== undefined) remarks.push(`key ${name} passed over: ${problem}`);
    }
    if (held === undefined || taken.has(held)) continue;
    taken.add(held);
    if (name !== explicit || first === undefined) named.push(agentCandidate(held));
  }
  const onlyNamed = config.isOn('identitiesonly') || explicit !== undefined || settings.password !== undefined;
  const others = onlyNamed ? [] : inAgent.filter((key) => !taken.has(key)).map(agentCandidate);
  return [...(first === undefined ? [] : [first]), ...named, ...others, ...fromFiles];
}

async function readAgent(config: SshConfig, remarks: string[]): Promise<readonly AgentKey[]> {
  const socket = config.agentSocket;
  if (socket === undefined) return [];
  try {
    return await agentKeys(socket);
  } catch (error) {
    remarks.push(`the agent at ${socket} does not answer: ${errorText(error)}`);
    return [];
  }
}

function publicBlob(file: KeyFile): Buffer | undefined {
  if (file.kind === 'usable') return file.key.getPublicSSH();
  return file.kind === 'locked' || file.kind === 'wrong-passphrase' ? file.publicKey : undefined;
}

/** Undefined for a file that is not there: ssh's default names are only tried if they exist. */
function describeProblem(file: KeyFile): string | undefined {
  switch (file.kind) {
    case 'locked':
      return 'it is encrypted, and no passphrase was given';
    case 'wrong-passphrase':
      return 'the passphrase is wrong';
    case 'unusable':
      return file.reason;
    default:
      return undefined;
  }
}

function unusableKey(config: SshConfig, name: string, file: KeyFile, problem: string): Unreachable {
  return new Unreachable(`${config.alias}: the private key ${name} cannot be used: ${problem}`, {
    hint:
      file.kind === 'unusable'
        ? `check it with: ssh-keygen -yf ${name}`
        : 'give its passphrase, or load it into the agent: ssh-add',
  });
}

function fileCandidate(name: string, key: ParsedKey): Candidate {
  return {
    method: 'publickey',
    label: `key ${name} (${fingerprint(key.getPublicSSH())})`,
    attempt: (username) => ({ type: 'publickey', username, key }),
  };
}

function agentCandidate(agent: AgentKey): Candidate {
  return {
    method: 'publickey',
    label: `key of the agent ${agent.key.comment} (${fingerprint(agent.key.getPublicSSH())})`,
    attempt: (username) => ({ type: 'agent', username, agent }),
  };
}
