/** One word of a line. */
export interface Word {
  /** Without its quotes and escapes. */
  readonly text: string;
  /** Where in `text` the first part begins that stood between quotes; undefined where none did. */
  readonly quotedFrom: number | undefined;
  /** A backslash outside of quotes was dropped from it. */
  readonly unescaped: boolean;
}

/** A line in words. */
export interface Words {
  readonly words: readonly Word[];
  /** What follows a `#` that began a comment in the middle of a word; undefined where none did. */
  readonly cutOff: string | undefined;
  /** In words, why the line cannot be split; undefined where it can. */
  readonly problem: string | undefined;
}

const SPACE = /[ \t\r\n]/;

/**
 * Splits a line into words as Python's `shlex.split` does in POSIX mode, which is what Ansible's INI inventories are
 * read with: `'…'` keeps everything, `"…"` all but `\"` and `\\`, a backslash outside of quotes keeps the next
 * character and goes. With `comments`, a `#` outside of quotes ends the line, even in the middle of a word.
 */
export function splitWords(line: string, options: { readonly comments: boolean }): Words {
  const words: Word[] = [];
  /** The word that is being read; undefined between two words. */
  let word: { text: string; quotedFrom: number | undefined; unescaped: boolean } | undefined;
  let quote: string | undefined;
  let cutOff: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote !== undefined && word !== undefined) {
      const next = line.charAt(at + 1);
      if (character === quote) quote = undefined;
      else if (character === '\\' && quote === '"' && (next === '"' || next === '\\')) {
        word.text += next;
        at++;
      } else word.text += character;
      continue;
    }
    if (SPACE.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    if (character === '#' && options.comments) {
      if (word !== undefined) cutOff = line.slice(at);
      break;
    }
    word ??= { text: '', quotedFrom: undefined, unescaped: false };
    if (character === '"' || character === "'") {
      word.quotedFrom ??= word.text.length;
      quote = character;
    } else if (character === '\\') {
      if (at + 1 === line.length) return { words, cutOff, problem: 'it ends with a backslash' };
      word.unescaped = true;
      word.text += line.charAt(++at);
    } else word.text += character;
  }
  if (quote !== undefined) return { words, cutOff, problem: `a quote (${quote}) is not closed` };
  if (word !== undefined) words.push(word);
  return { words, cutOff, problem: undefined };
}
