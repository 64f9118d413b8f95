import type { Style } from '../../report/style.ts';
import { harmlessLine } from '../../report/text.ts';

/** What one check of the doctor came to. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'bad';
  readonly text: string;
  /** What to do about it, where there is something to be done. */
  readonly todo?: string | undefined;
}

const COLOURS = { ok: 'green', warning: 'yellow', bad: 'red' } as const;

/** A finding as a row of a table: what was looked at, how it is, and what to do. */
export function findingRow({ check, state, text, todo }: Finding, style: Style): string[] {
  return [check, style[COLOURS[state]](state), harmlessLine(todo === undefined ? text : `${text} → ${todo}`)];
}
