/**
 * Where in a script the next character stands. A value may only be put in where code stands: within a string or a
 * comment its quotes would end that string, and the value could become code.
 */
type Place = 'code' | 'group' | 'single quotes' | 'double quotes' | 'here-string' | 'comment' | 'line comment';

/** What PowerShell takes for a single or a double quote. */
const SINGLE = /['\u2018-\u201b]/;
const DOUBLE = /["\u201c-\u201e]/;

/** What may stand right before a value, and right after it: else PowerShell would join it to a word, or split it. */
const BEFORE = /(?:^|[\s(,{[;|!]|\.\.|\s=|\s-[A-Za-z]+:)$/;
const AFTER = /^(?:$|[\s),}\];|]|\.\.)/;

/** Follows the own text of a template, piece by piece. */
export class Placement {
  readonly #nested: Place[] = ['code'];
  #before = '';
  /** What ends the here-string that is open: its quote and `@`. */
  #hereEnd = /^$/;

  /** @param text a piece of the template: what stands between two values. */
  read(text: string): void {
    for (let index = 0; index < text.length; ) index += this.#step(text, index);
    this.#before = text;
  }

  /** What stands after a value. @returns what is wrong with where the value stands, if anything is */
  mistake(after: string, isScript: boolean): string | undefined {
    const place = this.#place;
    if (place !== 'code' && place !== 'group') return `a value cannot stand in a string or a comment (here: ${place})`;
    if (this.#nested.some((each) => each === 'double quotes' || each === 'here-string')) {
      return 'a value cannot stand in double quotes, not even in $(…)';
    }
    if (isScript) return undefined;
    if (!BEFORE.test(this.#before))
      return `a value must stand apart from what is before it: ${this.#before.slice(-20)}`;
    if (!AFTER.test(after)) return `a value must stand apart from what is after it: ${after.slice(0, 20)}`;
    return undefined;
  }

  get #place(): Place {
    return this.#nested.at(-1) ?? 'code';
  }

  /** @returns how many characters were read */
  #step(text: string, index: number): number {
    const rest = text.slice(index, index + 3);
    const [one = ''] = rest;
    switch (this.#place) {
      case 'single quotes':
        if (SINGLE.test(one)) this.#nested.pop();
        return 1;
      case 'double quotes':
        return this.#inDoubleQuotes(rest, one);
      case 'here-string':
        if (one === '\n' && this.#hereEnd.test(rest.slice(1))) {
          this.#nested.pop();
          return 3;
        }
        return 1;
      case 'comment':
        if (rest.startsWith('#>')) this.#nested.pop();
        return rest.startsWith('#>') ? 2 : 1;
      case 'line comment':
        if (one === '\n') this.#nested.pop();
        return 1;
      default:
        return this.#inCode(text, index, rest, one);
    }
  }

  #inDoubleQuotes(rest: string, one: string): number {
    if (one === '`') return 2;
    if (rest.startsWith('$(')) {
      this.#nested.push('group');
      return 2;
    }
    if (DOUBLE.test(one)) this.#nested.pop();
    return 1;
  }

  #inCode(text: string, index: number, rest: string, one: string): number {
    if (one === '`') return 2;
    if (/^@['"\u2018-\u201e]\s/.test(rest)) {
      this.#hereEnd = SINGLE.test(rest) ? /^['\u2018-\u201b]@/ : /^["\u201c-\u201e]@/;
      this.#nested.push('here-string');
      // The line end is left to be read: the here-string may end right after it.
      return 2;
    }
    if (SINGLE.test(one)) this.#nested.push('single quotes');
    else if (DOUBLE.test(one)) this.#nested.push('double quotes');
    else if (rest.startsWith('<#')) this.#nested.push('comment');
    else if (one === '#' && (index === 0 || /[\s;(){}|,]/.test(text.charAt(index - 1))))
      this.#nested.push('line comment');
    else if (one === '(') this.#nested.push('group');
    else if (one === ')' && this.#place === 'group') this.#nested.pop();
    return 1;
  }
}
