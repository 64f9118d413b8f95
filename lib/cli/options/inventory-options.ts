import type { Command } from 'commander';
import { underHeading } from './heading.ts';
import { collect } from './values.ts';
import { type VaultOptions, withVaultOptions } from './vault-options.ts';

/** What all commands that know hosts take; the short flags are Ansible's. */
export interface InventoryOptions extends VaultOptions {
  readonly inventory?: readonly string[];
  readonly limit?: string;
  readonly extraVars?: readonly string[];
}

/** Adds the options that all commands that know hosts take. */
export function withInventoryOptions(command: Command): Command {
  underHeading(command, 'inventory', (under) =>
    under
      .option(
        '-i, --inventory <source>',
        'inventory: a file, a folder, a program, or hosts as "one,two,"; may be given again',
        collect,
      )
      .option('-l, --limit <pattern>', 'only these hosts: a pattern such as web:!web3, or @file')
      .option('-e, --extra-vars <vars>', 'variables: key=value, JSON, or @file.yml; may be given again', collect),
  );
  return withVaultOptions(command);
}
