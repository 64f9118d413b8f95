import type { Cursor } from './cursor.ts';
import { parseExpression } from './parse-expression.ts';
import { parsePrimary } from './parse-primary.ts';
import { parseStatements } from './parse-statement.ts';
import { parseVariable } from './parse-string.ts';
import { parseTypeName } from './parse-type.ts';
import type { Attribute, Block, BlockParameter, Expression, Statement } from './syntax.ts';

const ATTRIBUTE =
  /\[[ \t]*((?:CmdletBinding|Parameter|Validate\w+|Alias|AllowNull|AllowEmptyString|AllowEmptyCollection|OutputType)(?:Attribute)?)[ \t]*\(/iy;

/** What stands between the braces of a function or a script block, or the whole script (`end` is then the empty text). */
export function parseBlock(cursor: Cursor, end: '}' | ''): Block {
  const start = cursor.offset;
  cursor.skipSeparators();
  const attributes = parseAttributes(cursor);
  const parameters = cursor.match(/param[ \t\r\n]*\(/iy) ? parseParameters(cursor) : [];
  cursor.skipSeparators();
  const named = new Map<string, readonly Statement[]>();
  for (;;) {
    const word = cursor.match(/(begin|process|end|dynamicparam)[ \t\r\n]*\{/iy)?.[1]?.toLowerCase();
    if (word === undefined) break;
    if (word === 'dynamicparam') cursor.fail('dynamicparam is not part of the subset');
    named.set(word, parseStatements(cursor, '}'));
    cursor.expect('}', `after ${word}`);
    cursor.skipSeparators();
  }
  const rest = named.size === 0 ? parseStatements(cursor, end) : named.get('end');
  cursor.skipSeparators();
  const text = cursor.text.slice(start, cursor.offset);
  if (end === '' ? !cursor.atEnd : !cursor.take(end)) cursor.fail(`unexpected ${cursor.found()}`);
  return { parameters, attributes, begin: named.get('begin'), process: named.get('process'), end: rest, text };
}

export function parseAttributes(cursor: Cursor): readonly Attribute[] {
  const attributes: Attribute[] = [];
  for (;;) {
    cursor.skipBlanksAndLines();
    const position = cursor.position;
    const name = cursor.match(ATTRIBUTE)?.[1];
    if (name === undefined) return attributes;
    attributes.push({
      name: name.toLowerCase().replace(/attribute$/, ''),
      ...parseAttributeArguments(cursor),
      ...position,
    });
  }
}

function parseAttributeArguments(cursor: Cursor): Pick<Attribute, 'positional' | 'named'> {
  const positional: Expression[] = [];
  const named = new Map<string, Expression | undefined>();
  for (;;) {
    cursor.skipBlanksAndLines();
    if (cursor.take(')')) break;
    const word = cursor.match(/([A-Za-z]\w*)[ \t]*(=)?(?=[ \t\r\n,)=$'"(\w])/y);
    cursor.skipBlanksAndLines();
    if (word) named.set((word[1] ?? '').toLowerCase(), word[2] ? parseArgument(cursor) : undefined);
    else positional.push(parseArgument(cursor));
    cursor.skipBlanksAndLines();
    cursor.take(',');
  }
  cursor.skipBlanksAndLines();
  cursor.expect(']', 'after an attribute');
  return { positional, named };
}

function parseArgument(cursor: Cursor): Expression {
  const position = cursor.position;
  const type = parseTypeName(cursor);
  return parsePrimary(cursor, type === undefined ? undefined : { kind: 'type', name: type, ...position });
}

export function parseParameters(cursor: Cursor): readonly BlockParameter[] {
  const parameters: BlockParameter[] = [];
  for (;;) {
    cursor.skipBlanksAndLines();
    if (cursor.take(')')) return parameters;
    parameters.push(parseParameter(cursor));
    cursor.skipBlanksAndLines();
    if (!cursor.take(',') && cursor.peek() !== ')')
      cursor.fail(`after a parameter expected "," or ")", found ${cursor.found()}`);
  }
}

function parseParameter(cursor: Cursor): BlockParameter {
  const position = cursor.position;
  const attributes: Attribute[] = [];
  let type: string | undefined;
  for (;;) {
    attributes.push(...parseAttributes(cursor));
    const found = parseTypeName(cursor);
    if (found === undefined && !cursor.look(ATTRIBUTE)) break;
    type = found ?? type;
  }
  const variable = parseVariable(cursor);
  if (variable?.kind !== 'variable') return cursor.fail(`a parameter $name is expected, found ${cursor.found()}`);
  cursor.skipBlanksAndLines();
  if (!cursor.take('=')) return { name: variable.name, type, attributes, initial: undefined, ...position };
  cursor.skipBlanksAndLines();
  return {
    name: variable.name,
    type,
    attributes,
    initial: cursor.separating(true, () => parseExpression(cursor)),
    ...position,
  };
}
