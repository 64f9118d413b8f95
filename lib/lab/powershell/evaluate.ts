import { convert } from './convert.ts';
import { NotInSubset } from './failure.ts';
import type { Frame } from './frame.ts';
import { variable } from './frame.ts';
import { indexed, method, property } from './members.ts';
import { numberOf } from './numbers.ts';
import { binary } from './operators.ts';
import { assign, collect, runStatement, runStatements } from './run.ts';
import { callStatic } from './static-members.ts';
import type { Expression } from './syntax.ts';
import { textOf, truth } from './text.ts';
import { fullTypeName } from './types.ts';
import {
  collected,
  Dictionary,
  elementsOf,
  isNull,
  NOTHING,
  type PsValue,
  ScriptBlock,
  TypeReference,
} from './values.ts';

/** The value of an expression. */
export async function evaluate(expression: Expression, frame: Frame): Promise<PsValue> {
  const of = (inner: Expression) => evaluate(inner, frame);
  switch (expression.kind) {
    case 'literal':
      return expression.double ? numberOf('System.Double', Number(expression.value)) : expression.value;
    case 'bareWord':
      return expression.text;
    case 'expandable': {
      let text = '';
      for (const part of expression.parts) text += typeof part === 'string' ? part : textOf(await of(part));
      return text;
    }
    case 'variable':
      return readVariable(expression, frame);
    case 'type':
      return new TypeReference(fullTypeName(expression.name));
    case 'array': {
      const values: PsValue[] = [];
      for (const element of expression.elements) values.push(inArray(await of(element)));
      return values;
    }
    case 'arraySubexpression':
      return collect(frame, (inner) => runStatements(expression.body, inner));
    case 'subexpression':
      return collected(await collect(frame, (inner) => runStatements(expression.body, inner)));
    case 'parenthesis':
      return statementValue(expression.statement, frame);
    case 'hashtable':
      return hashtable(expression, frame, false);
    case 'scriptBlock':
      return new ScriptBlock(expression.block);
    case 'unary':
      return unary(expression.operator, await of(expression.operand));
    case 'step': {
      const before = await of(expression.target);
      const after = binary(expression.operator === '++' ? '+' : '-', isNull(before) ? 0 : before, 1, () => undefined);
      await assign(expression.target, after, frame);
      return expression.prefix ? after : isNull(before) ? 0 : before;
    }
    case 'binary': {
      const left = await of(expression.left);
      if (expression.operator === 'and') return truth(left) && truth(await of(expression.right));
      if (expression.operator === 'or') return truth(left) || truth(await of(expression.right));
      return binary(expression.operator, left, await of(expression.right), (found) =>
        frame.scope.write('Matches', found),
      );
    }
    case 'cast': {
      const isOrdered =
        fullTypeName(expression.type).endsWith('OrderedDictionary') ||
        fullTypeName(expression.type).endsWith('PSCustomObject');
      const { operand } = expression;
      const value =
        operand.kind === 'hashtable' && isOrdered ? await hashtable(operand, frame, true) : await of(operand);
      return convert(value, expression.type);
    }
    case 'index':
      return indexed(await of(expression.target), await of(expression.index));
    default:
      return memberValue(expression, frame);
  }
}

function inArray(value: PsValue): PsValue {
  return value === NOTHING ? null : value;
}

async function memberValue(
  expression: Extract<Expression, { kind: 'member' | 'call' }>,
  frame: Frame,
): Promise<PsValue> {
  const target = await evaluate(expression.target, frame);
  const name = textOf(await evaluate(expression.name, frame));
  if (expression.kind === 'member') {
    if (!expression.isStatic) return property(target, name);
    return callStatic(typeOf(target), `get_${name}`, []);
  }
  const args: PsValue[] = [];
  for (const each of expression.arguments) args.push(inArray(await evaluate(each, frame)));
  if (expression.isStatic) {
    if (typeOf(target).endsWith('ScriptBlock')) throw new NotInSubset(`[scriptblock]::${name}`, expression);
    return callStatic(typeOf(target), name, args);
  }
  if (target instanceof ScriptBlock && name.toLowerCase() === 'getnewclosure')
    return new ScriptBlock(target.block, frame.scope.snapshot());
  return method(target, name)(args);
}

function typeOf(target: PsValue): string {
  return target instanceof TypeReference ? target.name : textOf(target);
}

function readVariable(expression: Extract<Expression, { kind: 'variable' }>, frame: Frame): PsValue {
  const { name, scope } = expression;
  if (scope !== undefined) {
    const named = frame.scope.qualified(scope);
    if (!named) throw new NotInSubset(`the variable $${scope}:${name}`, expression);
    return named.own(name) ?? null;
  }
  switch (name.toLowerCase()) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'null':
      return null;
    case '?':
      return frame.state.succeeded;
    case 'lastexitcode':
      return frame.state.exitCode ?? null;
    case 'error':
      return [...frame.state.errors];
    default: {
      const value = variable(frame, name);
      return value;
    }
  }
}

function unary(operator: string, value: PsValue): PsValue {
  switch (operator) {
    case 'not':
      return !truth(value);
    case '-':
      return binary('-', 0, value, () => undefined);
    case '+':
      return binary('+', 0, value, () => undefined);
    case 'join':
      return (elementsOf(value) ?? [value]).map((each) => textOf(each)).join('');
    case 'split':
      return textOf(value).trim().split(/\s+/);
    default:
      throw new NotInSubset(`the operator -${operator} before one value`);
  }
}

async function hashtable(
  expression: Extract<Expression, { kind: 'hashtable' }>,
  frame: Frame,
  ordered: boolean,
): Promise<Dictionary> {
  const table = new Dictionary(ordered);
  for (const [key, value] of expression.entries)
    table.set(await evaluate(key, frame), inArray(await statementValue(value, frame)));
  return table;
}

/** The value of a statement: an expression on its own stays what it is, all else is collected from its output. */
export async function statementValue(statement: Parameters<typeof runStatement>[0], frame: Frame): Promise<PsValue> {
  const only = statement.kind === 'pipeline' && statement.elements.length === 1 ? statement.elements[0] : undefined;
  if (only?.kind === 'expression' && only.redirections.length === 0) return evaluate(only.expression, frame);
  if (statement.kind === 'assignment') {
    await runStatement(statement, frame);
    return evaluate(statement.target, frame);
  }
  return collected(await collect(frame, (inner) => runStatement(statement, inner)));
}
