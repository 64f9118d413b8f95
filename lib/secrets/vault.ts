import { readFile, realpath } from 'node:fs/promises';
import { type Mistake, UsageError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import { didYouMean } from '../model/suggestion.ts';
import { errorCode, fileErrorText } from '../model/thrown.ts';
import { DataKey } from './data-key.ts';
import { withFileLock } from './file-lock.ts';
import { type Opener, unwrap, wrapByPassphrase, wrapForRecipients } from './key-wrap.ts';
import { writePrivate } from './private-file.ts';
import { isSecretName, SECRET_NAME_RULE } from './secret-name.ts';
import { VaultDocument, type Wrapping } from './vault-document.ts';

/** What a person has to open vaults with. Asked for when it is needed. */
export interface VaultKeys {
  /** `AGE-SECRET-KEY-1…`; none where the person has no identity. */
  identities(): Promise<readonly Secret[]>;
  /** Passphrases to try, one after another. The last of them may be asked for. */
  passphrases(): AsyncIterable<Secret>;
  /** Where the identities come from, in words. */
  readonly identitySource: string;
}

/** For whom a vault is encrypted. */
export interface Readers {
  /** `age1…` */
  readonly recipients: readonly string[];
  readonly passphrase?: Secret | undefined;
}

const DAMAGED =
  'it is damaged, or somebody changed it who has no key: take the last good version out of git or a backup';

/** A vault that was opened: its values can be read and changed. Nothing is written to its file. */
export class Vault {
  readonly #document: VaultDocument;
  readonly #path: string;
  #key: DataKey;

  private constructor(document: VaultDocument, key: DataKey, path: string) {
    this.#document = document;
    this.#key = key;
    this.#path = path;
  }

  /** A new one without secrets. @param path for messages */
  static async make(readers: Readers, path: string): Promise<Vault> {
    const vault = new Vault(VaultDocument.empty(), new DataKey(), path);
    vault.#document.wrap(await wrapKey(vault.#key, readers));
    return vault;
  }

  /**
   * @param path for messages
   * @throws UsageError where nobody of these keys may read it, or it was tampered with.
   */
  static async open(document: VaultDocument, keys: VaultKeys, path: string): Promise<Vault> {
    const { wrapping } = document;
    const key = await unwrapKey(wrapping, keys, path);
    if (!key.isAuthentic(wrapping.recipients, wrapping.code)) {
      throw new UsageError([
        {
          message: 'the list of recipients was changed by somebody who has no key to the vault',
          where: path,
          hint: DAMAGED,
        },
      ]);
    }
    return new Vault(document, key, path);
  }

  /** The same vault as its file is now; undefined where it has another key by now. */
  reopen(document: VaultDocument): Vault | undefined {
    const [old, now] = [this.#document.wrapping, document.wrapping];
    const same = old.forRecipients === now.forRecipients && old.forPassphrase === now.forPassphrase;
    return same && this.#key.isAuthentic(now.recipients, now.code)
      ? new Vault(document, this.#key, this.#path)
      : undefined;
  }

  get names(): readonly string[] {
    return this.#document.names;
  }

  get recipients(): readonly string[] {
    return this.#document.wrapping.recipients;
  }

  get hasPassphrase(): boolean {
    return this.#document.wrapping.forPassphrase !== undefined;
  }

  /** @throws UsageError where there is none of this name, or its value was tampered with. */
  get(name: string): Secret {
    const sealed = this.#document.sealed(name);
    if (sealed === undefined) {
      throw new UsageError([unknownSecret(name, this.names, this.#path)]);
    }
    const value = this.#key.unseal(name, sealed);
    if (value === undefined) {
      throw new UsageError([
        {
          message: `the value of "${name}" is not what was put into the vault under that name`,
          where: this.#path,
          hint: DAMAGED,
        },
      ]);
    }
    return new Secret(value);
  }

  /** Puts a value in, unless it is there already. @returns whether anything changed */
  set(name: string, value: Secret): boolean {
    if (!isSecretName(name)) {
      throw new UsageError([{ message: `"${name}" cannot be the name of a secret`, hint: SECRET_NAME_RULE }]);
    }
    const sealed = this.#document.sealed(name);
    // What cannot be decrypted any more is replaced, which is how a damaged value is mended.
    if (sealed !== undefined && this.#key.unseal(name, sealed) === value.reveal()) return false;
    this.#document.set(name, this.#key.seal(name, value.reveal()));
    return true;
  }

  /** @throws UsageError where there is none of this name. */
  remove(name: string): void {
    if (this.#document.sealed(name) === undefined) this.get(name);
    this.#document.remove(name);
  }

  /** Encrypts the same data key for one more. */
  async addRecipients(recipients: readonly string[]): Promise<void> {
    const { forPassphrase, recipients: old } = this.#document.wrapping;
    const wrapped = await wrapKey(this.#key, { recipients: [...new Set([...old, ...recipients])] });
    this.#document.wrap({ ...wrapped, forPassphrase });
  }

  /** Makes a new data key for these readers, and encrypts every value anew: who had the old one cannot use it any more. */
  async rekey(readers: Readers): Promise<void> {
    const values = this.names.map((name) => [name, this.get(name)] as const);
    this.#key = new DataKey();
    this.#document.wrap(await wrapKey(this.#key, readers));
    for (const [name, value] of values) this.#document.set(name, this.#key.seal(name, value.reveal()));
  }

  toString(): string {
    return this.#document.toString();
  }
}

/** Says that a vault has no secret of this name. */
export function unknownSecret(name: string, names: readonly string[], path: string): Mistake {
  const suggestion = didYouMean(name, names);
  const list = 'garden vault list shows what there is';
  const hint = suggestion === '' && isSecretName(name) ? `garden vault set ${name} makes it; ${list}` : list;
  return { message: `the vault ${path} has no secret "${name}"${suggestion}`, hint };
}

async function wrapKey(key: DataKey, { recipients, passphrase }: Readers): Promise<Wrapping> {
  return {
    recipients,
    code: key.authenticate(recipients),
    forRecipients: recipients.length > 0 ? await wrapForRecipients(key.bytes, recipients) : undefined,
    forPassphrase: passphrase && (await wrapByPassphrase(key.bytes, passphrase)),
  };
}

/** @throws UsageError where the wrapped key is damaged. */
async function unwrapped(file: string, opener: Opener, path: string): Promise<DataKey | undefined> {
  try {
    const bytes = await unwrap(file, opener);
    return bytes && new DataKey(bytes);
  } catch {
    throw new UsageError([{ message: "the vault's key is damaged", where: path, hint: DAMAGED }]);
  }
}

async function unwrapKey({ forRecipients, forPassphrase }: Wrapping, keys: VaultKeys, path: string): Promise<DataKey> {
  const tried: string[] = [];
  if (forRecipients !== undefined) {
    const identities = await keys.identities();
    const key = identities.length > 0 ? await unwrapped(forRecipients, { identities }, path) : undefined;
    if (key) return key;
    tried.push(
      identities.length > 0
        ? `the identity in ${keys.identitySource} is none of its recipients`
        : `there is no identity in ${keys.identitySource}`,
    );
  }
  if (forPassphrase !== undefined) {
    let count = 0;
    for await (const passphrase of keys.passphrases()) {
      count++;
      const key = await unwrapped(forPassphrase, { passphrase }, path);
      if (key) return key;
    }
    tried.push(count === 0 ? 'no passphrase was given' : 'the passphrase is wrong');
  }
  const hint =
    forPassphrase === undefined
      ? 'name your identity with --identity; or let somebody who can open the vault add what "garden vault identity" prints: garden vault recipients add age1…'
      : 'give the passphrase at the terminal, with --vault-password-file, or with --ask-vault-pass';
  throw new UsageError([
    {
      message: `the vault cannot be opened: ${tried.join(', and ') || 'it is encrypted for nobody'}`,
      where: path,
      hint,
    },
  ]);
}

/**
 * Reads a vault's file, without opening it.
 *
 * @throws UsageError where there is none, it cannot be read, or it is no vault.
 */
export async function readVault(path: string): Promise<VaultDocument> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      throw new UsageError([
        { message: `there is no vault: ${path}`, hint: 'make it with garden vault init, or name another with --vault' },
      ]);
    }
    throw new UsageError([{ message: `the vault cannot be read: ${fileErrorText(error)}`, where: path }]);
  }
  return VaultDocument.parse(text, path);
}

/** Reads and opens a vault. */
export async function openVault(path: string, keys: VaultKeys): Promise<Vault> {
  return Vault.open(await readVault(path), keys, path);
}

/** Writes a new vault's file. @throws UsageError where there is a file already. */
export async function createVault(path: string, readers: Readers): Promise<void> {
  const vault = await Vault.make(readers, path);
  await locked(path, async () => {
    if ((await readFile(path).catch(() => undefined)) !== undefined) {
      throw new UsageError([{ message: `there is a file already: ${path}`, hint: 'name another one with --vault' }]);
    }
    await writePrivate(path, vault.toString());
  });
}

/**
 * Opens a vault, changes it, and writes it if it is another then. Two that do so at once come one after the other.
 *
 * @returns what `change` returns
 */
export async function changeVault<T>(
  path: string,
  keys: VaultKeys,
  change: (vault: Vault) => T | Promise<T>,
): Promise<T> {
  for (;;) {
    // Before the lock is taken: nobody has to wait while a person types a passphrase.
    const opened = await openVault(path, keys);
    const done = await locked(path, async () => {
      const document = await readVault(path);
      const vault = opened.reopen(document);
      if (vault === undefined) return undefined;
      const before = document.toString();
      const result = await change(vault);
      const after = vault.toString();
      if (after !== before) await writePrivate(path, after);
      return { result };
    });
    if (done !== undefined) return done.result;
  }
}

async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  // The same file by another name is the same vault.
  const target = await realpath(path).catch(() => path);
  try {
    return await withFileLock(target, work);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new UsageError([
      {
        message: `the vault cannot be written: ${fileErrorText(error)}`,
        where: path,
        hint: 'is its folder there, and may you write to it?',
      },
    ]);
  }
}
