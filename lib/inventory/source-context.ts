import type { Findings } from './findings.ts';
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
