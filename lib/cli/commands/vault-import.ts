import { readFile } from 'node:fs/promises';
import { describeFileError } from '../../inventory/source-file.ts';
import { isVaultText } from '../../inventory/vault-text.ts';
import { EXIT, type Mistake, UsageError } from '../../model/errors.ts';
import { Secret } from '../../model/secret.ts';
import { harmlessLine } from '../../report/text.ts';
import { SecretKeeper } from '../../secrets/secret-keeper.ts';
import { changeVault, readVault } from '../../secrets/vault.ts';
import { valuesOfYaml } from '../../secrets/yaml-values.ts';
import type { VaultOptions } from '../options/vault-options.ts';
import { projectVault } from '../secrets.ts';
import { complain, type Streams } from '../streams.ts';

export interface VaultImportOptions extends VaultOptions {
  /** What the names are put below. */
  readonly prefix?: string;
}

/** `garden vault import`. Resolves to the exit code. */
export async function vaultImport(file: string, options: VaultImportOptions, streams: Streams): Promise<number> {
  const { path, keys, passwords } = await projectVault(options, process.cwd(), streams);
  await readVault(path);
  const keeper = new SecretKeeper({ vault: path, keys, passwords });
  const text = await readSource(file);
  const whole = isVaultText(text);
  const values = valuesOfYaml(whole ? await decrypt(text, file, keeper) : text, file);
  const imported: [string, Secret][] = [];
  for (const [name, value] of values) {
    // In a file in clear only what is encrypted there is a secret.
    if (!whole && !isVaultText(value)) continue;
    const clear = isVaultText(value) ? await decrypt(value, `${file}, ${name}`, keeper) : value;
    imported.push([options.prefix === undefined ? name : `${options.prefix}/${name}`, new Secret(clear)]);
  }
  if (imported.length === 0) {
    throw new UsageError([{ message: 'there is nothing in it that Ansible Vault encrypted', where: file }]);
  }
  const changed = await changeVault(path, keys, (vault) =>
    imported.filter(([name, value]) => vault.set(name, value)).map(([name]) => name),
  );
  complain(streams, [
    ...changed.map((name) => harmlessLine(`${name} was set in ${path}.`)),
    ...(changed.length === 0 ? ['All of it was there already; nothing was changed.'] : []),
  ]);
  return EXIT.done;
}

async function readSource(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError([{ where: file, ...(await describeFileError(error, file, process.cwd())) }]);
  }
}

/** Decrypts, and says where what cannot be decrypted stands. */
async function decrypt(text: string, where: string, keeper: SecretKeeper): Promise<string> {
  try {
    return await keeper.decrypt(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const mistakes: readonly Mistake[] = error.mistakes.map((mistake) => ({ where, ...mistake }));
    throw new UsageError(mistakes);
  }
}
