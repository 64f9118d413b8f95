import type { Findings } from './findings.ts';
import type { SecretSource } from './secret-source.ts';

/** What reading a source needs besides its name. */
export interface SourceContext {
  /** What the names of files are relative to, and where inventory programs run. */
  readonly workingDirectory: string;
  readonly findings: Findings;
  readonly secrets?: SecretSource | undefined;
  /** The default export of a TypeScript or JavaScript module; undefined where modules cannot be loaded. */
  readonly loadModule?: ((file: string) => Promise<unknown>) | undefined;
}
