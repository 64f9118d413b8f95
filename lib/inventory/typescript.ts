import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../model/errors.ts';
import { isTypedInventory, type TypedInventory } from '../model/inventory.ts';
import { problemsOf } from '../model/schema.ts';
import { settled } from '../model/settled.ts';
import type { CallSite } from '../model/site.ts';
import { errorText } from '../model/thrown.ts';
import type { InventoryData, Variable } from './data.ts';
import type { Remark } from './findings.ts';
import { readHostNames } from './host-name.ts';
import type { Origin } from './origin.ts';
import type { MergeSource } from './source.ts';
import type { SourceContext } from './source-context.ts';
import { describeFileError, shownPath } from './source-file.ts';
import { type KeyPath, LiteralLines } from './typescript-lines.ts';
import { type GroupShape, inventoryShape, settingVariables } from './typescript-shape.ts';

const HINT = "end it with: export default inventory({ groups: { web: { hosts: ['web1'] } } });";

/**
 * Loads an inventory that is written in TypeScript: a module whose default export is made by `inventory()`, or is a
 * function that resolves to one. What is wrong with it goes to the findings.
 */
export async function openTypescript(source: string, context: SourceContext): Promise<MergeSource> {
  const { findings } = context;
  const value = await loadDefault(source, context);
  if (value === undefined) return () => {};
  if (!isTypedInventory(value)) {
    findings.mistake({ source }, { message: 'its default export is no inventory', hint: HINT });
    return () => {};
  }
  const places = await Places.ofCall(value.site, source, context.workingDirectory);
  return (data) => new TypedReader(data, places).read(value);
}

/**
 * Loads a file with variables that is written in TypeScript: a module whose default export is an object. What is wrong
 * with it goes to the findings.
 */
export async function openTypescriptVariables(
  source: string,
  context: SourceContext,
): Promise<ReadonlyMap<string, Variable>> {
  const value = await loadDefault(source, context);
  if (value === undefined) return new Map();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const hint = "end it with: export default { mail_domain: 'example.org' };";
    context.findings.mistake({ source }, { message: 'its default export is no object of variables', hint });
    return new Map();
  }
  const places = await Places.ofExport(source, context.workingDirectory);
  return new Map(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]: [string, unknown]) => [name, { value: inner, origin: places.origin([name]) }]),
  );
}

/** The default export, or what it resolves to where it is a function; undefined where there is none to be had. */
async function loadDefault(
  source: string,
  { findings, loadModule, workingDirectory }: SourceContext,
): Promise<unknown> {
  const file = resolve(workingDirectory, source);
  if (loadModule === undefined) {
    findings.mistake({ source }, { message: 'TypeScript can be read by the command line only' });
    return undefined;
  }
  try {
    await readFile(file);
  } catch (error) {
    findings.mistake({ source }, await describeFileError(error, source, workingDirectory));
    return undefined;
  }
  try {
    const loaded = await loadModule(file);
    const made = async (): Promise<unknown> => (typeof loaded === 'function' ? loaded() : loaded);
    const value = await settled(made(), () => neverMade(source));
    if (value === undefined) findings.mistake({ source }, { message: 'it has no default export', hint: HINT });
    return value;
  } catch (error) {
    const mistakes = error instanceof UsageError ? error.mistakes : [{ message: errorText(error), where: source }];
    for (const mistake of mistakes) findings.mistake({ source: mistake.where ?? source }, mistake);
    return undefined;
  }
}

function neverMade(source: string): UsageError {
  return new UsageError([{ message: 'its function never ends: it awaits what never comes', where: source }]);
}

/** Where the keys of what a module exports are written. */
class Places {
  readonly #base: Origin;
  readonly #lines: LiteralLines;

  private constructor(base: Origin, lines: LiteralLines) {
    this.#base = base;
    this.#lines = lines;
  }

  /** In the argument of a call, which may stand in another file than the source. */
  static async ofCall({ location }: CallSite, source: string, folder: string): Promise<Places> {
    const file = location?.file ?? resolve(folder, source);
    const text = await readFile(file, 'utf8').catch(() => '');
    const lines = text.split('\n').slice(0, (location?.line ?? 1) - 1);
    const call = lines.reduce((length, line) => length + line.length + 1, 0) + (location?.column ?? 1) - 1;
    const bracket = text.indexOf('(', call);
    const named = file === resolve(folder, source) ? source : shownPath(file, folder);
    const start = bracket === -1 ? text.length : bracket + 1;
    return new Places({ source: named, line: location?.line }, new LiteralLines(text, start));
  }

