import { type Mistake, UsageError } from '../model/errors.ts';
import { InventoryData } from './data.ts';
import { readExtraVars } from './extra-vars.ts';
import { Findings } from './findings.ts';
import { LoadedInventory } from './inventory.ts';
import { openSource } from './source.ts';
import type { SourceContext } from './source-context.ts';

export interface LoadInventoryOptions {
  /** What `-e` was given, word by word. It wins over everything. */
  readonly extraVars?: readonly string[] | undefined;
  /** What the names of files are relative to. */
  readonly workingDirectory: string;
  /**
   * Loads a TypeScript module and gives its default export; for `inventory.ts`, and for `.ts` files with variables.
   * Throws UsageError with everything that is wrong with it.
   */
  readonly loadModule?: ((file: string) => Promise<unknown>) | undefined;
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
  const { extraVars = [], workingDirectory } = options;
  const findings = new Findings();
  const data = new InventoryData(findings);
  const opened = await Promise.all(sources.map((source) => openSource(source, workingDirectory, findings)));
  for (const merge of opened) merge(data);
  data.settle();
  const extra = await readExtraVars(extraVars, workingDirectory, findings);
  const inventory = new LoadedInventory(data, extra);
  if (findings.mistakes.length > 0) throw new UsageError(findings.mistakes);
  if (inventory.all.length === 0)
    findings.warning({ source: sources.join(', ') }, { message: 'there are no hosts in it' });
  return { inventory, warnings: findings.warnings };
}
