import { fileURLToPath } from 'node:url';
import xterm from '@xterm/headless';
import { execa } from 'execa';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How large a terminal's window is. */
export interface Size {
  readonly rows: number;
  readonly columns: number;
}

/** What a person would have seen: the screen at each `look`, and at the end, with all that has scrolled away. */
export interface Seen {
  readonly looks: readonly (readonly string[])[];
  readonly end: readonly string[];
  /** What was written, with all its escape codes. */
  readonly raw: string;
}

/** Tells the test to look at the screen, or that the window has another size from here on. Terminals pass over it. */
export function mark(what: 'look' | Size): string {
  const text = what === 'look' ? what : `${what.rows}x${what.columns}`;
  return `\u001b]777;${text}\u0007`;
}

const MARK = /\u001b\]777;([^\u0007]*)\u0007/;

function written(terminal: xterm.Terminal, text: string): Promise<void> {
  return new Promise((resolve) => terminal.write(text, resolve));
}

function lines({ buffer: { active } }: xterm.Terminal, from: number): string[] {
  const all = Array.from({ length: active.length - from }, (_, index) =>
    (active.getLine(from + index)?.translateToString(true) ?? '').trimEnd(),
  );
  while (all.at(-1) === '') all.pop();
  return all;
}

/** Runs a program of this repository on a real pseudo-terminal, and reads its escape codes as a terminal does. */
export async function onScreen(
  { rows, columns }: Size,
  program: string,
  words: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Seen> {
  const run = [process.execPath, '--import', 'tsx', program, ...words].map((word) => `'${word}'`).join(' ');
  const { stdout: raw } = await execa(
    'script',
    ['-qec', `stty rows ${rows} cols ${columns}; exec ${run} 2>/dev/null`, '/dev/null'],
    {
      cwd: ROOT,
      stdin: 'ignore',
      stripFinalNewline: false,
      env: { TERM: 'xterm', NO_COLOR: undefined, FORCE_COLOR: undefined, ...environment },
      reject: false,
    },
  );
  const terminal = new xterm.Terminal({ rows, cols: columns, allowProposedApi: true, scrollback: 5000 });
  const looks: string[][] = [];
  for (const [index, piece] of raw.split(MARK).entries()) {
    if (index % 2 === 0) await written(terminal, piece);
    else if (piece === 'look') looks.push(lines(terminal, terminal.buffer.active.baseY));
    else {
      const [height = rows, width = columns] = piece.split('x').map(Number);
      terminal.resize(width, height);
    }
  }
  return { looks, end: lines(terminal, 0), raw };
}
