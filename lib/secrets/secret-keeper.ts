import type { SecretSource } from '../inventory/secret-source.ts';
import { UsageError } from '../model/errors.ts';
import type { Secret } from '../model/secret.ts';
import type { SecretFinder } from '../model/secret-request.ts';
import { decryptAnsibleVault, parseAnsibleVault } from './ansible-vault.ts';
import type { Vault, VaultKeys } from './vault.ts';
import type { VaultPasswords } from './vault-passwords.ts';

export interface SecretKeeperOptions {
  /** The vault's file. */
  readonly vault: string;
  readonly keys: VaultKeys;
  readonly passwords: VaultPasswords;
}

/** Knows the secrets of a project: of garden's own vault, and of Ansible's. Nothing is opened before it is needed. */
export class SecretKeeper implements SecretSource, SecretFinder {
  readonly #options: SecretKeeperOptions;
  #vault: Promise<Vault> | undefined;
  readonly #found = new Map<string, Secret>();

  constructor(options: SecretKeeperOptions) {
    this.#options = options;
  }

  async find(name: string): Promise<Secret> {
    this.#vault ??= this.#open();
    const vault = await this.#vault;
    const secret = this.#found.get(name) ?? vault.get(name);
    this.#found.set(name, secret);
    return secret;
  }

  async decrypt(text: string, label?: string): Promise<string> {
    const vault = parseAnsibleVault(text);
    if (typeof vault === 'string') {
      throw new UsageError([{ message: `Ansible Vault cannot be decrypted: ${vault}` }]);
    }
    const wanted = vault.label ?? label;
    let tried = 0;
    for await (const password of this.#options.passwords.candidates(wanted)) {
      tried++;
      const clear = await decryptAnsibleVault(vault, password);
      if (clear !== undefined) return clear;
    }
    const of = wanted === undefined ? '' : ` (vault id "${wanted}")`;
    throw new UsageError([
      {
        message:
          tried === 0
            ? `Ansible Vault needs a password${of}`
            : `Ansible Vault cannot be decrypted${of}: ${tried === 1 ? 'the password is wrong' : `none of ${tried} passwords is right`}, or the text was changed`,
        hint: 'give it with --vault-password-file, --vault-id label@file, or --ask-vault-pass',
      },
    ]);
  }

  async #open(): Promise<Vault> {
    // Loaded when it is needed: YAML and age take longer to start than all of garden.
    const { openVault } = await import('./vault.ts');
    return openVault(this.#options.vault, this.#options.keys);
  }
}
