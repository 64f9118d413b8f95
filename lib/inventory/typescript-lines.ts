/** Keys of nested objects, from the outermost to the one that is meant; items of lists by their index. */
export type KeyPath = readonly PropertyKey[];

const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
const NUMBER = /\d[\w.]*/y;
/** Spaces and comments. */
const BLANK = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const TEXT = /'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*"/y;
const OPENING = '([{';
const CLOSING = ')]}';

/**
 * The lines on which the keys of an object literal are written in a TypeScript file. It is no parser of the language: it
 * follows literals, strings, comments and brackets, and leaves out what is computed. Whoever asks for such a key is told
 * the line of what it is in.
 */
export class LiteralLines {
  readonly #text: string;
  readonly #lines = new Map<string, number>();
  readonly #counted = { offset: 0, line: 1 };
  #at: number;

  /** @param start where in the text the literal, or the name of a constant that holds one, stands */
  constructor(text: string, start: number) {
    this.#text = text;
    this.#at = start;
    this.#skip(BLANK);
    const name = this.#take(NAME);
    if (name !== undefined) this.#at = declarationOf(text, name);
    this.#value([]);
  }

  /** Counts from 1; undefined where not even a key that it is in was found. */
  lineOf(path: KeyPath): number | undefined {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lines.get(keyOf(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return undefined;
  }

  get #character(): string {
    return this.#text.charAt(this.#at);
  }

  /** A value and all that follows it, up to the comma or bracket that ends it. */
  #value(path: KeyPath): void {
    this.#skip(BLANK);
    if (this.#character === '{') this.#object(path);
    else if (this.#character === '[') this.#list(path);
    this.#rest();
  }

  #object(path: KeyPath): void {
    this.#at++;
    while (this.#more('}')) {
      const start = this.#at;
      const key = this.#key();
      this.#skip(BLANK);
      if (key === undefined || ![':', ',', '}'].includes(this.#character)) {
        this.#rest();
        continue;
      }
      this.#lines.set(keyOf([...path, key]), this.#line(start));
      if (this.#character !== ':') continue;
      this.#at++;
      this.#value([...path, key]);
    }
  }

  #list(path: KeyPath): void {
    this.#at++;
    for (let index = 0; this.#more(']'); index++) {
      this.#lines.set(keyOf([...path, index]), this.#line(this.#at));
      this.#value([...path, index]);
    }
  }

  /** Goes to the next key or item; false where there is none, behind the bracket that ends the literal. */
  #more(end: string): boolean {
    this.#skip(BLANK);
    if (this.#character === ',') {
      this.#at++;
      this.#skip(BLANK);
    }
    if (this.#character !== end && this.#character !== '' && !CLOSING.includes(this.#character)) return true;
    this.#at++;
    return false;
  }

  #key(): string | undefined {
    const quoted = this.#take(TEXT);
    if (quoted !== undefined) return quoted.slice(1, -1).replace(/\\(.)/g, '$1');
    return this.#take(NAME) ?? this.#take(NUMBER);
  }

  /** Skips to the comma or the bracket that ends what it is in. */
  #rest(): void {
    for (let depth = 0; this.#at < this.#text.length; ) {
      if (this.#skip(BLANK) || this.#skip(TEXT)) continue;
      const character = this.#character;
      if (depth === 0 && (character === ',' || CLOSING.includes(character))) return;
      if (character === '`') this.#template();
      else if (OPENING.includes(character)) depth++;
      else if (CLOSING.includes(character)) depth--;
      this.#at++;
    }
  }

  /** Skips a template up to the backquote that ends it. */
  #template(): void {
    for (this.#at++; this.#at < this.#text.length && this.#character !== '`'; this.#at++) {
      if (this.#character === '\\') this.#at++;
      else if (this.#text.startsWith('${', this.#at)) {
        this.#at += 2;
        while (this.#at < this.#text.length && this.#character !== '}') {
          this.#rest();
          if (this.#character !== '}') this.#at++;
        }
      }
    }
  }

  #skip(expression: RegExp): boolean {
    return this.#take(expression) !== undefined;
  }

  #take(expression: RegExp): string | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  /** The line of a place, which is behind the one that was asked for before. */
  #line(offset: number): number {
    this.#counted.line += this.#text.slice(this.#counted.offset, offset).split('\n').length - 1;
    this.#counted.offset = offset;
    return this.#counted.line;
  }
}

function keyOf(path: KeyPath): string {
  return path.map(String).join('\0');
}

/** Where the value of a constant begins; the end of the text where it is no constant of this file. */
function declarationOf(text: string, name: string): number {
  const found = new RegExp(`\\b(?:const|let|var)\\s+${name.replaceAll('$', '\\$')}\\b[^=;]*=`).exec(text);
  return found === null ? text.length : found.index + found[0].length;
}
