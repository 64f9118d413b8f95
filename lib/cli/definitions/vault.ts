import { type Command, InvalidArgumentError } from 'commander';
import type { VaultInitOptions, VaultRekeyOptions } from '../commands/vault.ts';
import type { VaultEditOptions } from '../commands/vault-edit.ts';
import type { VaultImportOptions } from '../commands/vault-import.ts';
import { collect } from '../options/values.ts';
import { type VaultOptions, withVaultOptions } from '../options/vault-options.ts';
import type { CommandLine } from './definition.ts';

const EXAMPLES = `
A vault is a file (vault.yaml) that is kept in git: names in clear, each value encrypted by itself, for the people and
machines that have one of its identities, or its passphrase. docs/secrets.md tells how.

Examples:
  garden vault init                              make a vault, and an identity if you have none
  garden vault set mail/dkim < dkim.key          put a value in; at a terminal it is asked for
  garden vault set db/password --generate        put a random one in
  garden vault get db/password                   print it
  garden vault identity                          print your own age1…, for somebody who can open the vault
  garden vault recipients add age1…              let somebody else open it`;

const DEFAULT_LENGTH = 32;
const SHORTEST = 8;
const LONGEST = 1024;

function length(value: string): number {
  const number = /^\d+$/.test(value) ? Number(value) : 0;
  if (number >= SHORTEST && number <= LONGEST) return number;
  throw new InvalidArgumentError(`It must be a number from ${SHORTEST} to ${LONGEST}.`);
}

interface GeneratingOptions extends VaultOptions {
  readonly generate?: number | true;
}

/** `garden vault …`. */
export function defineVault(program: Command, { streams, done }: CommandLine): void {
  const vault = program
    .command('vault')
    .description('the secrets of a project: init, identity, set, get, list, edit, remove, rekey, recipients, import')
    .helpCommand(false)
    .addHelpText('after', EXAMPLES);
  const load = () => import('../commands/vault.ts');

  withVaultOptions(vault.command('init'))
    .description('make a vault; and an identity to open it with, if you have none')
    .option('--recipient <age1…>', 'encrypt it for this recipient, not for your identity; may be given again', collect)
    .option('--passphrase', 'encrypt it by a passphrase; it is asked for')
    .action(async (options: VaultInitOptions) => done(await (await load()).vaultInit(options, streams)));

  withVaultOptions(vault.command('identity'))
    .description('print your recipient, for others to add; makes an identity if you have none')
    .action(async (options: VaultOptions) => done(await (await load()).vaultIdentity(options, streams)));

  withVaultOptions(vault.command('set'))
    .description('put a value in: asked for at a terminal, else standard input')
    .argument('<name>', 'what it is called, such as mail/dkim')
    .option('-g, --generate [length]', 'put in random letters and digits (32 of them)', length)
    // Told in the action, with the reason.
    .allowExcessArguments()
    .action(async (name: string, { generate, ...options }: GeneratingOptions, command: Command) => {
      const { vaultSet } = await load();
      const chosen = generate === true ? DEFAULT_LENGTH : generate;
      done(await vaultSet(name, { ...options, generate: chosen, excess: command.args.length > 1 }, streams));
    });

  withVaultOptions(vault.command('get'))
    .description('print a value')
    .argument('<name>')
    .action(async (name: string, options: VaultOptions) => done(await (await load()).vaultGet(name, options, streams)));

  withVaultOptions(vault.command('list'))
    .description('print the names; needs no key')
    .action(async (options: VaultOptions) => done(await (await load()).vaultList(options, streams)));

  withVaultOptions(vault.command('edit'))
    .description('change a value, or all of them, in your editor (VISUAL or EDITOR)')
    .argument('[name]', 'which one; all of them without it')
    .option('--on-disk', 'edit on the disk where there is no memory file system; the text can be found on it later')
    .action(async (name: string | undefined, options: VaultEditOptions) => {
      const { vaultEdit } = await import('../commands/vault-edit.ts');
      done(await vaultEdit(name, options, streams));
    });

  withVaultOptions(vault.command('remove'))
    .description('take values out')
    .argument('<names...>')
    .action(async (names: string[], options: VaultOptions) =>
      done(await (await load()).vaultRemove(names, options, streams)),
    );

  withVaultOptions(vault.command('rekey'))
    .description('make a new key and encrypt every value anew')
    .option('--passphrase', 'with a new passphrase, or one for the first time; it is asked for')
    .option('--no-passphrase', 'for the recipients alone')
    .action(async (options: VaultRekeyOptions) => done(await (await load()).vaultRekey(options, streams)));

  withVaultOptions(vault.command('import'))
    .description('take over the values of a YAML file that Ansible Vault encrypted, or that has such values')
    .argument('<file>')
    .option('--prefix <name>', 'put all of them below this name')
    .action(async (file: string, options: VaultImportOptions) => {
      const { vaultImport } = await import('../commands/vault-import.ts');
      done(await vaultImport(file, options, streams));
    });

  const recipients = withVaultOptions(vault.command('recipients'))
    .description('who can open it; add, remove')
    .helpCommand(false)
    .action(async (options: VaultOptions) => done(await (await load()).vaultRecipients(options, streams)));
  withVaultOptions(recipients.command('add'))
    .description('let others open it')
    .argument('<age1…...>')
    .action(async (added: string[], _: VaultOptions, command: Command) =>
      done(await (await load()).recipientsAdd(added, command.optsWithGlobals(), streams)),
    );
  withVaultOptions(recipients.command('remove'))
    .description('take the right from others; makes a new key')
    .argument('<age1…...>')
    .action(async (removed: string[], _: VaultOptions, command: Command) =>
      done(await (await load()).recipientsRemove(removed, command.optsWithGlobals(), streams)),
    );
}
