import type { Cursor } from './cursor.ts';
import { parseStatements } from './parse-statement.ts';
import type { Expression, Position } from './syntax.ts';

/** PowerShell takes typographic quotes for plain ones. */
export const SINGLE_QUOTE = /['\u2018-\u201b]/y;
export const DOUBLE_QUOTE = /["\u201c-\u201e]/y;

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** A string of any of the four kinds, if one comes next. */
export function parseString(cursor: Cursor): Expression | undefined {
  const position = cursor.position;
  const here = cursor.match(/@(['\u2018-\u201b]|["\u201c-\u201e])[ \t]*\r?\n/y);
  if (here) return parseHereString(cursor, /['\u2018-\u201b]/.test(here[1] ?? ''), position);
  if (cursor.match(SINGLE_QUOTE)) return { kind: 'literal', value: parseSingleQuoted(cursor), ...position };
  if (cursor.match(DOUBLE_QUOTE)) return expandable(parseDoubleQuoted(cursor), position);
  return undefined;
}

function parseSingleQuoted(cursor: Cursor): string {
  const start = cursor.position;
  for (let text = ''; ; ) {
    text += cursor.match(/[^'\u2018-\u201b]*/y)?.[0] ?? '';
    if (!cursor.match(SINGLE_QUOTE)) cursor.fail("the string is missing the terminator: '", start);
    // Any two quotes in a row are one: the second one.
    const doubled = cursor.match(SINGLE_QUOTE);
    if (!doubled) return text;
    text += doubled[0];
  }
}

type Parts = (string | Expression)[];

function parseDoubleQuoted(cursor: Cursor): Parts {
  const start = cursor.position;
  const parts: Parts = [];
  for (;;) {
    const text = cursor.match(/[^"\u201c-\u201e`$]+/y);
    if (text) parts.push(text[0]);
    else if (cursor.match(DOUBLE_QUOTE)) {
      const doubled = cursor.match(DOUBLE_QUOTE);
      if (!doubled) return parts;
      parts.push(doubled[0]);
    } else if (cursor.atEnd) cursor.fail('the string is missing the terminator: "', start);
    else parts.push(parseExpansion(cursor));
  }
}

function parseHereString(cursor: Cursor, literal: boolean, position: Position): Expression {
  const end = literal ? /\r?\n['\u2018-\u201b]@/g : /\r?\n["\u201c-\u201e]@/g;
  // The end may stand on the very next line: the line end before it has been taken already.
  end.lastIndex = cursor.offset - (cursor.text[cursor.offset - 2] === '\r' ? 2 : 1);
  const found = end.exec(cursor.text);
  if (!found) cursor.fail('the here-string has no end at the beginning of a line', position);
  const stop = Math.max(found.index, cursor.offset);
  const parts: Parts = [];
  if (literal) {
    parts.push(cursor.text.slice(cursor.offset, stop));
  } else {
    while (cursor.offset < stop) {
      const text = cursor.match(/[^`$]+/y);
      if (text && cursor.offset > stop) {
        parts.push(text[0].slice(0, text[0].length - (cursor.offset - stop)));
      } else parts.push(text ? text[0] : parseExpansion(cursor));
    }
  }
  cursor.offset = found.index + found[0].length;
  return literal ? { kind: 'literal', value: parts.join(''), ...position } : expandable(parts, position);
}

/** What a backtick or a dollar begins within double quotes. */
function parseExpansion(cursor: Cursor): string | Expression {
  const position = cursor.position;
  if (cursor.take('`')) {
    const unit = cursor.peek();
    cursor.offset += 1;
    if (unit === '\r' && cursor.take('\n')) return '\r\n';
    return ESCAPES[unit] ?? unit;
  }
  if (cursor.take('$(')) {
    const body = parseStatements(cursor, ')');
    cursor.expect(')', 'the subexpression in the string');
    return { kind: 'subexpression', body, ...position };
  }
  return parseVariable(cursor) ?? literalDollar(cursor);
}

function literalDollar(cursor: Cursor): string {
  cursor.expect('$', 'the string');
  return '$';
}

function expandable(parts: Parts, position: Position): Expression {
  if (parts.every((part) => typeof part === 'string')) return { kind: 'literal', value: parts.join(''), ...position };
  return { kind: 'expandable', parts, ...position };
}

const SCOPED = /\$(?:\{([^{}`]+)\}|(?:([A-Za-z][\w]*):(?!:))?([\w?\u0080-\uffff]+)|([$^?]))/y;

/** A variable, if one comes next. */
export function parseVariable(cursor: Cursor): Expression | undefined {
  const position = cursor.position;
  const found = cursor.match(SCOPED);
  if (!found) return undefined;
  const [, braced, scope, plain, special] = found;
  if (plain !== undefined && cursor.look(/:(?!:)/y)) {
    cursor.fail(`the variable reference $${plain}: is not valid: use \${${plain}} to delimit the name`, position);
  }
  if (braced !== undefined) {
    const [, inner, name] = /^(?:([A-Za-z]\w*):)?([\s\S]*)$/.exec(braced) ?? [];
    return { kind: 'variable', scope: inner, name: name ?? braced, splatted: false, ...position };
  }
  return { kind: 'variable', scope, name: plain ?? special ?? '', splatted: false, ...position };
}
