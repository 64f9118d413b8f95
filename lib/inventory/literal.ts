/** A value that Python's `ast.literal_eval` knows, as JSON has it. */
export type Literal = string | number | boolean | null | readonly Literal[] | { readonly [key: string]: Literal };

/** Thrown inside of this module for what is no literal; never leaves it. */
class NoLiteral extends Error {}

const INTEGER = /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[1-9](?:_?[0-9])*|0(?:_?0)*)/y;
const FLOAT =
  /(?:(?:[0-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*|[0-9](?:_?[0-9])*\.)(?:[eE][+-]?[0-9](?:_?[0-9])*)?|[0-9](?:_?[0-9])*[eE][+-]?[0-9](?:_?[0-9])*/y;
const NAME = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
const STRING_START = /([rRuU]|[bB][rR]?|[rR][bB])?("""|'''|"|')/y;
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/y;
const KEYWORDS: ReadonlyMap<string, Literal> = new Map<string, Literal>([
  ['True', true],
  ['False', false],
  ['None', null],
]);
const SINGLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\n', ''],
]);

/** Reads one literal from left to right (The Python Language Reference, 2.4 and 6.2). */
class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The whole text: one value, or several with commas, which are a list without brackets. */
  read(): Literal {
    const { values, comma } = this.#items('');
    const [first] = values;
    if (first === undefined) throw new NoLiteral();
    return values.length === 1 && !comma ? first : values;
  }

  /** Values with commas between them, up to `end`; an empty `end` is that of the text. */
  #items(end: string): { readonly values: readonly Literal[]; readonly comma: boolean } {
    const values: Literal[] = [];
    let comma = false;
    while (!this.#ends(end)) {
      if (values.length > 0 && !comma) throw new NoLiteral();
      values.push(this.#value());
      this.#skip();
      comma = this.#accept(',');
    }
    return { values, comma };
  }

  #ends(end: string): boolean {
    this.#skip();
    return end === '' ? this.#at === this.#text.length : this.#accept(end);
  }

  #value(): Literal {
    this.#skip();
    const sign = this.#accept('-') ? -1 : this.#accept('+') ? 1 : undefined;
    if (sign !== undefined) return sign * this.#signed();
    if (this.#accept('[')) return this.#items(']').values;
    if (this.#accept('{')) return this.#braces();
    if (this.#accept('(')) {
      const { values, comma } = this.#items(')');
      return values.length === 1 && !comma ? (values[0] ?? null) : values;
    }
    return this.#strings() ?? this.#number() ?? this.#keyword();
  }

  #signed(): number {
    this.#skip();
    if (!this.#accept('(')) {
      const number = this.#number();
      if (number === undefined) throw new NoLiteral();
      return number;
    }
    const inner = this.#signed();
    this.#skip();
    if (!this.#accept(')')) throw new NoLiteral();
    return inner;
  }

  /** A dict, or a set, which JSON has as a list. */
  #braces(): Literal {
    const entries: [string, Literal][] = [];
    const members = new Set<Literal>();
    let comma = true;
    while (!this.#ends('}')) {
      if (!comma) throw new NoLiteral();
      const key = this.#value();
      this.#skip();
      if (this.#accept(':')) entries.push([keyText(key), this.#value()]);
      else members.add(key);
      this.#skip();
      comma = this.#accept(',');
    }
    if (entries.length > 0 && members.size > 0) throw new NoLiteral();
    return members.size > 0 ? [...members] : Object.fromEntries(entries);
  }

  /** One string, or several beside each other, which are one. */
  #strings(): string | undefined {
    let result: string | undefined;
    for (;;) {
      this.#skip();
      const [start, prefix = '', quote = ''] = this.#match(STRING_START) ?? [];
      if (start === undefined) return result;
      result = (result ?? '') + this.#stringBody(quote, /r/i.test(prefix));
    }
  }

  #stringBody(quote: string, raw: boolean): string {
    let body = '';
    while (!this.#accept(quote)) {
      const character = this.#text.charAt(this.#at);
      if (character === '' || (character === '\n' && quote.length === 1)) throw new NoLiteral();
      if (character !== '\\') {
        body += character;
        this.#at++;
      } else if (raw) {
        body += this.#text.slice(this.#at, this.#at + 2);
        this.#at += 2;
      } else body += this.#escape();
    }
    return body;
  }

  #escape(): string {
    const [whole, octal, hex, short, long, single] = this.#match(ESCAPE) ?? [];
    if (whole === undefined) throw new NoLiteral();
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    const digits = hex ?? short ?? long;
    if (digits !== undefined) {
      const point = Number.parseInt(digits, 16);
      if (point > 0x10ffff) throw new NoLiteral();
      return String.fromCodePoint(point);
    }
    // \x, \u and \U need their digits; \N names a character, which would need all of Unicode's names here.
    if (single === undefined || 'xuUN'.includes(single)) throw new NoLiteral();
    return SINGLE_ESCAPES.get(single) ?? whole;
  }

  /** A number that is as exact here as it was written. */
  #number(): number | undefined {
    const text = (this.#match(FLOAT) ?? this.#match(INTEGER))?.[0];
    if (text === undefined) return undefined;
    if (/[\w.]/.test(this.#text.charAt(this.#at))) throw new NoLiteral();
    const value = Number(text.replaceAll('_', ''));
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) throw new NoLiteral();
    return value;
  }

  #keyword(): Literal {
    const [name = ''] = this.#match(NAME) ?? [];
    const value = KEYWORDS.get(name);
    if (value === undefined) throw new NoLiteral();
    return value;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match;
  }

  #accept(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** Goes over spaces, and over a comment at the end. */
  #skip(): void {
    while (/[ \t\f]/.test(this.#text.charAt(this.#at))) this.#at++;
    if (this.#text.charAt(this.#at) === '#') this.#at = this.#text.length;
  }
}

function keyText(key: Literal): string {
  if (typeof key === 'object' && key !== null) throw new NoLiteral();
  return String(key);
}

/**
 * Reads a value as Python's `ast.literal_eval` does, which is what gives the values of Ansible's INI inventories their
 * types: `True`, `None`, `0x10`, `1_000`, `[1, 'a']`, `{'k': 1}`, `"text"`; a comment may follow. Undefined for
 * everything else, which is text as it stands, and for numbers that a JavaScript number cannot hold.
 */
export function readLiteral(text: string): { readonly value: Literal } | undefined {
  try {
    return { value: new LiteralReader(text).read() };
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}
