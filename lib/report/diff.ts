import { structuredPatch } from 'diff';
import type { Attribute, Change } from '../model/change.ts';
import type { Style } from './style.ts';
import { harmless, harmlessLine } from './text.ts';

const HIDDEN = '***';
const MISSING = '(none)';

/** Longer values are texts, and a text that a resource wants to be seen comes as `Change.text`. */
const LONGEST_VALUE = 120;

function value(attribute: Attribute | undefined): string {
  if (attribute === undefined || attribute === null) return MISSING;
  const text = typeof attribute === 'object' ? attribute.join(', ') : String(attribute);
  if (text === '') return '""';
  const line = harmlessLine(text);
  return line.length > LONGEST_VALUE ? `${line.slice(0, LONGEST_VALUE)}…` : line;
}

function paint(line: string, style: Style): string {
  if (line.startsWith('+')) return style.green(line);
  if (line.startsWith('-')) return style.red(line);
  return style.dim(line);
}

/** The range of a hunk; one of no lines names the line before it (POSIX.1-2017, diff, "Diff Unified Output Format"). */
function range(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

/** A unified diff (POSIX `diff -u`) of two texts without its file header, three lines of context. */
export function unifiedDiff(before: string, after: string): string[] {
  const patch = structuredPatch('before', 'after', before, after, undefined, undefined, { context: 3 });
  return patch.hunks.flatMap((hunk) => [
    `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines,
  ]);
}

function describe(change: Change, style: Style): string[] {
  const name = harmlessLine(change.attribute);
  if (change.sensitive) return [`${name}: ${HIDDEN} → ${HIDDEN}`];
  if (change.text !== undefined) {
    const diff = unifiedDiff(change.text.before, change.text.after);
    return [`${name}:`, ...diff.map((line) => paint(harmless(line), style))];
  }
  const after = style.green(value(change.after));
  // Where nothing was there before, and for what is done rather than had (a reload), there is nothing to come from.
  if (change.before === undefined) return [`${name}: ${after}`];
  return [`${name}: ${style.red(value(change.before))} → ${after}`];
}

/** What changes, one line an attribute: `mode: 0644 → 0600`; texts as a unified diff; sensitive values as `***`. */
export function describeChanges(changes: readonly Change[], style: Style): string[] {
  return changes.flatMap((change) => describe(change, style));
}
