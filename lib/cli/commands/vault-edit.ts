import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { EXIT, UsageError } from '../../model/errors.ts';
import { Secret } from '../../model/secret.ts';
import { describeError } from '../../report/failure.ts';
import { withPrivateFolder } from '../../secrets/private-folder.ts';
import { changeVault, openVault, type Vault } from '../../secrets/vault.ts';
import { valuesOfYaml, yamlOfValues } from '../../secrets/yaml-values.ts';
import type { VaultOptions } from '../options/vault-options.ts';
import { passwordPrompt, QuestionInterrupted } from '../password.ts';
import { projectVault } from '../secrets.ts';
import { complain, errorStyle, type Streams } from '../streams.ts';

/** The shell's exit status for a program that is not there. */
const NOT_FOUND = 127;

export interface VaultEditOptions extends VaultOptions {
  readonly onDisk?: boolean;
}

/** @throws UsageError where the editor did not succeed; QuestionInterrupted where Ctrl-C ended it. */
async function runEditor(path: string, { VISUAL, EDITOR }: Streams['environment']): Promise<void> {
  const editor = VISUAL || EDITOR || 'vi';
  // As git does: the editor may be a command with arguments.
  const { failed, exitCode, signal } = await execa('sh', ['-c', `${editor} "$1"`, 'sh', path], {
    stdio: 'inherit',
    reject: false,
  });
  if (!failed) return;
  if (signal === 'SIGINT') throw new QuestionInterrupted('interrupted in the editor; nothing was changed');
  const end = signal === undefined ? `ended with exit status ${exitCode}` : `was ended by ${signal}`;
  const hint = exitCode === NOT_FOUND ? 'name one by VISUAL or EDITOR' : undefined;
  throw new UsageError([{ message: `the editor ${editor} ${end}; nothing was changed`, hint }]);
}

/**
 * Has a person change a text, and reads what came of it; at a terminal again until it can be read. Undefined where it was
 * left as it is.
 */
async function edited<T>(
  text: string,
  { file, read }: { readonly file: string; readonly read: (text: string) => T },
  { onDisk = false }: VaultEditOptions,
  streams: Streams,
): Promise<T | undefined> {
  const { environment, input } = streams;
  return withPrivateFolder({ runtimeFolder: environment.XDG_RUNTIME_DIR, onDisk }, async (folder) => {
    const path = join(folder, file);
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
    for (;;) {
      await runEditor(path, environment);
      const after = await readFile(path, 'utf8');
      // Editors end the last line, whether it was ended or not.
      if (after === text || (!text.endsWith('\n') && after === `${text}\n`)) return undefined;
      try {
        return read(after);
      } catch (error) {
        if (!(error instanceof UsageError) || !input.isTTY) throw error;
        complain(streams, describeError(error, errorStyle(streams), { stack: false }));
        await passwordPrompt(streams).ask('Enter opens the editor again, Ctrl-C gives up');
      }
    }
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
  const { set, removed } = await changeVault(path, keys, (now) => takeOver(now, before, after));
  const done = [
    ...(set.length > 0 ? [`set: ${set.join(', ')}`] : []),
    ...(removed.length > 0 ? [`removed: ${removed.join(', ')}`] : []),
  ];
  complain(streams, [done.length > 0 ? `Changed ${path}; ${done.join('; ')}` : 'Nothing was changed.']);
  return EXIT.done;
}

function oneEdited(
  name: string,
  value: string,
  options: VaultEditOptions,
  streams: Streams,
): Promise<ReadonlyMap<string, string> | undefined> {
  const read = (text: string): ReadonlyMap<string, string> => {
    const ended = value.endsWith('\n') ? text : text.replace(/\r?\n$/, '');
    if (ended === '') throw new UsageError('the value is empty; nothing was changed');
    return new Map([[name, ended]]);
  };
  return edited(value, { file: 'value', read }, options, streams);
}

function allEdited(
  values: ReadonlyMap<string, string>,
  options: VaultEditOptions,
  streams: Streams,
): Promise<ReadonlyMap<string, string> | undefined> {
  const read = (text: string): ReadonlyMap<string, string> => {
    const after = valuesOfYaml(text, 'what you wrote');
    if (after.size > 0) return after;
    // More likely a slip, or an editor that found no space, than the wish to lose all of them.
    throw new UsageError([
      { message: 'no value is left in it; nothing was changed', hint: 'garden vault remove takes values out' },
    ]);
  };
  return edited(yamlOfValues(values), { file: 'vault.yaml', read }, options, streams);
}

interface Taken {
  readonly set: readonly string[];
  readonly removed: readonly string[];
}

/** Writes what was changed, and only that: others may have changed the rest in the meantime. */
function takeOver(vault: Vault, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Taken {
  const set = [...after].filter(([name, value]) => before.get(name) !== value);
  const removed = [...before.keys()].filter((name) => !after.has(name) && vault.names.includes(name));
  for (const [name, value] of set) vault.set(name, new Secret(value));
  for (const name of removed) vault.remove(name);
  return { set: set.map(([name]) => name), removed };
}
