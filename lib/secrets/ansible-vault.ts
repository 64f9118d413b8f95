import { createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Secret } from '../model/secret.ts';

const HEADER = /^\$ANSIBLE_VAULT;(\d+\.\d+);(\w+)(?:;(.*))?$/;
const ITERATIONS = 10_000;
const KEY = 32;
const BLOCK = 16;

const derive = promisify(pbkdf2);

/** What Ansible Vault encrypted, as its text says; nothing is decrypted yet. */
export interface AnsibleVaultText {
  /** The vault id, from format 1.2 on. */
  readonly label: string | undefined;
  readonly salt: Buffer;
  readonly code: Buffer;
  readonly encrypted: Buffer;
}

/** Bytes from hexadecimal; undefined for anything else. */
function fromHex(text: string): Buffer | undefined {
  return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/**
 * Reads the envelope (formats 1.1 and 1.2): a header line, then lines of hexadecimal, which hold three more texts in
 * hexadecimal: salt, HMAC and ciphertext. Says in words why it is none.
 */
export function parseAnsibleVault(text: string): AnsibleVaultText | string {
  const [first = '', ...body] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.trim());
  const [, version, cipher, label] = HEADER.exec(first) ?? [];
  if (version === undefined) return 'it does not begin as what Ansible Vault encrypts';
  if (version !== '1.1' && version !== '1.2') return `it has the format ${version}; garden reads 1.1 and 1.2`;
  if (cipher !== 'AES256') return `it is encrypted by ${cipher}; garden reads AES256`;
  const [salt, code, encrypted, ...more] = (fromHex(body.join(''))?.toString('latin1') ?? '').split('\n').map(fromHex);
  if (!salt || code?.length !== KEY || !encrypted || more.length > 0) return 'it is damaged, or not whole';
  return { label, salt, code, encrypted };
}

/**
 * Decrypts by one password: PBKDF2 with HMAC-SHA256, a HMAC over the ciphertext, AES-256 in counter mode with PKCS#7
 * padding. Undefined where the password is another, or the text was changed: the two cannot be told apart.
 */
export async function decryptAnsibleVault(vault: AnsibleVaultText, password: Secret): Promise<string | undefined> {
  const keys = await derive(password.reveal(), vault.salt, ITERATIONS, 2 * KEY + BLOCK, 'sha256');
  const code = createHmac('sha256', keys.subarray(KEY, 2 * KEY))
    .update(vault.encrypted)
    .digest();
  if (!timingSafeEqual(code, vault.code)) return undefined;
  const decipher = createDecipheriv('aes-256-ctr', keys.subarray(0, KEY), keys.subarray(2 * KEY));
  const padded = Buffer.concat([decipher.update(vault.encrypted), decipher.final()]);
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0)).toString('utf8');
}
