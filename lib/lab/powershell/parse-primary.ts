import type { Cursor } from './cursor.ts';
import { parseBlock } from './parse-block.ts';
import { parseExpression } from './parse-expression.ts';
import { parseNumber } from './parse-number.ts';
import { parseStatement, parseStatements } from './parse-statement.ts';
import { parseString, parseVariable } from './parse-string.ts';
import { parseTypeName } from './parse-type.ts';
import type { Expression, Position, Statement } from './syntax.ts';

/** What an operator is applied to, with its members, calls and indexes. @param given its beginning, if it has been read */
export function parsePrimary(cursor: Cursor, given?: Expression): Expression {
  let value = given ?? parseAtom(cursor) ?? cursor.fail(`an expression is expected here, found ${cursor.found()}`);
  for (;;) {
    const next = parseSuffix(cursor, value);
    if (!next) return value;
    value = next;
  }
}

/** The smallest expressions. */
export function parseAtom(cursor: Cursor): Expression | undefined {
  return cursor.separating(false, () => atom(cursor));
}

function atom(cursor: Cursor): Expression | undefined {
  const position = cursor.position;
  const text = parseString(cursor);
  if (text) return text;
  if (cursor.take('$(')) return { kind: 'subexpression', body: bodyTo(cursor, ')'), ...position };
  if (cursor.take('@(')) return { kind: 'arraySubexpression', body: bodyTo(cursor, ')'), ...position };
  if (cursor.take('@{')) return parseHashtable(cursor, position);
  if (cursor.take('(')) {
    cursor.skipBlanksAndLines();
    const statement = parseStatement(cursor) ?? cursor.fail('an expression is expected after "("');
    cursor.skipBlanksAndLines();
    cursor.expect(')', 'the expression in parentheses:');
    return { kind: 'parenthesis', statement, ...position };
  }
  if (cursor.take('{')) return { kind: 'scriptBlock', block: parseBlock(cursor, '}'), ...position };
  if (cursor.look(/\d|\.\d/y))
    return parseNumber(cursor) ?? cursor.fail(`a number is expected, found ${cursor.found()}`);
  const type = parseTypeName(cursor);
  return type === undefined ? parseVariable(cursor) : { kind: 'type', name: type, ...position };
}

function bodyTo(cursor: Cursor, end: ')'): readonly Statement[] {
  const body = parseStatements(cursor, end);
  cursor.expect(end, 'after these statements:');
  return body;
}

function parseHashtable(cursor: Cursor, position: Position): Expression {
  const entries: (readonly [Expression, Statement])[] = [];
  for (;;) {
    cursor.skipSeparators();
    if (cursor.take('}')) return { kind: 'hashtable', entries, ...position };
    const key = parseKey(cursor);
    cursor.skipBlanksAndLines();
    cursor.expect('=', 'after a key of a hashtable');
    cursor.skipBlanksAndLines();
    entries.push([key, parseStatement(cursor) ?? cursor.fail('a value is expected after "=" in the hashtable')]);
    cursor.skipBlanks();
    if (!cursor.look(/[;\r\n}]/y)) cursor.fail(`the hashtable is not complete: found ${cursor.found()}`);
  }
}

function parseKey(cursor: Cursor): Expression {
  const position = cursor.position;
  const bare = cursor.match(/[A-Za-z_][\w-]*/y);
  return bare ? { kind: 'literal', value: bare[0], ...position } : parsePrimary(cursor);
}

/** A member, a call or an index, which must stand right behind its target. */
export function parseSuffix(cursor: Cursor, target: Expression): Expression | undefined {
  const position = cursor.position;
  const access = cursor.match(/::|\.(?=[\w$('"({\u2018-\u201e])/y);
  if (access) {
    const isStatic = access[0] === '::';
    const name = parseMemberName(cursor);
    if (!cursor.take('(')) return { kind: 'member', target, name, isStatic, ...position };
    return { kind: 'call', target, name, isStatic, arguments: parseArguments(cursor), ...position };
  }
  if (cursor.take('[')) {
    cursor.skipBlanksAndLines();
    const index = cursor.separating(false, () => parseExpression(cursor));
    cursor.skipBlanksAndLines();
    cursor.expect(']', 'after an index');
    return { kind: 'index', target, index, ...position };
  }
  const step = cursor.match(/\+\+|--/y)?.[0];
  return step === '++' || step === '--'
    ? { kind: 'step', operator: step, prefix: false, target, ...position }
    : undefined;
}

function parseMemberName(cursor: Cursor): Expression {
  const position = cursor.position;
  const bare = cursor.match(/[A-Za-z_]\w*/y);
  if (bare) return { kind: 'literal', value: bare[0], ...position };
  return parseAtom(cursor) ?? cursor.fail(`a member's name is expected, found ${cursor.found()}`);
}

function parseArguments(cursor: Cursor): readonly Expression[] {
  const list: Expression[] = [];
  cursor.skipBlanksAndLines();
  while (!cursor.take(')')) {
    list.push(cursor.separating(true, () => parseExpression(cursor)));
    cursor.skipBlanksAndLines();
    if (cursor.take(',')) cursor.skipBlanksAndLines();
    else if (cursor.peek() !== ')') cursor.fail(`after an argument expected "," or ")", found ${cursor.found()}`);
  }
  return list;
}
