import { isIP } from 'node:net';
import { Unreachable } from '../model/errors.ts';
import { errorText } from '../model/thrown.ts';
import {
  appendKnownHost,
  fingerprint,
  type KnownHost,
  keyType,
  knownHostLine,
  knownHostName,
  namesMatch,
  readKnownHosts,
} from './known-hosts.ts';
import type { SshConfig } from './ssh-config.ts';
import type { Notice } from './transport.ts';

/** The host key algorithms that ssh2 can verify, in ssh's order, and the type of key that each is for (RFC 8332, 8709). */
const ALGORITHMS = [
  ['ssh-ed25519', 'ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp384'],
  ['ecdsa-sha2-nistp521', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'ssh-rsa'],
  ['rsa-sha2-256', 'ssh-rsa'],
] as const;

/** What is to be done with a key that a host has shown. */
export type Verdict =
  | { readonly kind: 'known' }
  /** Not known, and taken: to be written down. */
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly error: Unreachable };

/** What is known of one host's keys, and what is done with the key that it shows. */
export class HostKeys {
  readonly #name: string;
  readonly #lines: readonly KnownHost[];
  /** Lines that name the host without its port: ssh takes an equal key from them, but never calls one changed by them. */
  readonly #portless: readonly KnownHost[];
  readonly #config: SshConfig;
  readonly #accept: boolean;

  private constructor(config: SshConfig, all: readonly KnownHost[], accept: boolean) {
    const alias = config.get('hostkeyalias');
    this.#config = config;
    this.#accept = accept;
    this.#name = alias?.toLowerCase() ?? knownHostName(config.hostname, config.port);
    this.#lines = all.filter((line) => namesMatch(line.names, this.#name));
    this.#portless =
      alias !== undefined || config.port === 22
        ? []
        : all.filter((line) => namesMatch(line.names, config.hostname.toLowerCase()));
  }

  /** Reads the known_hosts files that ssh would read for this destination. */
  static async read(
    config: SshConfig,
    options: { readonly acceptNew: boolean; readonly notice: Notice },
  ): Promise<HostKeys> {
    const checking = config.get('stricthostkeychecking');
    if (checking === 'no' || checking === 'off' || checking === 'false') {
      options.notice(
        'warning',
        `${config.alias}: StrictHostKeyChecking is off in ssh's configuration; garden still refuses a changed host key, and takes an unknown one as with accept-new`,
      );
    }
    const accept = options.acceptNew || ['accept-new', 'no', 'off', 'false'].includes(checking ?? '');
    const files = [...config.userKnownHostsFiles, ...config.globalKnownHostsFiles];
    return new HostKeys(config, await readKnownHosts(files), accept);
  }

  /** A `@cert-authority` line that stands for this host: only the system's ssh can check its certificate. */
  get certificateAuthority(): KnownHost | undefined {
    return this.#lines.find((line) => line.marker === 'cert-authority');
  }

  /** Algorithms to offer, those of known keys first, so that the host shows the very key that is known. */
  get algorithms() {
    const known = new Set([...this.#lines, ...this.#portless].filter((line) => !line.marker).map((line) => line.type));
    const wanted = this.#config.get('hostkeyalgorithms')?.split(',');
    const usable = ALGORITHMS.filter(([algorithm]) => wanted?.includes(algorithm) ?? true);
    const offered = usable.length > 0 ? usable : ALGORITHMS;
    return [...offered.filter(([, type]) => known.has(type)), ...offered.filter(([, type]) => !known.has(type))].map(
      ([algorithm]) => algorithm,
    );
  }

  /** Judges the key that the host has shown. */
  judge(key: Buffer): Verdict {
    const shown = `${keyType(key)} ${fingerprint(key)}`;
    const same = (line: KnownHost) => line.key.equals(key);
    const revoked = [...this.#lines, ...this.#portless].find((line) => line.marker === 'revoked' && same(line));
    if (revoked !== undefined) {
      return this.#refuse(`the host key ${shown} is revoked in ${revoked.file}:${revoked.line}`, {
        hint: 'do not log in: somebody may hold this key. Give the host a new key and make that one known',
      });
    }
    const known = this.#lines.filter((line) => line.marker === undefined);
    if (known.some(same) || this.#portless.some((line) => line.marker === undefined && same(line))) {
      return { kind: 'known' };
    }
    // A key of a type that is not known counts as changed too: whoever is in between could show any type.
    const changed = known.find((line) => line.type === keyType(key)) ?? known[0];
    if (changed !== undefined) {
      const before = `${changed.type} ${fingerprint(changed.key)}`;
      return this.#refuse(
        `the host key has changed: it is ${shown}, but ${before} is known (${changed.file}:${changed.line})`,
        {
          hint: `somebody may be listening in between. If the host was really installed anew, forget the old key: ssh-keygen -R ${quoted(this.#name)} -f ${changed.file}`,
        },
      );
    }
    if (this.#accept) return { kind: 'accepted' };
    return this.#refuse(`the host key is not known: ${shown}`, {
      hint: `compare it with what the host itself says (ssh-keygen -lf /etc/ssh/ssh_host_…_key.pub there), then log in once with ssh${this.#address()}, or let garden take unknown keys (--accept-new-host-keys)`,
    });
  }

  /** Writes an accepted key down in the first of the user's known_hosts files. */
  async remember(key: Buffer, notice: Notice): Promise<void> {
    const [file] = this.#config.userKnownHostsFiles;
    const what = `${this.#name}: took the unknown host key ${keyType(key)} ${fingerprint(key)}`;
    if (file === undefined || file === '/dev/null') {
      notice('warning', `${what}; it is not written down, since there is no known_hosts file`);
      return;
    }
    try {
      await appendKnownHost(file, knownHostLine(this.#name, key, { hashed: this.#config.isOn('hashknownhosts') }));
      notice('info', `${what} and wrote it to ${file}`);
    } catch (error) {
      notice('warning', `${what}, but could not write it to ${file}: ${errorText(error)}`);
    }
  }

  #address(): string {
    const port = this.#config.port === 22 ? '' : ` -p ${this.#config.port}`;
    return `${port} ${isIP(this.#config.hostname) ? this.#config.hostname : this.#config.alias}`;
  }

  #refuse(message: string, options: { readonly hint: string }): Verdict {
    return { kind: 'refused', error: new Unreachable(`${this.#name}: ${message}`, options) };
  }
}

function quoted(name: string): string {
  return name.startsWith('[') ? `'${name}'` : name;
}
