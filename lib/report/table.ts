import { columns, padded } from './width.ts';

/** A longer cell stands out of its column, so that one long name does not push all others out of the window. */
const WIDEST = 40;

/** A table of cells, each column as wide as its widest cell. Columns named in `right` are flush right. */
export function table(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string[] {
  const amount = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: amount }, (_, column) =>
    Math.max(0, ...rows.map((row) => columns(row[column] ?? '')).filter((width) => width <= WIDEST)),
  );
  return rows.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        return right.has(column) ? ' '.repeat(Math.max(0, width - columns(cell))) + cell : padded(cell, width);
      })
      .join('  ')
      .trimEnd(),
  );
}
