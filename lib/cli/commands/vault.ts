import { randomInt } from 'node:crypto';
import { EXIT, UsageError } from '../../model/errors.ts';
import { Secret } from '../../model/secret.ts';
import { didYouMean } from '../../model/suggestion.ts';
import { harmlessLine } from '../../report/text.ts';
import { createIdentityFile, readIdentityFile, recipientsOf } from '../../secrets/identity.ts';
import { isRecipient } from '../../secrets/key-wrap.ts';
import { changeVault, createVault, openVault, readVault, unknownSecret } from '../../secrets/vault.ts';
import type { VaultOptions } from '../options/vault-options.ts';
import { passwordPrompt } from '../password.ts';
import { type ProjectVault, projectVault } from '../secrets.ts';
import { complain, type Streams } from '../streams.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function here(options: VaultOptions, streams: Streams): Promise<ProjectVault> {
  return projectVault(options, process.cwd(), streams);
}

/** What a command says besides its result, such as what it did. */
function say(streams: Streams, ...lines: readonly string[]): number {
  complain(streams, lines.map(harmlessLine));
  return EXIT.done;
}

/** Asks for something that is not there yet, twice at a terminal, where it cannot be seen. */
async function askNew(what: string, streams: Streams): Promise<Secret> {
  const prompt = passwordPrompt(streams);
  const first = await prompt.ask(what);
  if (!streams.input.isTTY) return first;
  const again = await prompt.ask(`${what}, again`);
  if (first.reveal() !== again.reveal()) throw new UsageError('the two are not the same; nothing was changed');
  return first;
}

async function newPassphrase(streams: Streams): Promise<Secret> {
  const passphrase = await askNew('New passphrase of the vault', streams);
  if (passphrase.reveal() === '') throw new UsageError('the passphrase is empty; nothing was changed');
  return passphrase;
}

/** @throws UsageError for each that is no recipient */
async function checkRecipients(recipients: readonly string[]): Promise<void> {
  const known = await Promise.all(recipients.map(isRecipient));
  const wrong = recipients.filter((_, index) => !known[index]);
  if (wrong.length === 0) return;
  throw new UsageError(
    wrong.map((recipient) => ({
      message: recipient.startsWith('AGE-SECRET-KEY-')
        ? 'that is an identity, which must stay secret, and no recipient'
        : `"${recipient}" is no recipient`,
      hint: 'a recipient begins with age1; garden vault identity prints yours',
    })),
  );
}

export interface VaultInitOptions extends VaultOptions {
  readonly recipient?: readonly string[];
  readonly passphrase?: true;
}

/** `garden vault init`. Resolves to the exit code, as all of these. */
export async function vaultInit(options: VaultInitOptions, streams: Streams): Promise<number> {
  const { path, identityFile } = await here(options, streams);
  const { recipient = [], passphrase } = options;
  await checkRecipients(recipient);
  const own = recipient.length > 0 || passphrase ? [] : await ownRecipients(identityFile, streams);
  const recipients = [...new Set([...recipient, ...own])];
  await createVault(path, { recipients, passphrase: passphrase && (await newPassphrase(streams)) });
  return say(streams, `Made the vault ${path}. It is meant for git; put a secret in with: garden vault set NAME`);
}

async function ownRecipients(identityFile: string, streams: Streams): Promise<readonly string[]> {
  const known = await readIdentityFile(identityFile);
  if (known) return recipientsOf(known.identities);
  const made = await createIdentityFile(identityFile);
  say(
    streams,
    `Made an identity for you: ${identityFile}`,
    'Keep a copy of it in a safe place: without it nobody can open the vault. It is not meant for git.',
    `Its recipient, for others who let you open their vaults: ${made}`,
  );
  return [made];
}

/** `garden vault identity`. */
export async function vaultIdentity(options: VaultOptions, streams: Streams): Promise<number> {
  const { identityFile } = await here(options, streams);
  for (const recipient of await ownRecipients(identityFile, streams)) streams.out.write(`${recipient}\n`);
  return EXIT.done;
}

export interface VaultSetOptions extends VaultOptions {
  /** How long a value is made; without it none is made. */
  readonly generate?: number | undefined;
  /** Whether there were more arguments than the name. */
  readonly excess: boolean;
}

/** `garden vault set`. */
export async function vaultSet(name: string, options: VaultSetOptions, streams: Streams): Promise<number> {
  if (options.excess) {
    throw new UsageError([
      {
        message:
          'a value cannot be given as an argument: others see it in the list of processes, and the shell keeps it',
        hint: `leave it out and type it when asked, or pipe it in: garden vault set ${name} < file`,
      },
    ]);
  }
  const { path, keys } = await here(options, streams);
  // Before a person types a value that has no place to go to.
  await readVault(path);
  const value = await newValue(name, options.generate, streams);
  const changed = await changeVault(path, keys, (vault) => vault.set(name, value));
  return say(streams, changed ? `${name} was set in ${path}.` : `${name} has that value already; nothing was changed.`);
}

async function newValue(name: string, generate: number | undefined, streams: Streams): Promise<Secret> {
  if (generate !== undefined) {
    const letters = Array.from({ length: generate }, () => ALPHABET[randomInt(ALPHABET.length)]);
    return new Secret(letters.join(''));
  }
  const value = streams.input.isTTY ? await askNew(`Value of ${name}`, streams) : await pipedValue(streams);
  if (value.reveal() !== '') return value;
  throw new UsageError([
    { message: 'the value is empty; nothing was changed', hint: 'garden vault remove takes one out' },
  ]);
}

