import { Findings } from './findings.ts';
import type { SecretSource } from './secret-source.ts';

/** What reading a source needs besides its name. */
export interface SourceContext {
  /** What the names of files are relative to, and where inventory programs run. */
  readonly workingDirectory: string;
  readonly findings: Findings;
  readonly secrets?: SecretSource | undefined;
  /** How long an inventory program may take for an answer, in milliseconds; 30 seconds by default. */
  readonly programTimeout?: number | undefined;
  /**
   * Loads a TypeScript module and gives its default export; for `inventory.ts`, and for `.ts` files with variables.
   * Throws UsageError with everything that is wrong with it.
   */
  readonly loadModule?: ((file: string) => Promise<unknown>) | undefined;
}

/** Reads several things at once. What is found is told in their order, whichever is read first. */
export async function readAll<Item, Result>(
  items: readonly Item[],
  context: SourceContext,
  read: (item: Item, context: SourceContext) => Promise<Result>,
): Promise<readonly Result[]> {
  const all = await Promise.all(
    items.map(async (item) => {
      const findings = new Findings();
      return { findings, result: await read(item, { ...context, findings }) };
    }),
  );
  for (const { findings } of all) context.findings.add(findings);
  return all.map(({ result }) => result);
}
