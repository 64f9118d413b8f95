import { runCommand } from './command.ts';
import { convert } from './convert.ts';
import { evaluate, statementValue } from './evaluate.ts';
import { Failure, failure, Jump, NotInSubset } from './failure.ts';
import type { Frame } from './frame.ts';
import { setIndexed, setProperty } from './members.ts';
import { binary } from './operators.ts';
import type { Expression, PipelineElement, Statement } from './syntax.ts';
import { textOf, truth } from './text.ts';
import { fullTypeName } from './types.ts';
import { elementsOf, isNull, NOTHING, type PsObject, type PsValue } from './values.ts';

/** What is written while something runs. */
export async function collect(frame: Frame, run: (inner: Frame) => Promise<void>): Promise<PsValue[]> {
  const values: PsValue[] = [];
  await run({ ...frame, out: (value) => void values.push(value) });
  return values;
}

/** Runs statements one after another. An error that does not end the script ends its statement only. */
export async function runStatements(statements: readonly Statement[], frame: Frame): Promise<void> {
  for (const statement of statements) {
    frame.signal?.throwIfAborted();
    await runStatement(statement, frame);
  }
}

async function write(value: PsValue, frame: Frame): Promise<void> {
  for (const each of elementsOf(value) ?? [value]) await frame.out(each);
}

export async function runStatement(statement: Statement, frame: Frame): Promise<void> {
  switch (statement.kind) {
    case 'pipeline':
      return runPipeline(statement.elements, frame);
    case 'assignment': {
      const value = await statementValue(statement.value, frame);
      const operator = statement.operator.slice(0, -1);
      const result = operator
        ? binary(operator, await evaluate(statement.target, frame), value, () => undefined)
        : value;
      return assign(statement.target, result, frame);
    }
    case 'if':
      for (const [condition, body] of statement.clauses) {
        if (truth(await statementValue(condition, frame))) return runStatements(body, frame);
      }
      return runStatements(statement.otherwise ?? [], frame);
    case 'foreach': {
      const subject = await statementValue(statement.subject, frame);
      for (const each of isNull(subject) ? [] : (elementsOf(subject) ?? [subject])) {
        await assign(statement.variable, each, frame);
        if (!(await turn(statement.label, statement.body, frame))) return;
      }
      return;
    }
    case 'for':
      if (statement.start) await runStatement(statement.start, { ...frame, out: () => undefined });
      while (!statement.condition || truth(await statementValue(statement.condition, frame))) {
        if (!(await turn(statement.label, statement.body, frame))) return;
        if (statement.step) await runStatement(statement.step, { ...frame, out: () => undefined });
      }
      return;
    case 'loop':
      for (
        let first = statement.test === 'after';
        first || truth(await statementValue(statement.condition, frame)) !== statement.until;
        first = false
      ) {
        if (!(await turn(statement.label, statement.body, frame))) return;
      }
      return;
    case 'try':
      return runTry(statement, frame);
    case 'jump':
      return jump(statement, frame);
    default:
      throw new NotInSubset(`the statement ${statement.kind}`, statement);
  }
}

/** One turn of a loop. @returns whether the loop goes on */
async function turn(label: string | undefined, body: readonly Statement[], frame: Frame): Promise<boolean> {
  frame.signal?.throwIfAborted();
  try {
    await runStatements(body, frame);
  } catch (error) {
    const isOurs =
      error instanceof Jump && (error.label === undefined || error.label.toLowerCase() === label?.toLowerCase());
    if (!isOurs || (error.word !== 'break' && error.word !== 'continue')) throw error;
    return error.word === 'continue';
  }
  return true;
}

async function jump(statement: Extract<Statement, { kind: 'jump' }>, frame: Frame): Promise<never> {
  const value = statement.value ? await statementValue(statement.value, frame) : NOTHING;
  if (statement.word === 'throw') {
    const message = isNull(value) ? 'ScriptHalted' : textOf(value);
    const made = failure(message, { id: message, category: 'OperationStopped', target: value }, statement);
    throw new Failure(made.record, true);
  }
  if (statement.word === 'return') await write(value, frame);
  throw new Jump(statement.word, statement.label, statement.word === 'exit' && !isNull(value) ? Number(value) : 0);
}

async function runTry(statement: Extract<Statement, { kind: 'try' }>, frame: Frame): Promise<void> {
  try {
    await runStatements(statement.body, frame);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const names = error.exception.typeNames.map((name) => name.toLowerCase());
    const found = statement.catches.find(
      (each) => each.types.length === 0 || each.types.some((type) => names.includes(fullTypeName(type).toLowerCase())),
    );
    if (!found) throw error;
    remember(error.record, frame);
    frame.scope.write('_', error.record);
    await runStatements(found.body, frame);
  } finally {
    if (statement.finally) await runStatements(statement.finally, frame);
  }
}

export function remember(record: PsObject, frame: Frame): void {
  frame.state.errors.unshift(record);
}

async function runPipeline(elements: readonly PipelineElement[], frame: Frame): Promise<void> {
  let input: PsValue[] | undefined;
  for (const [index, element] of elements.entries()) {
    const isLast = index === elements.length - 1;
    const [redirection] = element.redirections;
    if (redirection) throw new NotInSubset('a redirection', redirection);
    const given = input;
    const run = async (inner: Frame) => {
      if (element.kind === 'command') await runCommand(element, given, inner);
      else {
        const { expression } = element;
        const value = await evaluate(expression, frame);
        const isSilent =
          expression.kind === 'step' || (expression.kind === 'cast' && fullTypeName(expression.type) === 'System.Void');
        if (!isSilent) await write(value, inner);
        frame.state.succeeded = true;
      }
    };
    if (isLast) await run(frame);
    else input = await collect(frame, run);
  }
}

/** Assigns to a variable, a member, an index or several of them. */
export async function assign(target: Expression, value: PsValue, frame: Frame): Promise<void> {
  switch (target.kind) {
    case 'variable': {
      const scope = target.scope === undefined ? frame.scope : frame.scope.qualified(target.scope);
      if (!scope) throw new NotInSubset(`assigning to $${target.scope}:${target.name}`, target);
      return scope.write(target.name, value, target.scope?.toLowerCase() === 'private');
    }
    case 'cast':
      return assign(target.operand, convert(value, target.type), frame);
    case 'member':
      return setProperty(await evaluate(target.target, frame), textOf(await evaluate(target.name, frame)), value);
    case 'index':
      return setIndexed(await evaluate(target.target, frame), await evaluate(target.index, frame), value);
    case 'array': {
      const values = elementsOf(value) ?? [value];
      for (const [index, each] of target.elements.entries()) {
        const isLast = index === target.elements.length - 1;
        await assign(each, isLast && values.length > index + 1 ? values.slice(index) : (values[index] ?? null), frame);
      }
      return;
    }
    default:
      throw new NotInSubset('this assignment', target);
  }
}
