import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Mistake, UsageError } from '../../model/errors.ts';
import { settled } from '../../model/settled.ts';
import { errorText } from '../../model/thrown.ts';
import { shownPath } from '../../report/places.ts';
import { bundleModule } from './bundle.ts';
import { BundleCache } from './bundle-cache.ts';
import { missingExports, moduleError } from './module-error.ts';

/** A module, ready to be imported. */
interface Prepared {
  readonly file: string;
  /** The project's modules that are in it; known only where it was bundled just now. */
  readonly inputs: readonly string[];
}

/**
 * Loads a TypeScript or JavaScript module of a project (a playbook, an inventory, variables) and gives its default
 * export; undefined where it has none.
 *
 * @throws UsageError as {@link loadExports}.
 */
export async function loadModule(file: string): Promise<unknown> {
  const loaded = await loadExports(file);
  return 'default' in loaded ? loaded.default : undefined;
}

/**
 * Loads a module and gives all that it exports. It is bundled with the modules of its project; the bundle is kept and
 * used again while its inputs are the same. Places of tasks, roles and exceptions are those of the original files.
 *
 * @throws UsageError for everything that can be wrong with it: all errors of syntax and all imports that lead nowhere
 * at once, an exception while it ran, a promise that it awaits in vain.
 */
export async function loadExports(file: string): Promise<object> {
  const entry = resolve(file);
  // Before the module is read: Node looks for source maps only then.
  process.setSourceMapsEnabled(true);
  const cache = new BundleCache(entry);
  const known = cache.find();
  const prepared = known === undefined ? await prepare(entry, cache) : { file: known, inputs: [] };
  return settled(importModule(prepared, entry, cache), () => neverLoaded(entry));
}

async function prepare(entry: string, cache: BundleCache): Promise<Prepared> {
  const bundle = await bundleModule(entry, cache.folder);
  try {
    return { file: cache.store(bundle), inputs: bundle.inputs };
  } catch (error) {
    const why = errorText(error);
    throw new UsageError([
      { message: `its bundle cannot be kept in ${cache.folder}: ${why}`, hint: 'name a folder by XDG_CACHE_HOME' },
    ]);
  }
}

async function importModule({ file, inputs }: Prepared, entry: string, cache: BundleCache): Promise<object> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    const modules =
      inputs.length > 0 || !(error instanceof SyntaxError) ? inputs : (await prepare(entry, cache)).inputs;
    const missing: readonly Mistake[] = await missingExports(error, modules, importPackage);
    throw missing.length > 0 ? new UsageError(missing) : moduleError(error, entry);
  }
}

function neverLoaded(entry: string): UsageError {
  return new UsageError([{ message: 'it is never loaded: it awaits what never comes', where: shownPath(entry) }]);
}

async function importPackage(specifier: string, importer: string): Promise<object | undefined> {
  try {
    return await import(pathToFileURL(createRequire(importer).resolve(specifier)).href);
  } catch {
    return undefined;
  }
}