async function pipedValue(streams: Streams): Promise<Secret> {
  const text = await passwordPrompt(streams).rest();
  if (text.includes('\ufffd') || text.includes('\0')) {
    throw new UsageError([
      { message: 'the value is no text (UTF-8)', hint: 'put it in as base64, and decode it where it is used' },
    ]);
  }
  return new Secret(withoutLineEnd(text));
}

/** A value of one line ends where the line does; one of several is a text, such as a key, that needs its last line end. */
export function withoutLineEnd(text: string): string {
  return /^[^\n]*\n$/.test(text) ? text.replace(/\r?\n$/, '') : text;
}

/** `garden vault get`. */
export async function vaultGet(name: string, options: VaultOptions, streams: Streams): Promise<number> {
  const { path, keys } = await here(options, streams);
  const document = await readVault(path);
  // Known without a key: who mistypes a name need not look for a passphrase first.
  if (!document.names.includes(name)) throw new UsageError([unknownSecret(name, document.names, path)]);
  const value = (await openVault(path, keys)).get(name).reveal();
  streams.out.write(streams.out.isTTY && !value.endsWith('\n') ? `${value}\n` : value);
  return EXIT.done;
}

/** `garden vault list`. */
export async function vaultList(options: VaultOptions, streams: Streams): Promise<number> {
  const { names } = await readVault((await here(options, streams)).path);
  streams.out.write(names.map((name) => `${name}\n`).join(''));
  return EXIT.done;
}

/** `garden vault remove`. */
export async function vaultRemove(names: readonly string[], options: VaultOptions, streams: Streams): Promise<number> {
  const { path, keys } = await here(options, streams);
  const { names: known } = await readVault(path);
  const mistakes = names.filter((name) => !known.includes(name)).map((name) => unknownSecret(name, known, path));
  if (mistakes.length > 0) throw new UsageError(mistakes);
  await changeVault(path, keys, (vault) => {
    for (const name of new Set(names)) vault.remove(name);
  });
  return say(
    streams,
    `Removed ${names.join(', ')}. Its value is still in the history of git: change it where it is used.`,
  );
}

export interface VaultRekeyOptions extends VaultOptions {
  /** True: a new one; false: none any more; undefined: as it was. */
  readonly passphrase?: boolean;
}

/** `garden vault rekey`. */
export async function vaultRekey(options: VaultRekeyOptions, streams: Streams): Promise<number> {
  const { path, keys } = await here(options, streams);
  const { recipients, hasPassphrase } = await openVault(path, keys);
  if (options.passphrase === false && recipients.length === 0) {
    throw new UsageError([
      {
        message: 'without its passphrase nobody could open the vault',
        hint: 'garden vault recipients add age1… first',
      },
    ]);
  }
  // A new key cannot be encrypted by a passphrase that is not known.
  const ask = options.passphrase ?? hasPassphrase;
  const passphrase = ask ? await newPassphrase(streams) : undefined;
  await changeVault(path, keys, (vault) => vault.rekey({ recipients: vault.recipients, passphrase }));
  return say(streams, `${path} has a new key.`);
}

/** `garden vault recipients`. */
export async function vaultRecipients(options: VaultOptions, streams: Streams): Promise<number> {
  const { wrapping } = await readVault((await here(options, streams)).path);
  for (const recipient of wrapping.recipients) streams.out.write(`${harmlessLine(recipient)}\n`);
  if (wrapping.forPassphrase !== undefined) say(streams, 'It can be opened by a passphrase as well.');
  return EXIT.done;
}

/** `garden vault recipients add`. */
export async function recipientsAdd(
  added: readonly string[],
  options: VaultOptions,
  streams: Streams,
): Promise<number> {
  await checkRecipients(added);
  const { path, keys } = await here(options, streams);
  const fresh = await changeVault(path, keys, async (vault) => {
    const unknown = added.filter((recipient) => !vault.recipients.includes(recipient));
    if (unknown.length > 0) await vault.addRecipients(unknown);
    return unknown;
  });
  if (fresh.length === 0) return say(streams, `${path} can be opened by them already; nothing was changed.`);
  return say(streams, `${path} can be opened by ${fresh.join(', ')} from now on.`);
}

/** `garden vault recipients remove`. */
export async function recipientsRemove(
  removed: readonly string[],
  options: VaultOptions,
  streams: Streams,
): Promise<number> {
  const { path, keys } = await here(options, streams);
  const vault = await openVault(path, keys);
  const unknown = removed.filter((recipient) => !vault.recipients.includes(recipient));
  if (unknown.length > 0) {
    throw new UsageError(
      unknown.map((recipient) => ({
        message: `"${recipient}" is none of the vault's recipients${didYouMean(recipient, vault.recipients)}`,
        hint: 'garden vault recipients shows them',
      })),
    );
  }
  if (removed.length >= vault.recipients.length && !vault.hasPassphrase) {
    throw new UsageError('nobody could open the vault any more; nothing was changed');
  }
  const passphrase = vault.hasPassphrase ? await newPassphrase(streams) : undefined;
  await changeVault(path, keys, (opened) =>
    opened.rekey({ recipients: opened.recipients.filter((recipient) => !removed.includes(recipient)), passphrase }),
  );
  return say(
    streams,
    `${path} has a new key, without ${removed.join(', ')}.`,
    'Values that they have read they may still know, and the history of git still opens for them: change what matters.',
  );
}
