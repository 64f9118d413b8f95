import { place, type ResolvedVariable, SECRET_VARIABLES } from '../inventory/index.ts';
import { Secret } from '../model/secret.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { harmlessLine } from './text.ts';
import { shorten } from './width.ts';

/** A longer value is cut off where all variables are shown. */
const WIDEST_VALUE = 48;

export interface ExplainOptions {
  readonly style: Style;
  /** Values as long as they are. */
  readonly whole: boolean;
}

/**
 * Where the values of variables are set: one line a variable with its value, the level that it has, and its place; below
 * it, one line each, what it overrode, from the next lower level down.
 */
export function explainLines(variables: Iterable<ResolvedVariable>, { style, whole }: ExplainOptions): string[] {
  const sorted = [...variables].sort((a, b) => (a.name < b.name ? -1 : 1));
  const cells = (variable: ResolvedVariable): string[] => {
    const value = harmlessLine(shownValue(variable));
    return [whole ? value : shorten(value, WIDEST_VALUE), variable.level, harmlessLine(place(variable.origin))];
  };
  const rows = sorted.flatMap((variable) => [
    [style.bold(harmlessLine(variable.name)), ...cells(variable)],
    ...overridden(variable).map((other) => ['  overrode', ...cells(other)].map(style.dim)),
  ]);
  return table([['variable', 'value', 'level', 'set at'].map(style.dim), ...rows]);
}

function overridden({ overrode }: ResolvedVariable): readonly ResolvedVariable[] {
  return overrode === undefined ? [] : [overrode, ...overridden(overrode)];
}

function shownValue({ name, value }: ResolvedVariable): string {
  if (SECRET_VARIABLES.has(name) || value instanceof Secret) return '***';
  return JSON.stringify(value) ?? 'undefined';
}
