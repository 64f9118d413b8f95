import type { Cursor } from './cursor.ts';
import { parseBlock, parseParameters } from './parse-block.ts';
import { parsePipelineElement } from './parse-command.ts';
import { parseFor, parseForeach, parseLoop, parseSwitch } from './parse-loop.ts';
import { parseTypeName } from './parse-type.ts';
import type { Expression, PipelineElement, Position, Statement } from './syntax.ts';

const KEYWORD =
  /(if|switch|foreach|for|while|do|try|trap|function|filter|return|throw|exit|break|continue|elseif|else|catch|finally|until|workflow|class|enum|using|data|parallel|sequence|configuration|inlinescript|param|begin|process|end|dynamicparam|from|define|var)(?![\w-])/iy;

/** Statements up to a closing sign, which is left to be read, or to the end of the script. */
export function parseStatements(cursor: Cursor, end: ')' | '}' | ''): readonly Statement[] {
  const statements: Statement[] = [];
  for (;;) {
    cursor.skipSeparators();
    if (cursor.atEnd || (end !== '' && cursor.peek() === end)) return statements;
    const statement = parseStatement(cursor);
    if (!statement) return cursor.fail(`a statement is expected, found ${cursor.found()}`);
    statements.push(statement);
    cursor.skipBlanks();
    const isBlock = statement.kind !== 'pipeline' && statement.kind !== 'assignment' && statement.kind !== 'jump';
    const ends = isBlock || cursor.atEnd || cursor.look(/[;\r\n]/y) || (end !== '' && cursor.peek() === end);
    if (!ends) cursor.fail(`the end of the statement is expected, found ${cursor.found()}`);
  }
}

/** Statements in braces. */
export function parseBody(cursor: Cursor, what: string): readonly Statement[] {
  cursor.skipBlanksAndLines();
  cursor.expect('{', `${what}:`);
  const body = parseStatements(cursor, '}');
  cursor.expect('}', `the end of ${what}:`);
  return body;
}

/** A pipeline in parentheses. */
export function parseCondition(cursor: Cursor, what: string): Statement {
  cursor.skipBlanksAndLines();
  cursor.expect('(', `${what}:`);
  cursor.skipBlanksAndLines();
  const condition = parseStatement(cursor) ?? cursor.fail(`a condition is expected in ${what}`);
  cursor.skipBlanksAndLines();
  cursor.expect(')', `the condition of ${what}:`);
  return condition;
}

export function parseStatement(cursor: Cursor): Statement | undefined {
  cursor.skipBlanks();
  const position = cursor.position;
  const label = cursor.match(/:([A-Za-z_]\w*)[ \t\r\n]+(?=switch|foreach|for|while|do)/iy)?.[1];
  const word = cursor.look(KEYWORD)?.[1]?.toLowerCase();
  if (word !== undefined) {
    cursor.offset += word.length;
    return parseKeyword(cursor, word, label, position);
  }
  if (label !== undefined) cursor.fail('a loop is expected after a label');
  return parsePipeline(cursor, position);
}

function parseKeyword(cursor: Cursor, word: string, label: string | undefined, position: Position): Statement {
  switch (word) {
    case 'if':
      return parseIf(cursor, position);
    case 'switch':
      return parseSwitch(cursor, label, position);
    case 'foreach':
      return parseForeach(cursor, label, position);
    case 'for':
      return parseFor(cursor, label, position);
    case 'while':
    case 'do':
      return parseLoop(cursor, word, label, position);
    case 'try':
      return parseTry(cursor, position);
    case 'trap': {
      cursor.skipBlanks();
      const type = parseTypeName(cursor);
      return { kind: 'trap', type, body: parseBody(cursor, 'trap'), ...position };
    }
    case 'function':
    case 'filter':
      return parseFunction(cursor, word === 'filter', position);
    case 'return':
    case 'throw':
    case 'exit':
      return { kind: 'jump', word, value: parseStatement(cursor), label: undefined, ...position };
    case 'break':
    case 'continue': {
      cursor.skipBlanks();
      return { kind: 'jump', word, value: undefined, label: cursor.match(/[A-Za-z_]\w*/y)?.[0], ...position };
    }
    default:
      return cursor.fail(`"${word}" is not part of the subset here`, position);
  }
}

