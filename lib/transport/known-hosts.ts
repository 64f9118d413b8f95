import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly marker: 'cert-authority' | 'revoked' | undefined;
  /** Names and patterns, separated by commas; or one hashed name. */
  readonly names: string;
  /** E.g. `ssh-ed25519`. */
  readonly type: string;
  /** The public key in SSH's own encoding. */
  readonly key: Buffer;
}

/** How a host is written in known_hosts: the bare name on port 22, else `[name]:port`. */
export function knownHostName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** The fingerprint of a public key as ssh prints it: `SHA256:` and unpadded base64. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type that a public key names itself (RFC 4253, 6.6: its first string). */
export function keyType(key: Buffer): string {
  return key.length < 4 ? 'unknown' : key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
}

/** Reads the lines of a known_hosts file; comments and lines that hold no key are passed over, as ssh does. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split('\n').flatMap((raw, index): KnownHost[] => {
    const words = raw.trim().split(/\s+/);
    if (raw.trim() === '' || words[0]?.startsWith('#')) return [];
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    if (marker !== undefined && marker !== '@cert-authority' && marker !== '@revoked') return [];
    const [names, type, base64] = words;
    if (names === undefined || type === undefined || base64 === undefined) return [];
    return [
      {
        file,
        line: index + 1,
        marker: marker === '@cert-authority' ? 'cert-authority' : marker === '@revoked' ? 'revoked' : undefined,
        names,
        type,
        key: Buffer.from(base64, 'base64'),
      },
    ];
  });
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i');
}

/** Whether the names of a line mean this host; `name` is as {@link knownHostName} writes it. */
export function namesMatch(names: string, name: string): boolean {
  if (names.startsWith('|1|')) {
    // A hashed name: |1|salt|HMAC-SHA1 of the name with the salt as key.
    const [, , salt, expected] = names.split('|');
    if (salt === undefined || expected === undefined) return false;
    const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
    const wanted = Buffer.from(expected, 'base64');
    return wanted.length === actual.length && timingSafeEqual(wanted, actual);
  }
  let matched = false;
  for (const pattern of names.split(',')) {
    if (pattern.startsWith('!')) {
      if (wildcard(pattern.slice(1)).test(name)) return false;
    } else if (wildcard(pattern).test(name)) {
      matched = true;
    }
  }
  return matched;
}

/** All lines of these files; files that do not exist or cannot be read have none. */
export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownHost[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.flatMap((text, index) => parseKnownHosts(text, files[index] ?? ''));
}

/** A line for a known_hosts file. A hashed name does not tell a reader of the file which hosts are known. */
export function knownHostLine(name: string, key: Buffer, options: { readonly hashed: boolean }): string {
  const salt = randomBytes(20);
  const written = options.hashed
    ? `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
    : name;
  return `${written} ${keyType(key)} ${key.toString('base64')}\n`;
}

/** Appends a line to a known_hosts file, which is made, with its folder, where it does not exist. */
export async function appendKnownHost(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const before = await readFile(file, 'utf8').catch(() => '');
  const separator = before === '' || before.endsWith('\n') ? '' : '\n';
  await appendFile(file, separator + line, { mode: 0o600 });
}
