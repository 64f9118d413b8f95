import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { EXIT, UsageError } from '../../model/errors.ts';
import { Secret } from '../../model/secret.ts';
import { withPrivateFolder } from '../../secrets/private-folder.ts';
import { changeVault, openVault, type Vault } from '../../secrets/vault.ts';
import { valuesOfYaml, yamlOfValues } from '../../secrets/yaml-values.ts';
import type { VaultOptions } from '../options/vault-options.ts';
import { projectVault } from '../secrets.ts';
import { complain, type Streams } from '../streams.ts';

export interface VaultEditOptions extends VaultOptions {
  readonly onDisk?: boolean;
}

/** Has a person change a text. Undefined where it was left as it is. */
async function edited(
  text: string,
  file: string,
  { onDisk = false }: VaultEditOptions,
  streams: Streams,
): Promise<string | undefined> {
  const { VISUAL, EDITOR, XDG_RUNTIME_DIR } = streams.environment;
  const editor = VISUAL || EDITOR || 'vi';
  return withPrivateFolder({ runtimeFolder: XDG_RUNTIME_DIR, onDisk }, async (folder) => {
    const path = join(folder, file);
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
    // As git does: the editor may be a command with arguments.
    const { failed, shortMessage = '' } = await execa('sh', ['-c', `${editor} "$1"`, 'sh', path], {
      stdio: 'inherit',
      reject: false,
    });
    if (failed) {
      throw new UsageError([
        {
          message: `the editor did not succeed, so nothing was changed: ${shortMessage}`,
          hint: 'name one by VISUAL or EDITOR',
        },
      ]);
    }
    const after = await readFile(path, 'utf8');
    // Editors end the last line, whether it was ended or not.
    const same = after === text || (!text.endsWith('\n') && after === `${text}\n`);
    return same ? undefined : after;
  });
}

/** `garden vault edit`. Resolves to the exit code. */
export async function vaultEdit(
  name: string | undefined,
  options: VaultEditOptions,
  streams: Streams,
): Promise<number> {
  const { path, keys } = await projectVault(options, process.cwd(), streams);
  const vault = await openVault(path, keys);
  const before = new Map((name === undefined ? vault.names : [name]).map((each) => [each, vault.get(each).reveal()]));
  const after = await (name === undefined
    ? allEdited(before, options, streams)
    : oneEdited(name, before.get(name) ?? '', options, streams));
  if (after === undefined) {
    complain(streams, ['Nothing was changed.']);
    return EXIT.done;
  }
  await changeVault(path, keys, (now) => takeOver(now, before, after));
  complain(streams, [`Changed ${path}.`]);
  return EXIT.done;
}

async function oneEdited(
  name: string,
  value: string,
  options: VaultEditOptions,
  streams: Streams,
): Promise<ReadonlyMap<string, string> | undefined> {
  const text = await edited(value, 'value', options, streams);
  if (text === undefined) return undefined;
  const ended = value.endsWith('\n') ? text : text.replace(/\r?\n$/, '');
  if (ended === '') throw new UsageError('the value is empty; nothing was changed');
  return new Map([[name, ended]]);
}

async function allEdited(
  values: ReadonlyMap<string, string>,
  options: VaultEditOptions,
  streams: Streams,
): Promise<ReadonlyMap<string, string> | undefined> {
  const text = await edited(yamlOfValues(values), 'vault.yaml', options, streams);
  return text === undefined ? undefined : valuesOfYaml(text, 'what you wrote');
}

/** Writes what was changed, and only that: others may have changed the rest in the meantime. */
function takeOver(vault: Vault, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): void {
  for (const [name, value] of after) if (before.get(name) !== value) vault.set(name, new Secret(value));
  for (const name of before.keys()) if (!after.has(name) && vault.names.includes(name)) vault.remove(name);
}
