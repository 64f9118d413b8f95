import type { Position } from './syntax.ts';

/** A script that does not parse, or uses what the subset does not know. */
export class ParseError extends Error {
  readonly position: Position;

  constructor(message: string, position: Position) {
    super(`line ${position.line}, column ${position.column}: ${message}`);
    this.position = position;
  }
}

/** A place in the text of a script that moves forward as it is read. */
export class Cursor {
  readonly text: string;
  offset = 0;
  /** Within arguments and parameters a comma separates them, and makes no array. */
  commaSeparates = false;
  readonly #lineStarts: number[] = [0];

  constructor(text: string) {
    this.text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  get position(): Position {
    return this.positionAt(this.offset);
  }

  positionAt(offset: number): Position {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }

  get atEnd(): boolean {
    return this.offset >= this.text.length;
  }

  /** The next characters, without taking them. */
  peek(count = 1): string {
    return this.text.slice(this.offset, this.offset + count);
  }

  /** Takes a text, where it comes next. @returns whether it did */
  take(text: string): boolean {
    if (!this.text.startsWith(text, this.offset)) return false;
    this.offset += text.length;
    return true;
  }

  /** Takes what a sticky pattern matches here. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    const found = this.look(pattern);
    if (found) this.offset += found[0].length;
    return found;
  }

  /** What a sticky pattern matches here, without taking it. */
  look(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.offset;
    return pattern.exec(this.text) ?? undefined;
  }

  /** Reads something in which a comma does, or does not, separate. */
  separating<T>(commaSeparates: boolean, read: () => T): T {
    const outer = this.commaSeparates;
    this.commaSeparates = commaSeparates;
    const result = read();
    this.commaSeparates = outer;
    return result;
  }

  expect(text: string, what: string): void {
    if (!this.take(text)) this.fail(`${what} expected "${text}", found ${this.found()}`);
  }

  /** What comes next, for messages. */
  found(): string {
    if (this.atEnd) return 'the end of the script';
    const [word = ''] = this.look(/[^\s(){};,|]+|[\s\S]/y) ?? [];
    return JSON.stringify(word.slice(0, 30));
  }

  fail(message: string, position: Position = this.position): never {
    throw new ParseError(message, position);
  }

  /** Skips blanks, comments and continued lines, but no line end. */
  skipBlanks(): void {
    while (this.match(/[ \t\f\v\u00a0\u0085]+|`\r?\n|#[^\r\n]*/y) || this.#skipBlockComment());
  }

  skipBlanksAndLines(): void {
    do this.skipBlanks();
    while (this.match(/[\r\n]+/y));
  }

  /** Skips all that may stand between two statements. */
  skipSeparators(): void {
    do this.skipBlanks();
    while (this.match(/[\r\n;]+/y));
  }

  #skipBlockComment(): boolean {
    if (!this.take('<#')) return false;
    const end = this.text.indexOf('#>', this.offset);
    if (end < 0) this.fail('the comment <# … has no end');
    this.offset = end + 2;
    return true;
  }
}
