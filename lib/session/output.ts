import { StringDecoder } from 'node:string_decoder';

/** What one snippet prints on one stream, put together and, for whoever watches, cut into lines as it comes. */
export class Output {
  readonly #chunks: Buffer[] = [];
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #decoder = new StringDecoder('utf8');
  #unfinished: string[] = [];

  constructor(onLine: ((line: string) => void) | undefined) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
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

  /** All of it as UTF-8; bytes that are not become U+FFFD. */
  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
