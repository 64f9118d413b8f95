import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild';
import { didYouMean, nearest } from '../../model/suggestion.ts';
import { shownPath } from '../../report/places.ts';

const OWN_NAME = 'walled-garden';
/** Marks a question of this plugin's own to esbuild, so that it does not answer itself. */
const ASKED = Symbol('asked');

/** The folder of the package that this code is a part of. */
function runningPackage(): string {
  return dirname(realpathSync(createRequire(import.meta.url).resolve(`${OWN_NAME}/package.json`)));
}

function problem(text: string, hint?: string): OnResolveResult {
  return { errors: [{ text, notes: hint === undefined ? [] : [{ text: hint }] }] };
}

/** A package stays outside of the bundle, and is named by its place, so that the bundle may lie anywhere. */
function outside(path: string, kind: OnResolveArgs['kind']): OnResolveResult {
  const required = kind === 'require-call' || kind === 'require-resolve';
  return { path: required ? path : pathToFileURL(path).href, external: true };
}

/**
 * Finds garden itself as Node does: in a checkout by the package's own name, elsewhere in the project's node_modules.
 * It must be the one that is running, or its classes would exist twice.
 */
function resolveGarden({ path, resolveDir, kind }: OnResolveArgs): OnResolveResult {
  const require = createRequire(join(resolveDir, 'importer.js'));
  const running = runningPackage();
  let found: string;
  try {
    found = dirname(realpathSync(require.resolve(`${OWN_NAME}/package.json`)));
  } catch {
    const project = shownPath(resolveDir);
    return problem(
      `the package "${OWN_NAME}" is not installed where this file is`,
      `in the project's folder (${project === '' ? resolveDir : project}): npm install ${running}`,
    );
  }
  if (found !== running) {
    return problem(
      `this project has its own garden (${found}), but another one is running (${running})`,
      'start it from the project: npx garden run …',
    );
  }
  try {
    return outside(realpathSync(require.resolve(path)), kind);
  } catch {
    return problem(
      `"${path}" is nothing that ${OWN_NAME} exports${didYouMean(path, [OWN_NAME, `${OWN_NAME}/roles`])}`,
      `there are "${OWN_NAME}" and "${OWN_NAME}/roles"; in a checkout they must be built: npm run build`,
    );
  }
}

/**
 * The zod that garden itself uses, which is built into one file, where the project means the same: it need not be read
 * twice, and a hundred files need not be opened. Undefined where the project has another.
 */
function ownZod(found: string): string | undefined {
  const running = runningPackage();
  const same = dirname(realpathSync(createRequire(join(running, 'package.json')).resolve('zod'))) === dirname(found);
  const built = join(running, 'dist', 'libraries', 'zod.js');
  return same && existsSync(built) ? built : undefined;
}

/** What is said of an import that leads nowhere. */
function notFound({ path, resolveDir }: OnResolveArgs): OnResolveResult {
  if (!path.startsWith('.') && !path.startsWith('/')) {
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;
    return problem(`cannot find the package "${path}"`, `install it: npm install ${name}`);
  }
  const wanted = resolve(resolveDir, path);
  let beside: string[] = [];
  try {
    beside = readdirSync(dirname(wanted));
  } catch {
    return problem(`cannot find "${path}": the folder ${shownPath(dirname(wanted))} does not exist`);
  }
  // Endings are the same nearly everywhere: they must not make names look alike.
  const stem = (name: string): string => name.replace(/\.[^.]*$/, '');
  const close = nearest(stem(basename(wanted)), beside.map(stem));
  const meant = beside.find((name) => stem(name) === close);
  const suggestion =
    meant === undefined ? '' : ` (did you mean "${path.slice(0, path.lastIndexOf('/') + 1)}${meant}"?)`;
  return problem(`cannot find "${path}"${suggestion}`);
}

async function resolveImport(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult | undefined> {
  const { path, kind, importer, namespace, resolveDir } = args;
  if (args.pluginData === ASKED || kind === 'entry-point') return undefined;
  if (isBuiltin(path) || path.startsWith('file:')) return { path, external: true };
  if (path === OWN_NAME || path.startsWith(`${OWN_NAME}/`)) return resolveGarden(args);
  const found = await build.resolve(path, { kind, importer, namespace, resolveDir, pluginData: ASKED });
  if (found.errors.length > 0) return notFound(args);
  if (path === 'zod' && kind !== 'require-call') return outside(ownZod(found.path) ?? found.path, kind);
  const isPackage = found.path.includes('/node_modules/') && !found.path.endsWith('.json');
  return isPackage && !found.external ? outside(found.path, kind) : found;
}

/** Leaves packages where they are, and says of every import that leads nowhere what to do about it. */
export const packageImports: Plugin = {
  name: 'package-imports',
  setup(build) {
    build.onResolve({ filter: /.*/, namespace: 'file' }, (args) => resolveImport(build, args));
  },
};
