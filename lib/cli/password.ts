import { UsageError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import type { Streams } from './streams.ts';

const ENTER = new Set(['\r', '\n']);
const INTERRUPT = '\u0003';
const END_OF_INPUT = '\u0004';
const ERASE = new Set(['\u007f', '\b']);
const ERASE_ALL = '\u0015';

/** Thrown when the person pressed Ctrl-C at the question, or in an editor. It is no mistake that others could be told along with. */
export class QuestionInterrupted extends Error {}

/** Asks for passwords: on a terminal without echo, else a line of standard input for each, in the order of asking. */
export class PasswordPrompt {
  readonly #input: NodeJS.ReadStream;
  readonly #output: NodeJS.WriteStream;
  #rest = '';

  /** @param output gets the question; standard error, so that results stay alone on standard output */
  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream) {
    this.#input = input;
    this.#output = output;
  }

  /**
   * Asks once.
   *
   * @throws UsageError where standard input ends before a line came; QuestionInterrupted after Ctrl-C.
   */
  async ask(question: string): Promise<Secret> {
    return new Secret(this.#input.isTTY ? await this.#fromTerminal(question) : await this.#fromPipe(question));
  }

  /** All that is left of a pipe, behind the lines that answered questions. */
  async rest(): Promise<string> {
    for (let chunk = await this.#read(); chunk !== ''; chunk = await this.#read()) this.#rest += chunk;
    const rest = this.#rest;
    this.#rest = '';
    return rest;
  }

  async #fromTerminal(question: string): Promise<string> {
    const input = this.#input;
    // Before the question is seen: who answers at once must not see the answer either.
    input.setRawMode(true);
    this.#output.write(`${question}: `);
    let typed = '';
    try {
      for (;;) {
        // What was pasted behind the first password answers the next question.
        const keys = this.#rest === '' ? await this.#read() : this.#rest;
        this.#rest = '';
        if (keys === '') throw noPassword(question);
        for (const [index, key] of [...keys].entries()) {
          if (ENTER.has(key)) {
            this.#rest = [...keys].slice(index + 1).join('');
            return typed;
          }
          if (key === INTERRUPT) throw new QuestionInterrupted('interrupted at the question for a password');
          if (key === END_OF_INPUT) throw noPassword(question);
          if (ERASE.has(key)) typed = [...typed].slice(0, -1).join('');
          else if (key === ERASE_ALL) typed = '';
          else typed += key;
        }
      }
    } finally {
      input.setRawMode(false);
      input.pause();
      this.#output.write('\n');
    }
  }

  async #fromPipe(question: string): Promise<string> {
    while (!this.#rest.includes('\n')) {
      const chunk = await this.#read();
      if (chunk === '') break;
      this.#rest += chunk;
    }
    this.#input.pause();
    if (this.#rest === '') throw noPassword(question);
    const [line = '', ...rest] = this.#rest.split('\n');
    this.#rest = rest.join('\n');
    return line.replace(/\r$/, '');
  }

  /** What comes next; the empty text at the end of the input. */
  #read(): Promise<string> {
    const input = this.#input;
    input.setEncoding('utf8');
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        input.off('data', onData).off('end', onEnd).off('error', onError);
      };
      const onData = (chunk: Buffer | string): void => {
        settle();
        // What follows in the same chunk must not be lost between two reads.
        input.pause();
        resolve(chunk.toString());
      };
      const onEnd = (): void => {
        settle();
        resolve('');
      };
      const onError = (error: Error): void => {
        settle();
        reject(error);
      };
      if (input.readableEnded) resolve('');
      else input.on('data', onData).on('end', onEnd).on('error', onError).resume();
    });
  }
}

const prompts = new WeakMap<NodeJS.ReadStream, PasswordPrompt>();

/** The one prompt on these streams: what was read too far for one question answers the next. */
export function passwordPrompt({ input, err }: Streams): PasswordPrompt {
  const prompt = prompts.get(input) ?? new PasswordPrompt(input, err);
  prompts.set(input, prompt);
  return prompt;
}

function noPassword(question: string): UsageError {
  return new UsageError([
    {
      message: `no password was given for "${question}"`,
      hint: 'Type it at the terminal, or give it as a line of standard input.',
    },
  ]);
}