  /** In the default export of the source. */
  static async ofExport(source: string, folder: string): Promise<Places> {
    const text = await readFile(resolve(folder, source), 'utf8').catch(() => '');
    const word = /^export default\b/m.exec(text);
    const start = word === null ? text.length : word.index + word[0].length;
    return new Places({ source }, new LiteralLines(text, start));
  }

  origin(path: KeyPath): Origin {
    return { ...this.#base, line: this.#lines.lineOf(path) ?? this.#base.line };
  }
}

/** Writes what `inventory()` was given into the data. */
class TypedReader {
  readonly #data: InventoryData;
  readonly #places: Places;

  constructor(data: InventoryData, places: Places) {
    this.#data = data;
    this.#places = places;
  }

  read({ definition }: TypedInventory): void {
    const result = inventoryShape.safeParse(definition);
    if (!result.success) {
      const problems = problemsOf(inventoryShape, result.error, 'key');
      const placed = problems.map(({ message, path }) => ({ message, origin: this.#places.origin(path) }));
      placed.sort((a, b) => (a.origin.line ?? 0) - (b.origin.line ?? 0));
      for (const { message, origin } of placed) this.#data.findings.mistake(origin, { message });
      return;
    }
    if (result.data.hostVars !== undefined) this.#data.schemas.set(result.data.hostVars, {});
    this.#group('all', result.data, []);
  }

  #group(name: string, group: GroupShape, path: KeyPath): void {
    const origin = this.#places.origin(path);
    this.#data.group(name, origin);
    this.#variables(group, path, (variable, value) => this.#data.setGroupVariable(name, variable, value));
    if (group.priority !== undefined) {
      const value = { value: group.priority, origin: this.#places.origin([...path, 'priority']) };
      this.#data.setGroupVariable(name, 'ansible_group_priority', value);
    }
    for (const [hosts, host, at] of entries(group.hosts, [...path, 'hosts'])) {
      const read = readHostNames(hosts);
      if (!('names' in read)) {
        this.#mistake(at, read);
        continue;
      }
      for (const each of read.names) {
        this.#data.host(each, name === 'all' ? 'ungrouped' : name, this.#places.origin(at));
        const set = (variable: string, value: Variable) => this.#data.setHostVariable(each, variable, value);
        if (read.port !== undefined) set('ansible_port', { value: read.port, origin: this.#places.origin(at) });
        this.#variables(host ?? {}, at, set);
      }
    }
    for (const [child, inner, at] of entries(group.groups, [...path, 'groups'])) {
      if (!/^[^\s:,[\]!&~*?]+$/.test(child) || child === 'all') {
        this.#mistake(at, {
          message: `"${child}" is no name for a group`,
          hint: child === 'all' ? 'what is for all hosts stands in the inventory itself' : undefined,
        });
        continue;
      }
      // A group that is in no other one is put into "all" at the end.
      if (name === 'all') this.#data.group(child, this.#places.origin(at));
      else this.#data.addChild(name, child, this.#places.origin(at));
      if (inner !== undefined) this.#group(child, inner, at);
    }
  }

  #variables(
    settings: Parameters<typeof settingVariables>[0] & Pick<GroupShape, 'vars'>,
    path: KeyPath,
    set: (name: string, variable: Variable) => void,
  ): void {
    for (const { key, name, value } of settingVariables(settings))
      set(name, { value, origin: this.#places.origin([...path, key]) });
    for (const [name, value] of Object.entries(settings.vars ?? {})) {
      if (value !== undefined) set(name, { value, origin: this.#places.origin([...path, 'vars', name]) });
    }
  }

  #mistake(path: KeyPath, remark: Remark): void {
    this.#data.findings.mistake(this.#places.origin(path), remark);
  }
}

/** Names with what is said of them, from an object or a list of names, each with its path. */
function entries<T>(
  given: Readonly<Record<string, T>> | readonly string[] | undefined,
  path: KeyPath,
): readonly (readonly [name: string, value: T | undefined, path: KeyPath])[] {
  if (given === undefined) return [];
  if (isList(given)) return given.map((name, index) => [name, undefined, [...path, index]]);
  return Object.entries(given).map(([name, value]) => [name, value, [...path, name]]);
}

function isList(given: object): given is readonly string[] {
  return Array.isArray(given);
}
