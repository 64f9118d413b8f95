import { join, resolve } from 'node:path';
import type { BuildFailure, BuildResult, Message, Metafile } from 'esbuild';
import { type Mistake, UsageError } from '../../model/errors.ts';
import { shownPath } from '../../report/places.ts';
import { importMeta, importMetaNames } from './import-meta.ts';
import { packageImports } from './package-imports.ts';

/** A module and all modules of its project that it imports, as one. */
export interface Bundle {
  readonly code: Uint8Array;
  /** The files that it was made from. */
  readonly inputs: readonly string[];
  /** URLs of the packages that it imports. */
  readonly packages: readonly string[];
}

/** One message of esbuild with the line that it is about and a caret under the place. */
function asMistake({ text, location, notes }: Message): Mistake {
  const hint = notes.map((note) => note.text).join('\n');
  const told = hint === '' ? {} : { hint };
  if (location === null) return { message: text, ...told };
  const { file, line, column, lineText, length } = location;
  const before = lineText.slice(0, column).replace(/[^\t]/g, ' ');
  const caret = `${before}^${'~'.repeat(Math.max(0, Math.min(length, lineText.length - column) - 1))}`;
  const where = `${shownPath(resolve(file))}:${line}:${column + 1}`;
  return { message: `${text}\n${lineText}\n${caret}`, where, ...told };
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

function describe({ inputs }: Metafile, folder: string): Pick<Bundle, 'inputs' | 'packages'> {
  const files = Object.keys(inputs).filter((path) => !/^[a-z-]+:/.test(path));
  const imported = Object.values(inputs).flatMap((input) => input.imports);
  const packages = imported.filter(({ path, external }) => external === true && path.startsWith('file:'));
  return {
    inputs: files.map((path) => resolve(folder, path)),
    packages: [...new Set(packages.map(({ path }) => path))],
  };
}

/**
 * Bundles a module with esbuild. Packages stay outside; lines of the originals are kept in a source map.
 *
 * @param folder where the bundle will lie, which its source map is relative to
 * @throws UsageError with all errors of all modules, each with its line and a caret.
 */
export async function bundleModule(entry: string, folder: string): Promise<Bundle> {
  // Imported only here: a module that is in the cache does without, which saves most of the time.
  const { build } = await import('esbuild');
  const root = process.cwd();
  let result: BuildResult<{ write: false; metafile: true }>;
  try {
    result = await build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: join(folder, 'module.mjs'),
      write: false,
      metafile: true,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: `node${process.versions.node}`,
      // Without "module", which Node does not know.
      conditions: ['node'],
      sourcemap: 'inline',
      sourcesContent: false,
      keepNames: true,
      legalComments: 'none',
      define: { ...importMetaNames },
      plugins: [importMeta, packageImports],
      logLevel: 'silent',
    });
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw new UsageError(error.errors.map(asMistake));
  }
  return { code: result.outputFiles[0]?.contents ?? new Uint8Array(), ...describe(result.metafile, root) };
}
