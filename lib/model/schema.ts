import type { z } from 'zod';
import type { Mistake } from './errors.ts';
import { didYouMean, nearest } from './suggestion.ts';

/** One thing that is wrong with a value, and where in it. */
export interface Problem {
  readonly message: string;
  readonly path: readonly PropertyKey[];
}

/** Either the parsed value or what is wrong with it, one mistake a key. */
export type Parsed<T> = { readonly value: T } | { readonly mistakes: readonly Mistake[] };

function objectShapeAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const definition = schema._zod.def;
  if ('innerType' in definition && isSchema(definition.innerType)) return objectShapeAt(definition.innerType, path);
  // Of a schema that refers to itself.
  if ('getter' in definition && typeof definition.getter === 'function') {
    const inner: unknown = definition.getter();
    return isSchema(inner) ? objectShapeAt(inner, path) : [];
  }
  if ('in' in definition && isSchema(definition.in)) return objectShapeAt(definition.in, path);
  if ('options' in definition && Array.isArray(definition.options)) {
    return definition.options.filter(isSchema).flatMap((option) => objectShapeAt(option, path));
  }
  const [key, ...rest] = path;
  if ('element' in definition && isSchema(definition.element)) return objectShapeAt(definition.element, rest);
  if ('valueType' in definition && isSchema(definition.valueType)) return objectShapeAt(definition.valueType, rest);
  if (!('shape' in definition) || typeof definition.shape !== 'object' || definition.shape === null) return [];
  if (key === undefined) return Object.keys(definition.shape);
  const inner = Object.entries(definition.shape).find(([name]) => name === key)?.[1];
  return isSchema(inner) ? objectShapeAt(inner, rest) : [];
}

function isSchema(value: unknown): value is z.core.$ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/**
 * @param noun what a key of the value is called: `parameter`, `key`
 * @param prefix of the path, where the issue is one within another
 */
function describe(
  schema: z.core.$ZodType,
  issue: z.core.$ZodIssue,
  noun: string,
  prefix: readonly PropertyKey[] = [],
): Problem[] {
  const path = [...prefix, ...issue.path];
  const place = pathText(path);
  if (issue.code === 'unrecognized_keys') {
    const known = objectShapeAt(schema, path);
    return issue.keys.map((key) => ({
      message: `unknown ${noun} "${place ? `${place}.` : ''}${key}"${didYouMean(key, known)}`,
      path: [...path, key],
    }));
  }
  if (issue.code === 'invalid_union') {
    // The alternative that got furthest is the one that was meant.
    const [closest] = [...issue.errors].sort((a, b) => depth(b) - depth(a));
    if (closest?.length) return closest.flatMap((inner) => describe(schema, inner, noun, path));
  }
  if (isMissing(issue)) return [{ message: `${noun} "${place}" is missing (${issue.expected})`, path }];
  const message = issue.message.replace(/^Invalid input: /, '');
  return [{ message: place ? `${place}: ${message}` : message, path }];
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
}

/** A parameter that must be given and was not. The input itself is not kept in an issue, only in its message. */
function isMissing(issue: z.core.$ZodIssue): issue is z.core.$ZodIssueInvalidType {
  return issue.code === 'invalid_type' && issue.path.length > 0 && issue.message.endsWith('received undefined');
}

/** The parameters that mistyped ones were meant to be: that these are missing need not be told as well. */
function meant(schema: z.core.$ZodType, issues: readonly z.core.$ZodIssue[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    for (const key of issue.keys) {
      const name = nearest(key, objectShapeAt(schema, issue.path));
      if (name !== undefined) found.add(pathText([...issue.path, name]));
    }
  }
  return found;
}

/** Parses a value by its schema; every mistake comes back as one readable line, unknown keys with a suggestion. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): Parsed<z.output<Schema>> {
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data };
  return { mistakes: problemsOf(schema, result.error, 'parameter').map(({ message }) => ({ message })) };
}

/**
 * What is wrong with a value that its schema refused.
 *
 * @param noun what a key of the value is called: `parameter`, `key`
 */
export function problemsOf(schema: z.ZodType, { issues }: z.core.$ZodError, noun: string): readonly Problem[] {
  const mistyped = meant(schema, issues);
  return issues
    .filter((issue) => !(isMissing(issue) && mistyped.has(pathText(issue.path))))
    .flatMap((issue) => describe(schema, issue, noun));
}
