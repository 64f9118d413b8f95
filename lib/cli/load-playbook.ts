import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Mistake, UsageError } from '../model/errors.ts';
import { isPlaybook, type Playbook } from '../model/playbook.ts';
import { nearest } from '../model/suggestion.ts';
import { shownPath } from '../report/places.ts';
import { bundlePlaybook } from './playbook/bundle.ts';
import { BundleCache } from './playbook/bundle-cache.ts';
import { missingExports, moduleError } from './playbook/module-error.ts';

/** A playbook's module, ready to be imported. */
interface Prepared {
  readonly file: string;
  /** The project's modules that are in it; known only where it was bundled just now. */
  readonly inputs: readonly string[];
}

/**
 * Loads a playbook: a TypeScript or JavaScript module whose default export is made by `playbook()`. It is bundled with
 * the modules of its project; the bundle is kept and used again while its inputs are the same. Places of tasks, roles
 * and exceptions are those of the original files.
 *
 * @throws UsageError for everything that can be wrong with it: no such file, all errors of syntax and all imports that
 * lead nowhere at once, an exception while it ran, another default export.
 */
export async function loadPlaybook(file: string): Promise<Playbook> {
  const entry = resolve(file);
  checkFile(entry, file);
  // Before the module is read: Node looks for source maps only then.
  process.setSourceMapsEnabled(true);
  const cache = new BundleCache(entry);
  const known = cache.find();
  const prepared = known === undefined ? await prepare(entry, cache) : { file: known, inputs: [] };
  const loaded = await importPlaybook(prepared, entry, cache);
  return playbookOf(loaded, entry);
}

function checkFile(entry: string, given: string): void {
  const stats = statSync(entry, { throwIfNoEntry: false });
  if (stats?.isFile()) return;
  const folder = stats === undefined ? dirname(entry) : entry;
  const candidates = playbooksIn(folder);
  const list = candidates.map((name) => shownPath(resolve(folder, name))).join(', ');
  const hint = list === '' ? {} : { hint: `in ${shownPath(folder) || folder} there is: ${list}` };
  if (stats !== undefined) throw new UsageError([{ message: `"${given}" is no file`, ...hint }]);
  const meant = nearest(basename(entry), candidates);
  const suggestion = meant === undefined ? '' : ` (did you mean "${shownPath(resolve(folder, meant))}"?)`;
  throw new UsageError([{ message: `there is no playbook "${given}"${suggestion}`, ...hint }]);
}

function playbooksIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /\.[cm]?ts$/.test(name) && !/\.(?:d|test)\.[cm]?ts$/.test(name));
  } catch {
    return [];
  }
}

async function prepare(entry: string, cache: BundleCache): Promise<Prepared> {
  const bundle = await bundlePlaybook(entry, cache.folder);
  try {
    return { file: cache.store(bundle), inputs: bundle.inputs };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError([
      { message: `the playbook cannot be kept in ${cache.folder}: ${why}`, hint: 'name a folder by XDG_CACHE_HOME' },
    ]);
  }
}

async function importPlaybook({ file, inputs }: Prepared, entry: string, cache: BundleCache): Promise<object> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    const modules =
      inputs.length > 0 || !(error instanceof SyntaxError) ? inputs : (await prepare(entry, cache)).inputs;
    const missing: readonly Mistake[] = await missingExports(error, modules, importPackage);
    throw missing.length > 0 ? new UsageError(missing) : moduleError(error, entry);
  }
}

async function importPackage(specifier: string, importer: string): Promise<object | undefined> {
  try {
    return await import(pathToFileURL(createRequire(importer).resolve(specifier)).href);
  } catch {
    return undefined;
  }
}

function playbookOf(loaded: object, entry: string): Playbook {
  const value: unknown = 'default' in loaded ? loaded.default : undefined;
  if (isPlaybook(value)) return value;
  const where = shownPath(entry);
  const hint = "end it with: export default playbook('Name', [play('Name', { hosts: 'all', … })]);";
  if (!('default' in loaded)) throw new UsageError([{ where, message: 'the playbook has no default export', hint }]);
  throw new UsageError([{ where, message: `the default export is ${kindOf(value)}, not a playbook`, hint }]);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null && 'type' in value) return `a ${String(value.type)}`;
  if (value === null || value === undefined) return String(value);
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}
