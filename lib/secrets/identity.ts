import { mkdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { GardenError, UsageError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import { errorCode, fileErrorText } from '../model/thrown.ts';
import { newIdentity, recipientOf } from './key-wrap.ts';
import { writePrivate } from './private-file.ts';

/** Somebody other than the owner may read it. */
const OTHERS = 0o077;

/** Where a person's identity is kept unless told otherwise. */
export function defaultIdentityFile(environment: Readonly<Record<string, string | undefined>>): string {
  return join(environment.XDG_CONFIG_HOME || join(homedir(), '.config'), 'garden', 'identity.txt');
}

/** The identities in a file, and who else may read it. */
export interface IdentityFile {
  readonly identities: readonly Secret[];
  /** Its permissions, such as `0644`, where others than its owner may read it. */
  readonly tooOpen: string | undefined;
}

/**
 * Reads a file as `age-keygen` writes it: an identity a line, and comments behind `#`. Undefined where there is none.
 *
 * @throws UsageError for what cannot be read or is no identity.
 */
export async function readIdentityFile(path: string): Promise<IdentityFile | undefined> {
  let text: string;
  let mode: number;
  try {
    [text, { mode }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new UsageError([{ message: `the identity cannot be read: ${fileErrorText(error)}`, where: path }]);
  }
  const hint = 'it is made by garden vault init or age-keygen, and has lines such as AGE-SECRET-KEY-1…';
  if (/^(?:age-encryption\.org\/v1|-----BEGIN AGE ENCRYPTED FILE-----)/.test(text)) {
    const decrypt = 'decrypt it to a file that only you may read: age -d';
    throw new UsageError([{ message: 'the identity is encrypted by a passphrase', where: path, hint: decrypt }]);
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const identities: Secret[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const identity = new Secret(line);
    try {
      await recipientOf(identity);
    } catch {
      throw new UsageError([{ message: 'this line is no age identity', where: `${path}:${index + 1}`, hint }]);
    }
    identities.push(identity);
  }
  if (identities.length === 0) throw new UsageError([{ message: 'there is no identity in it', where: path, hint }]);
  return { identities, tooOpen: mode & OTHERS ? (mode & 0o777).toString(8).padStart(4, '0') : undefined };
}

/** Makes an identity in a new file, and its folder. @returns its recipient */
export async function createIdentityFile(path: string): Promise<string> {
  const identity = await newIdentity();
  const recipient = await recipientOf(new Secret(identity));
  const text = `# made by garden on ${new Date().toISOString()}\n# public key: ${recipient}\n${identity}\n`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writePrivate(path, text);
  } catch (cause) {
    throw new GardenError(`the identity cannot be written to ${path}`, {
      cause,
      hint: 'name another file with --identity',
    });
  }
  return recipient;
}

/** The recipients of these identities. */
export function recipientsOf(identities: readonly Secret[]): Promise<readonly string[]> {
  return Promise.all(identities.map(recipientOf));
}
