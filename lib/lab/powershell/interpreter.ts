import { runBlock } from './command.ts';
import { CORE_CMDLETS } from './core-cmdlets.ts';
import { Failure, Jump } from './failure.ts';
import type { Frame, Sink, Streams } from './frame.ts';
import { parseScript } from './parse.ts';
import { type Cmdlet, Registry } from './registry.ts';
import { remember } from './run.ts';
import { Scope } from './scope.ts';
import { type PsValue, ScriptBlock } from './values.ts';

export interface InterpreterOptions {
  /** Models of a host's cmdlets, beside those of the language. */
  readonly cmdlets?: readonly Cmdlet[];
  readonly variables?: Readonly<Record<string, PsValue>>;
  readonly signal?: AbortSignal;
  readonly out: Sink;
  readonly streams: Streams;
}

/** One powershell.exe: its variables stay from script to script. */
export class Interpreter {
  readonly #frame: Frame;

  constructor(options: InterpreterOptions) {
    const scope = new Scope();
    for (const [name, value] of Object.entries(options.variables ?? {})) scope.write(name, value);
    this.#frame = {
      scope,
      registry: new Registry([...CORE_CMDLETS, ...(options.cmdlets ?? [])]),
      out: options.out,
      streams: options.streams,
      signal: options.signal,
      state: { succeeded: true, exitCode: undefined, errors: [] },
    };
  }

  /**
   * Runs a script. @returns its exit code
   * @throws ParseError and NotInSubset for what the subset does not know
   */
  async run(script: string): Promise<number> {
    const block = new ScriptBlock(parseScript(script));
    try {
      await runBlock(block, undefined, this.#frame, true);
    } catch (error) {
      if (error instanceof Jump) return error.code;
      if (!(error instanceof Failure)) throw error;
      remember(error.record, this.#frame);
      await this.#frame.streams.error(error.record);
      return 1;
    }
    return this.#frame.state.succeeded ? 0 : 1;
  }
}
