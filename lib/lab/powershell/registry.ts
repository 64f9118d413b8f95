import { failure, NotInSubset } from './failure.ts';
import type { Frame } from './frame.ts';
import type { Position } from './syntax.ts';
import type { PsValue } from './values.ts';

/** A parameter of a cmdlet, as the vendor's catalogue tells it. */
export interface CmdletParameter {
  readonly name: string;
  /** As the catalogue writes it: String, Int32, switch, String[]. */
  readonly type: string;
  readonly aliases?: readonly string[];
  readonly mandatory?: boolean;
  /** Its place among the arguments without a name, from 0. */
  readonly position?: number;
  /** It takes what comes by the pipeline. */
  readonly pipeline?: boolean;
  /** It takes all arguments that are left. */
  readonly remaining?: boolean;
  /** Values that it is held to. */
  readonly values?: readonly string[];
}

/** What a cmdlet has got: values by the names of its parameters. */
export type Bound = ReadonlyMap<string, PsValue>;

/** What a cmdlet runs in. */
export interface CmdletContext {
  readonly frame: Frame;
  readonly position: Position;
  write(value: PsValue): Promise<void>;
  /** Writes an error that does not end the command, unless -ErrorAction or the preference says so. */
  error(message: string, details?: Parameters<typeof failure>[1]): Promise<void>;
}

export interface Cmdlet {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly parameters: readonly CmdletParameter[];
  /** Called once for each object of the pipeline, or once where there is none. */
  run?(context: CmdletContext, bound: Bound): void | Promise<void>;
  /** Called once, with all objects of the pipeline, instead of `run`. */
  runAll?(context: CmdletContext, bound: Bound, input: readonly PsValue[]): void | Promise<void>;
}

export type CmdletDefinition = Omit<Cmdlet, 'name'>;

export function cmdlet(name: string, definition: CmdletDefinition): Cmdlet {
  return { name, ...definition };
}

/** The cmdlets that there are, by their names and aliases. */
export class Registry {
  readonly #cmdlets = new Map<string, Cmdlet>();

  constructor(cmdlets: Iterable<Cmdlet>) {
    for (const each of cmdlets) {
      for (const name of [each.name, ...(each.aliases ?? [])]) this.#cmdlets.set(name.toLowerCase(), each);
    }
  }

  find(name: string): Cmdlet | undefined {
    return this.#cmdlets.get(name.toLowerCase());
  }
}

/** A parameter by its name, alias, or a beginning that only it has. */
export function findParameter(command: Cmdlet, written: string, position: Position): CmdletParameter {
  const key = written.toLowerCase();
  const names = (each: CmdletParameter) => [each.name, ...(each.aliases ?? [])].map((name) => name.toLowerCase());
  const exact = command.parameters.find((each) => names(each).includes(key));
  const near = exact ? [exact] : command.parameters.filter((each) => names(each).some((name) => name.startsWith(key)));
  const [found] = near;
  if (found && near.length === 1) return found;
  const message = found
    ? `Parameter cannot be processed because the parameter name '${written}' is ambiguous. Possible matches include: ${near.map((each) => `-${each.name}`).join(' ')}.`
    : `A parameter cannot be found that matches parameter name '${written}'.`;
  throw bindingFailure(message, found ? 'AmbiguousParameter' : 'NamedParameterNotFound', command.name, position);
}

export function bindingFailure(message: string, id: string, command: string, position: Position): Error {
  const type = 'System.Management.Automation.ParameterBindingException';
  return failure(message, { type, id, category: 'InvalidArgument' }, position, command);
}

export function unknownCommand(name: string, position: Position): Error {
  if (/\.(?:exe|cmd|bat|ps1)$/i.test(name)) return new NotInSubset(`the program ${name}`, position);
  const message = `The term '${name}' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.`;
  const type = 'System.Management.Automation.CommandNotFoundException';
  return failure(message, { type, id: 'CommandNotFoundException', category: 'ObjectNotFound', target: name }, position);
}
