/** A text as lines without their ends, in the manner of ends that the text has. */
export interface TextLines {
  readonly lines: readonly string[];
  /** `\r\n` where the first line of the text ends so. */
  readonly end: string;
}

/** Splits a text. A line end at the end of the text ends its last line and begins no further one. */
export function splitLines(text: string): TextLines {
  const end = /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n';
  const lines = text.split(end);
  if (lines.at(-1) === '') lines.pop();
  return { lines, end };
}

/** Joins lines to a text whose last line is ended too (POSIX.1-2017, 3.206 Line). */
export function joinLines({ lines, end }: TextLines): string {
  return lines.map((line) => line + end).join('');
}

/** Whether a line matches. Flags that make a RegExp remember where it was are of no use here. */
export function matches(pattern: RegExp, line: string): boolean {
  return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).test(line);
}

/** Where a new line goes: before the line of this index. */
export interface Place {
  readonly insertAfter?: RegExp | 'EOF' | undefined;
  readonly insertBefore?: RegExp | 'BOF' | undefined;
}

/** Behind or before the last line that matches; at the end where none does. */
export function placeIn(lines: readonly string[], { insertAfter, insertBefore }: Place): number {
  if (insertBefore === 'BOF') return 0;
  const pattern = insertBefore ?? insertAfter;
  if (pattern === undefined || pattern === 'EOF') return lines.length;
  const found = lines.findLastIndex((line) => matches(pattern, line));
  if (found < 0) return lines.length;
  return insertBefore === undefined ? found + 1 : found;
}
