import { readFileSync } from 'node:fs';
import { GardenError, type Mistake, UsageError } from '../../model/errors.ts';
import { userLocations } from '../../model/site.ts';
import { didYouMean } from '../../model/suggestion.ts';
import { shownPath } from '../../report/places.ts';
import { shownPlace } from './places.ts';

const MISSING_EXPORT = /does not provide an export named|Named export '.*' not found/;
const NAMED_IMPORT = /\bimport\s+(?!type\b)(?:[\w$]+\s*,\s*)?\{([^}]*)\}\s*from\s*(['"])([^'"]+)\2/g;

/** One name in the braces of an import: `type Host`, `play as start`. */
const IMPORTED = /(type\s+)?([\w$]+)(?:\s+as\s+[\w$]+)?/g;

/**
 * An exception while a module ran, as mistakes: its message and the user's line, no stack trace. What garden
 * itself refused keeps its own words and, where it has none, gets the line too.
 */
export function moduleError(error: unknown, entry: string): UsageError {
  const [place] = error instanceof Error ? userLocations(error.stack) : [];
  const where = place === undefined ? shownPath(entry) : shownPlace(place);
  if (error instanceof UsageError) return new UsageError(error.mistakes.map((mistake) => ({ where, ...mistake })));
  if (!(error instanceof Error)) return new UsageError([{ where, message: `this was thrown: ${String(error)}` }]);
  const [, unknown] = error instanceof ReferenceError ? (/^([\w$]+) is not defined$/.exec(error.message) ?? []) : [];
  if (unknown !== undefined) {
    const hint = `import it, or correct the name: import { ${unknown} } from '…'`;
    return new UsageError([{ where, message: `${unknown} is used here, but neither defined nor imported`, hint }]);
  }
  const hint = 'hint' in error && typeof error.hint === 'string' ? { hint: error.hint } : {};
  // The kind of a plain error says nothing; that of others (ReferenceError) helps.
  const kind = error.name === 'Error' || error instanceof GardenError ? '' : `${error.name}: `;
  return new UsageError([{ where, message: `${kind}${error.message}`, ...hint }]);
}

/**
 * Names that are imported from packages which do not export them. Node tells only one of them, and not where.
 *
 * @param inputs the project's own modules
 * @param load imports what a specifier in a module stands for, as far as that is a package
 */
export async function missingExports(
  error: unknown,
  inputs: readonly string[],
  load: (specifier: string, importer: string) => Promise<object | undefined>,
): Promise<readonly Mistake[]> {
  if (!(error instanceof SyntaxError) || !MISSING_EXPORT.test(error.message)) return [];
  const mistakes: Mistake[] = [];
  for (const file of inputs.filter((path) => /\.[cm]?[jt]sx?$/.test(path))) {
    const text = readFileSync(file, 'utf8');
    for (const found of text.matchAll(NAMED_IMPORT)) {
      const [whole, names = '', , specifier = ''] = found;
      const exported = specifier.startsWith('.') ? undefined : await load(specifier, file);
      if (exported === undefined) continue;
      const start = found.index + whole.indexOf('{') + 1;
      for (const { 1: type, 2: name = '', index } of names.matchAll(IMPORTED)) {
        if (type !== undefined || name === 'default' || name in exported) continue;
        const before = text.slice(0, start + index).split('\n');
        const place = { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
        const message = `"${specifier}" does not export "${name}"${didYouMean(name, Object.keys(exported))}`;
        mistakes.push({ where: shownPlace(place), message });
      }
    }
  }
  return mistakes;
}
