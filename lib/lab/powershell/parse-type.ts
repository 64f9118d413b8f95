import type { Cursor } from './cursor.ts';

/** `[string]`, `[System.Collections.Generic.List[object]]`, `[byte[]]`: the name between the brackets, if a type comes next. */
export function parseTypeName(cursor: Cursor): string | undefined {
  return cursor.match(/\[[ \t]*([A-Za-z_][\w.+]*(?:\[(?:[\w.,+ ]|\[[\w.,+ ]*\])*\])*)[ \t]*\]/y)?.[1];
}
