import { resolve } from 'node:path';
import { type Mistake, UsageError } from '../model/errors.ts';
import type { PlaybookOptions } from '../model/playbook.ts';
import { InventoryData } from './data.ts';
import { readExtraVars } from './extra-vars.ts';
import { Findings } from './findings.ts';
import { LoadedInventory } from './inventory.ts';
import { folderOf, openSource } from './source.ts';
import { readAll, type SourceContext } from './source-context.ts';
import { shownPath } from './source-file.ts';
import { readVariableFolders, type VariableFolder } from './variable-folders.ts';

export interface LoadInventoryOptions extends Omit<SourceContext, 'findings'> {
  /** What `-e` was given, word by word. It wins over everything. */
  readonly extraVars?: readonly string[] | undefined;
  /** The folder of the playbook, whose `group_vars` and `host_vars` count too, and over those beside the inventory. */
  readonly playbookFolder?: string | undefined;
  /** What the playbook says of its variables. Waited for when all else has been read. */
  readonly playbook?: Promise<PlaybookOptions | undefined> | undefined;
}

export interface LoadInventoryResult {
  readonly inventory: LoadedInventory;
  /** What is likely not what was meant, in the order in which it was met. */
  readonly warnings: readonly Mistake[];
}

/**
 * Reads an inventory from its sources, which are merged in their order.
 *
 * @throws UsageError with all mistakes of all sources and of `-e`, each with its file and line.
 */
export async function loadInventory(
  sources: readonly string[],
  options: LoadInventoryOptions,
): Promise<LoadInventoryResult> {
  const { extraVars = [] } = options;
  const findings = new Findings();
  const context: SourceContext = { ...options, findings };
  const data = new InventoryData(findings);
  const opened = await readAll(sources, context, openSource);
  for (const merge of opened) merge(data);
  data.settle();
  await readVariableFolders(await variableFolders(sources, options), data, context);
  const extra = await readExtraVars(extraVars, context);
  const { hostVars, vars = {} } = (await options.playbook) ?? {};
  if (hostVars !== undefined) data.schemas.set(hostVars, vars);
  const inventory = new LoadedInventory(data, extra);
  if (findings.mistakes.length > 0) throw new UsageError(findings.mistakes);
  if (inventory.all.length === 0)
    findings.warning({ source: sources.join(', ') }, { message: 'there are no hosts in it' });
  return { inventory, warnings: findings.warnings };
}

/** Where `group_vars` and `host_vars` may be: beside each source, then beside the playbook. A later one wins. */
async function variableFolders(
  sources: readonly string[],
  { workingDirectory, playbookFolder }: LoadInventoryOptions,
): Promise<readonly VariableFolder[]> {
  const beside = await Promise.all(sources.map((source) => folderOf(source, workingDirectory)));
  const named = [...beside, playbookFolder].filter((folder) => folder !== undefined);
  const folders = new Map<string, VariableFolder>();
  for (const folder of named) {
    const path = resolve(workingDirectory, folder);
    folders.delete(path);
    folders.set(path, { path, shown: shownPath(path, workingDirectory) });
  }
  return [...folders.values()];
}
