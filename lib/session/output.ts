import { StringDecoder } from 'node:string_decoder';

/**
 * How much one snippet may print on one stream, in bytes. It is kept in memory, and a script that prints without end must
 * not take the run of all other hosts with it.
 */
export const MOST_OUTPUT = 64 * 1024 * 1024;

/** What one snippet prints on one stream, put together and, for whoever watches, cut into lines as it comes. */
export class Output {
  readonly #chunks: Buffer[] = [];
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #decoder = new StringDecoder('utf8');
  #unfinished: string[] = [];
  #size = 0;

  constructor(onLine: ((line: string) => void) | undefined) {
    this.#onLine = onLine;
  }

  /** What exceeds the limit is dropped. */
  push(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.exceeded) return;
    this.#chunks.push(chunk);
    if (!this.#onLine) return;
    const [first = '', ...others] = this.#decoder.write(chunk).split('\n');
    this.#unfinished.push(first);
    for (const next of others) {
      this.#onLine(this.#unfinished.join(''));
      this.#unfinished = [next];
    }
  }

  /** The stream of this snippet is over: a line without a newline at its end is one all the same. */
  end(): void {
    const last = this.#unfinished.join('') + this.#decoder.end();
    this.#unfinished = [];
    if (last !== '') this.#onLine?.(last);
  }

  /** It printed more than {@link MOST_OUTPUT}. */
  get exceeded(): boolean {
    return this.#size > MOST_OUTPUT;
  }

  /** All of it as UTF-8; bytes that are not become U+FFFD. */
  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
