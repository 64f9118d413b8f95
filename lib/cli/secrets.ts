import { resolve } from 'node:path';
import { UsageError } from '../model/errors.ts';
import type { Secret } from '../model/secret.ts';
import { shownPath } from '../report/places.ts';
import { defaultIdentityFile, readIdentityFile } from '../secrets/identity.ts';
import { SecretKeeper } from '../secrets/secret-keeper.ts';
import type { VaultKeys } from '../secrets/vault.ts';
import { VaultPasswords } from '../secrets/vault-passwords.ts';
import type { VaultOptions } from './options/vault-options.ts';
import { passwordPrompt } from './password.ts';
import { complain, type Environment, errorStyle, type Streams } from './streams.ts';

const DEFAULT_VAULT = 'vault.yaml';

/** The project's vault, and what a person has to open it with. Neither has been touched yet. */
export interface ProjectVault {
  readonly path: string;
  readonly identityFile: string;
  readonly keys: VaultKeys;
  readonly passwords: VaultPasswords;
}

/** Where a vault and the identity that opens it are. */
interface VaultPlaces {
  readonly vault: string;
  readonly identity: string;
  /** Whether somebody named the identity, so that it must be there. */
  readonly identityNamed: boolean;
}

/** Where the options, else the environment, say that the vault and the identity are. An empty variable is none. */
export function vaultPlaces(options: VaultOptions, folder: string, environment: Environment): VaultPlaces {
  const vault = options.vault ?? (environment.GARDEN_VAULT || DEFAULT_VAULT);
  const identity = options.identity ?? (environment.GARDEN_IDENTITY || undefined);
  return {
    vault: resolve(folder, vault),
    identity: resolve(folder, identity ?? defaultIdentityFile(environment)),
    identityNamed: identity !== undefined,
  };
}

/**
 * Where the options, else the environment, say that the vault and its keys are. Only what `-J` asks for is asked now.
 *
 * @throws UsageError for options that make no sense.
 */
export async function projectVault(options: VaultOptions, folder: string, streams: Streams): Promise<ProjectVault> {
  const { environment } = streams;
  const { vault, identity: identityFile, identityNamed } = vaultPlaces(options, folder, environment);
  const passwordFile = environment.GARDEN_VAULT_PASSWORD_FILE || environment.ANSIBLE_VAULT_PASSWORD_FILE;
  const passwords = new VaultPasswords({
    vaultIds: options.vaultId,
    passwordFiles: options.vaultPasswordFile ?? (passwordFile ? [passwordFile] : []),
    askPassword: options.askVaultPass,
    folder,
    ask: (question) => passwordPrompt(streams).ask(question),
    // What comes through a pipe may be meant for something else.
    mayAsk: streams.input.isTTY,
  });
  await passwords.askFirst();
  const keys: VaultKeys = {
    identitySource: identityFile,
    identities: () => identities(identityFile, identityNamed, streams),
    passphrases: () => passwords.candidates(),
  };
  return { path: shownPath(vault), identityFile, keys, passwords };
}

async function identities(file: string, given: boolean, streams: Streams): Promise<readonly Secret[]> {
  const read = await readIdentityFile(file);
  if (read === undefined) {
    if (!given) return [];
    throw new UsageError([{ message: 'there is no such identity file', where: file }]);
  }
  if (read.tooOpen !== undefined) {
    const warning = `warning: ${file} has the mode ${read.tooOpen}: others may read your identity (chmod 600 ${file})`;
    complain(streams, [errorStyle(streams).yellow(warning)]);
  }
  return read.identities;
}

/** The secrets of the project, for inventories and playbooks. */
export async function projectSecrets(options: VaultOptions, folder: string, streams: Streams): Promise<SecretKeeper> {
  const { path, keys, passwords } = await projectVault(options, folder, streams);
  return new SecretKeeper({ vault: path, keys, passwords });
}
