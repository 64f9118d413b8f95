import { styleText } from 'node:util';

/** Marks up text. Without colour every function gives its argument back. */
export interface Style {
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

type Format = keyof Style;

function painter(format: Format, coloured: boolean): (text: string) => string {
  // Whether to colour was decided by the caller; styleText must not look at the process's own stdout again.
  return coloured ? (text) => styleText(format, text, { validateStream: false }) : (text) => text;
}

/** The styles for an output that is coloured or is not. */
export function styles(coloured: boolean): Style {
  return {
    red: painter('red', coloured),
    green: painter('green', coloured),
    yellow: painter('yellow', coloured),
    cyan: painter('cyan', coloured),
    dim: painter('dim', coloured),
    bold: painter('bold', coloured),
  };
}

/**
 * Whether to colour: only a terminal, and only without `NO_COLOR` (no-color.org: any value that is not empty). As in Node,
 * `FORCE_COLOR` decides where it is set: no for `0` and `false`, yes for all else.
 */
export function wantsColour(
  stream: { readonly isTTY?: boolean | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = environment;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && !refused && terminal !== 'dumb';
}
