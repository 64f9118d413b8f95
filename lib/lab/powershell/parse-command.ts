import type { Cursor } from './cursor.ts';
import { parseExpression } from './parse-expression.ts';
import { parseNumber } from './parse-number.ts';
import { parseAtom, parsePrimary } from './parse-primary.ts';
import { parseString, parseVariable } from './parse-string.ts';
import type { Command, CommandElement, Expression, PipelineElement, Position, Redirection } from './syntax.ts';

/** What ends a word of a command. */
const WORD =
  /(?:[^\s(){};,|&`'"\u2018-\u201e$<>]|`[\s\S]|\$(?![\w{(?^$:])|[^\s(){};,|&`'"\u2018-\u201e$<>]\$(?![\w{(]))+/y;

/** One stage of a pipeline: a command, or an expression. */
export function parsePipelineElement(cursor: Cursor): PipelineElement | undefined {
  cursor.skipBlanks();
  const position = cursor.position;
  if (cursor.look(/&&|\|\|/y)) cursor.fail('&& and || are not in PowerShell 5.1');
  const invocation = cursor.match(/&(?!&)|\.(?=[\s$({'"\u2018-\u201e])/y)?.[0];
  if (invocation === '&' || invocation === '.') {
    cursor.skipBlanks();
    const name = parseArgument(cursor) ?? cursor.fail(`a command is expected after ${invocation}`);
    return parseCommand(cursor, invocation, name, position);
  }
  const word = cursor.look(/[A-Za-z_\\][^\s(){};,|&'"$=<>[\]]*|[%?](?=[\s{])/y);
  if (word && !cursor.look(/[A-Za-z_]\w*::/y)) {
    cursor.offset += word[0].length;
    return parseCommand(cursor, undefined, { kind: 'bareWord', text: word[0], ...position }, position);
  }
  if (!cursor.look(/[$@('"\u2018-\u201e[{!+\-,\d.]/y)) return undefined;
  const expression = parseExpression(cursor);
  return { kind: 'expression', expression, redirections: parseRedirections(cursor), ...position };
}

function parseCommand(
  cursor: Cursor,
  invocation: '&' | '.' | undefined,
  name: Expression,
  position: Position,
): Command {
  const elements: CommandElement[] = [];
  const redirections: Redirection[] = [];
  for (;;) {
    cursor.skipBlanks();
    const redirection = parseRedirection(cursor);
    if (redirection) {
      redirections.push(redirection);
      continue;
    }
    const element = parseElement(cursor);
    if (!element) break;
    elements.push(element);
  }
  return { kind: 'command', invocation, name, elements, redirections, ...position };
}

function parseElement(cursor: Cursor): CommandElement | undefined {
  const position = cursor.position;
  if (cursor.look(/--%/y)) cursor.fail('the stop-parsing token --% is not part of the subset');
  const parameter = cursor.match(/[-\u2013-\u2015]([A-Za-z_?][^\s(){};,|&:.[\]'"$]*)(:?)/y);
  if (parameter) {
    const [, name = '', colon] = parameter;
    if (!colon) return { kind: 'parameter', name, value: undefined, ...position };
    cursor.skipBlanks();
    const value = parseArgumentList(cursor) ?? cursor.fail(`an argument is expected after -${name}:`);
    return { kind: 'parameter', name, value, ...position };
  }
  const value = parseArgumentList(cursor);
  return value && { kind: 'argument', value, ...position };
}

/** One argument, or an array of them: `a, b`. */
function parseArgumentList(cursor: Cursor): Expression | undefined {
  const position = cursor.position;
  const first = parseArgument(cursor);
  if (!first) return undefined;
  const elements = [first];
  for (;;) {
    const before = cursor.offset;
    cursor.skipBlanks();
    if (!cursor.take(',')) {
      cursor.offset = before;
      break;
    }
    cursor.skipBlanksAndLines();
    elements.push(parseArgument(cursor) ?? cursor.fail(`an argument is expected after ",", found ${cursor.found()}`));
  }
  return elements.length === 1 ? first : { kind: 'array', elements, ...position };
}

/** An argument: an expression that begins with a sign of its own, or a word in which variables and quotes may stand. */
function parseArgument(cursor: Cursor): Expression | undefined {
  const position = cursor.position;
  const splat = cursor.match(/@([A-Za-z_]\w*)/y)?.[1];
  if (splat !== undefined) return { kind: 'variable', scope: undefined, name: splat, splatted: true, ...position };
  if (cursor.look(/[({]|@[({'"\u2018-\u201e]/y)) return parsePrimary(cursor);
  if (cursor.look(/-?(?:\d|\.\d)/y)) {
    const before = cursor.offset;
    const negative = cursor.take('-');
    const number = parseNumber(cursor);
    if (number && cursor.look(/[\s(){};,|&]|$/y))
      return negative ? { kind: 'unary', operator: '-', operand: number, ...position } : number;
    cursor.offset = before;
  }
  const parts: (string | Expression)[] = [];
  for (;;) {
    const at = cursor.offset;
    const part = parseWordPart(cursor, parts.length === 0);
    if (part === undefined) break;
    parts.push(part);
    if (parts.length === 1 && typeof part !== 'string' && cursor.look(/[\s(){};,|]|$/y)) return part;
    if (cursor.offset === at) break;
  }
  const [only] = parts;
  if (only === undefined) return undefined;
  if (parts.length === 1 && typeof only !== 'string') return only;
  if (parts.every((part) => typeof part === 'string')) return { kind: 'bareWord', text: parts.join(''), ...position };
  return { kind: 'expandable', parts, ...position };
}

function parseWordPart(cursor: Cursor, isFirst: boolean): string | Expression | undefined {
  const word = cursor.match(WORD)?.[0];
  if (word !== undefined) return word.replaceAll(/`([\s\S])/g, '$1');
  if (isFirst && cursor.look(/\$[\w{(?^$]/y)) return parsePrimary(cursor);
  if (cursor.look(/['"\u2018-\u201e]/y)) {
    const text = parseString(cursor);
    return text?.kind === 'literal' && !isFirst && typeof text.value === 'string' ? text.value : text;
  }
  if (cursor.look(/\$\(/y)) return parseAtom(cursor);
  return parseVariable(cursor);
}

function parseRedirections(cursor: Cursor): readonly Redirection[] {
  const all: Redirection[] = [];
  for (;;) {
    cursor.skipBlanks();
    const next = parseRedirection(cursor);
    if (!next) return all;
    all.push(next);
  }
}

function parseRedirection(cursor: Cursor): Redirection | undefined {
  const position = cursor.position;
  const merged = cursor.match(/([2-6*])>&1(?!\d)/y)?.[1];
  if (merged !== undefined) return { stream: streamOf(merged), target: 1, append: false, ...position };
  const found = cursor.match(/([1-6*]?)(>>?)(?!&)/y);
  if (!found) {
    if (cursor.look(/[1-6*]?>&|</y)) cursor.fail(`the redirection ${cursor.found()} is not part of the subset`);
    return undefined;
  }
  cursor.skipBlanks();
  const target = parseArgument(cursor) ?? cursor.fail('a file is expected after ">"');
  return { stream: streamOf(found[1] || '1'), target, append: found[2] === '>>', ...position };
}

function streamOf(text: string): number | 'all' {
  return text === '*' ? 'all' : Number(text);
}
