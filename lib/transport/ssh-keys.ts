import { readFile } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import ssh2 from 'ssh2';
import type { Secret } from '../model/secret.ts';
import { errorCode, errorText } from '../model/thrown.ts';

/** What became of a private key file. */
export type KeyFile =
  | { readonly kind: 'usable'; readonly key: ParsedKey }
  /** Encrypted, and there is no passphrase, or it is the wrong one. `publicKey` is known where the format shows it. */
  | { readonly kind: 'locked' | 'wrong-passphrase'; readonly publicKey: Buffer | undefined }
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'missing' };

const OPENSSH_MAGIC = 'openssh-key-v1\0';

/**
 * The public key that OpenSSH's private key format carries in clear, also when the private part is encrypted
 * (OpenSSH's PROTOCOL.key: magic, cipher, KDF, KDF options, count, public key).
 */
function publicPart(text: string): Buffer | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const bytes = Buffer.from(body, 'base64');
  if (!bytes.subarray(0, OPENSSH_MAGIC.length).equals(Buffer.from(OPENSSH_MAGIC))) return undefined;
  let at = OPENSSH_MAGIC.length;
  try {
    for (let skipped = 0; skipped < 3; skipped += 1) at += 4 + bytes.readUInt32BE(at);
    at += 4;
    return bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at));
  } catch {
    return undefined;
  }
}

interface Parsed {
  readonly text: string;
  readonly passphrase: string | undefined;
  readonly result: ParsedKey | Error;
}

/** Decrypting a key takes a tenth of a second by design (bcrypt): once for all hosts, not once for each. */
const parsed = new Map<string, Parsed>();

function parse(file: string, text: string, passphrase: string | undefined): ParsedKey | Error {
  const known = parsed.get(file);
  if (known !== undefined && known.text === text && known.passphrase === passphrase) return known.result;
  const result = ssh2.utils.parseKey(text, passphrase);
  // OpenSSH's format can hold several keys and comes back as a list; there is only ever one in it.
  const key = Array.isArray(result) ? result[0] : result;
  parsed.set(file, { text, passphrase, result: key });
  return key;
}

/** Reads a private key file, with the passphrase where it is encrypted. */
export async function readKeyFile(file: string, passphrase: Secret | undefined): Promise<KeyFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { kind: 'missing' };
    return { kind: 'unusable', reason: errorText(error) };
  }
  const key = parse(file, text, passphrase?.reveal());
  if (!(key instanceof Error)) {
    return key.isPrivateKey() ? { kind: 'usable', key } : { kind: 'unusable', reason: 'it holds no private key' };
  }
  if (/no passphrase given/i.test(key.message)) return { kind: 'locked', publicKey: publicPart(text) };
  if (/passphrase|decrypt|integrity/i.test(key.message)) {
    return { kind: 'wrong-passphrase', publicKey: publicPart(text) };
  }
  return { kind: 'unusable', reason: key.message };
}
