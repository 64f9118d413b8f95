import { convert } from './convert.ts';
import { evaluate } from './evaluate.ts';
import { Failure, failure, Jump, NotInSubset } from './failure.ts';
import type { Frame } from './frame.ts';
import { bindingFailure, type Cmdlet, type CmdletContext, findParameter, unknownCommand } from './registry.ts';
import { remember, runStatements } from './run.ts';
import { Scope } from './scope.ts';
import type { Command } from './syntax.ts';
import { textOf } from './text.ts';
import { Dictionary, elementsOf, isNull, type PsValue, ScriptBlock } from './values.ts';

/** Runs one command. @param input what comes by the pipeline; undefined: it is the first */
export async function runCommand(command: Command, input: readonly PsValue[] | undefined, frame: Frame): Promise<void> {
  const name = await evaluate(command.name, frame);
  if (name instanceof ScriptBlock) {
    if (command.elements.length > 0) throw new NotInSubset('a script block with arguments', command);
    return runBlock(name, input, frame, command.invocation === '.');
  }
  const found = frame.registry.find(textOf(name));
  if (!found) throw unknownCommand(textOf(name), command);
  const { bound, action } = await bind(found, command, frame);
  const context = contextOf(found, command, frame, action);
  frame.state.succeeded = true;
  if (found.runAll) return found.runAll(context, checked(found, bound, command), input ?? []);
  const piped = found.parameters.find((each) => each.pipeline && !bound.has(each.name));
  if (input === undefined || !piped) return found.run?.(context, checked(found, bound, command));
  for (const each of input) {
    const one = new Map(bound).set(piped.name, convert(each, typeOf(piped.type)));
    await found.run?.(context, checked(found, one, command));
  }
}

/** Runs a script block. @param inPlace in this scope, as `.` does */
export async function runBlock(
  block: ScriptBlock,
  input: readonly PsValue[] | undefined,
  frame: Frame,
  inPlace = false,
): Promise<void> {
  const { parameters, begin, process, end } = block.block;
  if (parameters.length > 0) throw new NotInSubset('a script block with parameters', parameters[0]);
  const inner = { ...frame, scope: inPlace ? frame.scope : new Scope(block.closure ?? frame.scope) };
  try {
    await runStatements(begin ?? [], inner);
    if (process) {
      for (const each of input ?? [null]) {
        inner.scope.write('_', each);
        await runStatements(process, inner);
      }
    }
    if (input) inner.scope.write('input', [...input]);
    await runStatements(end ?? [], inner);
  } catch (error) {
    if (!(error instanceof Jump && error.word === 'return')) throw error;
  }
}

interface Binding {
  readonly bound: Map<string, PsValue>;
  readonly action: string;
}

function typeOf(type: string): string {
  return /^(?:String|Int32|Int64|Boolean|switch|Object)(?:\[\])?$/i.test(type) ? type : 'object';
}

async function bind(found: Cmdlet, command: Command, frame: Frame): Promise<Binding> {
  const bound = new Map<string, PsValue>();
  const positional: PsValue[] = [];
  let action = textOf(frame.scope.read('ErrorActionPreference') ?? 'Continue');
  const named = (written: string, value: PsValue) => {
    if (/^(?:ErrorAction|ea)$/i.test(written)) {
      action = textOf(value);
      return;
    }
    const parameter = findParameter(found, written, command);
    if (bound.has(parameter.name)) {
      throw bindingFailure(
        `Cannot bind parameter because parameter '${parameter.name}' is specified more than once.`,
        'ParameterAlreadyBound',
        found.name,
        command,
      );
    }
    const converted = convert(value, typeOf(parameter.type));
    const allowed = parameter.values;
    if (allowed && !allowed.some((each) => each.toLowerCase() === textOf(converted).toLowerCase())) {
      const message = `Cannot validate argument on parameter '${parameter.name}'. The argument "${textOf(converted)}" does not belong to the set "${allowed.join(',')}" specified by the ValidateSet attribute.`;
      throw bindingFailure(message, 'ParameterArgumentValidationError', found.name, command);
    }
    bound.set(parameter.name, converted);
  };
  for (let index = 0; index < command.elements.length; index += 1) {
    const element = command.elements[index];
    if (element?.kind === 'parameter') {
      const isAction = /^(?:ErrorAction|ea)$/i.test(element.name);
      const isSwitch = !isAction && findParameter(found, element.name, command).type === 'switch';
      const next = command.elements[index + 1];
      if (element.value) named(element.name, await evaluate(element.value, frame));
      else if (isSwitch) named(element.name, true);
      else if (next?.kind === 'argument') {
        named(element.name, await evaluate(next.value, frame));
        index += 1;
      } else
        throw bindingFailure(
          `Missing an argument for parameter '${element.name}'. Specify a parameter of type 'System.Object' and try again.`,
          'MissingArgument',
          found.name,
          command,
        );
    } else if (element?.value.kind === 'variable' && element.value.splatted) {
      const value = frame.scope.read(element.value.name) ?? null;
      if (value instanceof Dictionary) for (const [key, each] of value.entries) named(textOf(key), each);
      else positional.push(...(elementsOf(value) ?? [value]));
    } else if (element) positional.push(await evaluate(element.value, frame));
  }
  const free = found.parameters.filter((each) => each.position !== undefined && !bound.has(each.name));
  free.sort((one, two) => (one.position ?? 0) - (two.position ?? 0));
  for (const parameter of free) {
    if (positional.length === 0) break;
    const taken = parameter.remaining && positional.length > 1 ? positional.splice(0) : positional.shift();
    named(parameter.name, taken ?? null);
  }
  if (positional.length > 0) {
    const message = `A positional parameter cannot be found that accepts argument '${textOf(positional[0] ?? null)}'.`;
    throw bindingFailure(message, 'PositionalParameterNotFound', found.name, command);
  }
  return { bound, action };
}

/** @throws Failure where a mandatory parameter is missing: a session that nobody sits at cannot ask for it */
function checked(found: Cmdlet, bound: Map<string, PsValue>, command: Command): Map<string, PsValue> {
  const missing = found.parameters.filter((each) => each.mandatory && !bound.has(each.name));
  if (missing.length === 0) return bound;
  const message = `Cannot process command because of one or more missing mandatory parameters: ${missing.map((each) => each.name).join(' ')}.`;
  throw bindingFailure(message, 'MissingMandatoryParameter', found.name, command);
}

function contextOf(found: Cmdlet, command: Command, frame: Frame, action: string): CmdletContext {
  return {
    frame,
    position: command,
    write: async (value) => frame.out(isNull(value) ? null : value),
    error: async (message, details = {}) => {
      const made = failure(message, details, command, found.name);
      if (/^(?:Stop|1)$/i.test(action)) throw new Failure(made.record, true);
      frame.state.succeeded = false;
      if (/^(?:Ignore|4)$/i.test(action)) return;
      remember(made.record, frame);
      if (!/^(?:SilentlyContinue|0)$/i.test(action)) await frame.streams.error(made.record);
    },
  };
}