function parseIf(cursor: Cursor, position: Position): Statement {
  const clauses: (readonly [Statement, readonly Statement[]])[] = [];
  do {
    const condition = parseCondition(cursor, 'if');
    clauses.push([condition, parseBody(cursor, 'if')]);
  } while (takeWord(cursor, /elseif(?![\w-])/iy));
  const otherwise = takeWord(cursor, /else(?![\w-])/iy) ? parseBody(cursor, 'else') : undefined;
  return { kind: 'if', clauses, otherwise, ...position };
}

/** Takes a word that continues a statement, be it on the next line. */
export function takeWord(cursor: Cursor, word: RegExp): boolean {
  const before = cursor.offset;
  cursor.skipBlanksAndLines();
  if (cursor.match(word)) return true;
  cursor.offset = before;
  return false;
}

function parseTry(cursor: Cursor, position: Position): Statement {
  const body = parseBody(cursor, 'try');
  const catches: { types: string[]; body: readonly Statement[] }[] = [];
  while (takeWord(cursor, /catch(?![\w-])/iy)) {
    const types: string[] = [];
    for (;;) {
      cursor.skipBlanksAndLines();
      const type = parseTypeName(cursor);
      if (type === undefined) break;
      types.push(type);
      cursor.skipBlanksAndLines();
      cursor.take(',');
    }
    catches.push({ types, body: parseBody(cursor, 'catch') });
  }
  const last = takeWord(cursor, /finally(?![\w-])/iy) ? parseBody(cursor, 'finally') : undefined;
  if (catches.length === 0 && !last) cursor.fail('a try statement needs a catch or a finally', position);
  return { kind: 'try', body, catches, finally: last, ...position };
}

function parseFunction(cursor: Cursor, filter: boolean, position: Position): Statement {
  cursor.skipBlanks();
  const name =
    cursor.match(/(?:(?:global|script|local|private):)?[^\s(){};,|&]+/iy)?.[0] ??
    cursor.fail('a name is expected after function');
  cursor.skipBlanksAndLines();
  const listed = cursor.take('(') ? parseParameters(cursor) : [];
  cursor.skipBlanksAndLines();
  cursor.expect('{', `function ${name}:`);
  const block = parseBlock(cursor, '}');
  const parameters = [...listed, ...block.parameters];
  return { kind: 'function', name, filter, block: { ...block, parameters }, ...position };
}

function parsePipeline(cursor: Cursor, position: Position): Statement | undefined {
  const first = parsePipelineElement(cursor);
  if (!first) return undefined;
  cursor.skipBlanks();
  const operator = cursor.match(/[-+*/%]?=(?!=)/y)?.[0];
  if (operator !== undefined) {
    if (first.kind !== 'expression')
      return cursor.fail('only a variable, a member or an index can be assigned to', position);
    checkTarget(cursor, first.expression);
    cursor.skipBlanksAndLines();
    const value = parseStatement(cursor) ?? cursor.fail(`a value is expected after ${operator}`);
    return { kind: 'assignment', operator, target: first.expression, value, ...position };
  }
  const elements: PipelineElement[] = [first];
  for (;;) {
    cursor.skipBlanks();
    if (cursor.look(/\|\||&&/y)) cursor.fail('&& and || are not in PowerShell 5.1');
    if (!cursor.take('|')) break;
    cursor.skipBlanksAndLines();
    const next =
      parsePipelineElement(cursor) ?? cursor.fail(`a command is expected after "|", found ${cursor.found()}`);
    if (next.kind === 'expression')
      cursor.fail('an expression is only allowed as the first element of a pipeline', next);
    elements.push(next);
  }
  return { kind: 'pipeline', elements, ...position };
}

function checkTarget(cursor: Cursor, target: Expression): void {
  const inner = target.kind === 'cast' ? target.operand : target;
  if (inner.kind === 'array') {
    for (const element of inner.elements) checkTarget(cursor, element);
  } else if (inner.kind !== 'variable' && inner.kind !== 'member' && inner.kind !== 'index') {
    cursor.fail('the assignment is not valid: only a variable, a member or an index can be assigned to', target);
  }
}
