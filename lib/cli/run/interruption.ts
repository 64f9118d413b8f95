import { writeSync } from 'node:fs';
import { EXIT } from '../../model/errors.ts';

const EXIT_CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;
type EndingSignal = keyof typeof EXIT_CODES;

const SHOW_CURSOR = '\u001b[?25h';

const STDERR = 2;
const AT_ONCE =
  'Stopped at once, without cleaning up: see .garden/runs for what was under way. The next run mends what is half done.';

/** Told what an interruption does. */
export type Say = (text: string) => void;

/**
 * Ctrl-C and SIGTERM. The first one aborts: what runs on the hosts is ended in good order. The second one ends this
 * process at once.
 */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #terminal: NodeJS.WriteStream;
  readonly #say: Say;
  readonly #onInterrupt = (): void => this.#receive('SIGINT');
  readonly #onTerminate = (): void => this.#receive('SIGTERM');
  #received: EndingSignal | undefined;

  /** Starts to listen. @param terminal given back its cursor when the process ends at once */
  constructor(say: Say, terminal: NodeJS.WriteStream) {
    this.#say = say;
    this.#terminal = terminal;
    process.on('SIGINT', this.#onInterrupt);
    process.on('SIGTERM', this.#onTerminate);
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 130 or 143 after a signal; undefined without one. */
  get exitCode(): number | undefined {
    return this.#received && EXIT_CODES[this.#received];
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    process.off('SIGINT', this.#onInterrupt);
    process.off('SIGTERM', this.#onTerminate);
  }

  #receive(signal: EndingSignal): void {
    if (this.#received !== undefined) {
      if (this.#terminal.isTTY) this.#terminal.write(SHOW_CURSOR);
      // The tree, where there is one, is not drawn any more: what is said now must be said past it.
      writeSync(STDERR, `\n${AT_ONCE}\n`);
      process.exit(EXIT_CODES[signal]);
    }
    this.#received = signal;
    this.#say(
      `${signal === 'SIGINT' ? 'Interrupted' : 'Told to end'}: ending what runs on the hosts, then cleaning up. ` +
        `${signal === 'SIGINT' ? 'Ctrl-C' : 'SIGTERM'} again stops at once and leaves things as they are.`,
    );
    this.#controller.abort(new Error(`received ${signal}`));
  }
}
