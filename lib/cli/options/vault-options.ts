import type { Command } from 'commander';
import { underHeading } from './heading.ts';
import { collect } from './values.ts';

/** What all commands take that may need a secret. */
export interface VaultOptions {
  readonly vault?: string;
  readonly identity?: string;
  readonly vaultId?: readonly string[];
  readonly vaultPasswordFile?: readonly string[];
  readonly askVaultPass?: true;
}

/** Adds the options that say where secrets are and how to open them; those of Ansible also open what Ansible Vault encrypted. */
export function withVaultOptions(command: Command): Command {
  return underHeading(command, 'secrets', (under) =>
    under
      .option('--vault <file>', 'where the secrets are (or GARDEN_VAULT; vault.yaml by default)')
      .option(
        '--identity <file>',
        'what opens the vault (or GARDEN_IDENTITY; ~/.config/garden/identity.txt by default)',
      )
      .option('--vault-id <label@source>', 'a vault password by its label: a file, a program, or prompt', collect)
      .option('--vault-password-file <file>', 'a file with the vault password, or a program that prints it', collect)
      .option('-J, --ask-vault-pass', 'ask for the vault password, before all else'),
  );
}
