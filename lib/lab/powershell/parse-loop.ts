import type { Cursor } from './cursor.ts';
import { parseAtom } from './parse-primary.ts';
import { parseBody, parseCondition, parseStatement, takeWord } from './parse-statement.ts';
import { parseVariable } from './parse-string.ts';
import type { Expression, Position, Statement } from './syntax.ts';

export function parseForeach(cursor: Cursor, label: string | undefined, position: Position): Statement {
  cursor.skipBlanksAndLines();
  cursor.expect('(', 'foreach:');
  cursor.skipBlanksAndLines();
  const variable = parseVariable(cursor) ?? cursor.fail(`a variable is expected in foreach, found ${cursor.found()}`);
  cursor.skipBlanksAndLines();
  if (!cursor.match(/in(?!\w)/iy)) cursor.fail('"in" is expected in foreach');
  cursor.skipBlanksAndLines();
  const subject = parseStatement(cursor) ?? cursor.fail('a value is expected after "in"');
  cursor.skipBlanksAndLines();
  cursor.expect(')', 'foreach:');
  return { kind: 'foreach', label, variable, subject, body: parseBody(cursor, 'foreach'), ...position };
}

export function parseFor(cursor: Cursor, label: string | undefined, position: Position): Statement {
  cursor.skipBlanksAndLines();
  cursor.expect('(', 'for:');
  const part = (end: ';' | ')') => {
    cursor.skipBlanksAndLines();
    const statement = parseStatement(cursor);
    cursor.skipBlanksAndLines();
    cursor.expect(end, 'for:');
    return statement;
  };
  const start = part(';');
  const condition = part(';');
  const step = part(')');
  return { kind: 'for', label, start, condition, step, body: parseBody(cursor, 'for'), ...position };
}

export function parseLoop(
  cursor: Cursor,
  word: 'while' | 'do',
  label: string | undefined,
  position: Position,
): Statement {
  if (word === 'while') {
    const condition = parseCondition(cursor, 'while');
    return {
      kind: 'loop',
      label,
      test: 'before',
      until: false,
      condition,
      body: parseBody(cursor, 'while'),
      ...position,
    };
  }
  const body = parseBody(cursor, 'do');
  const until = takeWord(cursor, /until(?![\w-])/iy);
  if (!until && !takeWord(cursor, /while(?![\w-])/iy)) cursor.fail('"while" or "until" is expected after do');
  return { kind: 'loop', label, test: 'after', until, condition: parseCondition(cursor, 'do'), body, ...position };
}

export function parseSwitch(cursor: Cursor, label: string | undefined, position: Position): Statement {
  let mode: 'exact' | 'wildcard' | 'regex' = 'exact';
  let caseSensitive = false;
  for (;;) {
    cursor.skipBlanks();
    const option = cursor.match(/-([A-Za-z]+)/y)?.[1]?.toLowerCase();
    if (option === undefined) break;
    if (option === 'casesensitive') caseSensitive = true;
    else if (option === 'regex' || option === 'wildcard' || option === 'exact') mode = option;
    else cursor.fail(`switch -${option} is not part of the subset`);
  }
  const subject = parseCondition(cursor, 'switch');
  cursor.skipBlanksAndLines();
  cursor.expect('{', 'switch:');
  const clauses: (readonly [Expression | undefined, readonly Statement[]])[] = [];
  for (;;) {
    cursor.skipSeparators();
    if (cursor.take('}')) break;
    const condition = parseClauseCondition(cursor);
    clauses.push([condition, parseBody(cursor, 'a clause of switch')]);
  }
  return { kind: 'switch', label, mode, caseSensitive, subject, clauses, ...position };
}

function parseClauseCondition(cursor: Cursor): Expression | undefined {
  const position = cursor.position;
  if (cursor.match(/default(?=[\s{])/iy)) return undefined;
  const atom = parseAtom(cursor);
  if (atom) return atom;
  const word =
    cursor.match(/[^\s{}();,|'"]+/y)?.[0] ?? cursor.fail(`a condition of switch is expected, found ${cursor.found()}`);
  return { kind: 'bareWord', text: word, ...position };
}
