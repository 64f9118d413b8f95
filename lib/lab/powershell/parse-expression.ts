import type { Cursor } from './cursor.ts';
import { parsePrimary } from './parse-primary.ts';
import { parseTypeName } from './parse-type.ts';
import type { Expression } from './syntax.ts';

const COMPARISONS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'like', 'notlike', 'match', 'notmatch', 'replace', 'split']
  .flatMap((name) => [name, `i${name}`, `c${name}`])
  .concat(['contains', 'notcontains', 'in', 'notin'].flatMap((name) => [name, `i${name}`, `c${name}`]))
  .concat(['is', 'isnot', 'as', 'join']);

/** Binary operators, from those that bind least to those that bind most. */
const LEVELS: readonly (readonly string[])[] = [
  ['and', 'or', 'xor'],
  ['band', 'bor', 'bxor'],
  [...COMPARISONS, 'shl', 'shr'],
  ['+', '-'],
  ['*', '/', '%'],
  ['f'],
  ['..'],
];

/** An expression of all operators. Fails where there is none. */
export function parseExpression(cursor: Cursor): Expression {
  return parseLevel(cursor, 0);
}

function parseLevel(cursor: Cursor, level: number): Expression {
  const operators = LEVELS[level];
  if (!operators) return parseArrayLiteral(cursor);
  let left = parseLevel(cursor, level + 1);
  for (;;) {
    cursor.skipBlanks();
    const position = cursor.position;
    const operator = takeOperator(cursor, operators);
    if (operator === undefined) return left;
    cursor.skipBlanksAndLines();
    left = { kind: 'binary', operator, left, right: parseLevel(cursor, level + 1), ...position };
  }
}

function takeOperator(cursor: Cursor, operators: readonly string[]): string | undefined {
  const dashed = cursor.look(/[-\u2013-\u2015]([a-z]+)/iy)?.[1]?.toLowerCase();
  if (dashed !== undefined) {
    if (!operators.includes(dashed)) return undefined;
    cursor.offset += dashed.length + 1;
    return dashed;
  }
  const symbol = operators.find((each) => !/^\w/.test(each) && cursor.peek(each.length) === each);
  if (symbol === undefined || cursor.look(/[-+*/%]=|\+\+|--/y)) return undefined;
  cursor.offset += symbol.length;
  return symbol;
}

/** `a, b, c`: the comma binds closer than any binary operator. */
function parseArrayLiteral(cursor: Cursor): Expression {
  const first = parseUnary(cursor);
  const elements = [first];
  while (!cursor.commaSeparates) {
    const before = cursor.offset;
    cursor.skipBlanks();
    if (!cursor.take(',')) {
      cursor.offset = before;
      break;
    }
    cursor.skipBlanksAndLines();
    elements.push(parseUnary(cursor));
  }
  return elements.length === 1 ? first : { kind: 'array', elements, line: first.line, column: first.column };
}

function parseUnary(cursor: Cursor): Expression {
  cursor.skipBlanks();
  const position = cursor.position;
  if (cursor.take(',')) {
    cursor.skipBlanksAndLines();
    return { kind: 'array', elements: [parseUnary(cursor)], ...position };
  }
  const step = cursor.match(/\+\+|--/y)?.[0];
  if (step === '++' || step === '--')
    return { kind: 'step', operator: step, prefix: true, target: parseUnary(cursor), ...position };
  const operator = cursor.match(/!|[-+](?![-+a-z])|-(?:not|bnot|[ic]?split|join)(?![a-z])/iy)?.[0];
  if (operator !== undefined) {
    cursor.skipBlanksAndLines();
    const name = operator.length > 1 ? operator.slice(1).toLowerCase() : operator;
    return { kind: 'unary', operator: name === '!' ? 'not' : name, operand: parseUnary(cursor), ...position };
  }
  const type = parseTypeName(cursor);
  if (type === undefined) return parsePrimary(cursor);
  if (cursor.look(/::|\.|\[/y)) return parsePrimary(cursor, { kind: 'type', name: type, ...position });
  cursor.skipBlanks();
  const isCast = cursor.look(/[$@('"\u2018-\u201e{[!+\d.]|-(?![a-z])/iy) && !cursor.look(/\.\./y);
  return isCast
    ? { kind: 'cast', type, operand: parseUnary(cursor), ...position }
    : { kind: 'type', name: type, ...position };
}
