import { type Section, SectionParser } from './frame-parser.ts';
import type { FrameOptions, Snippet, SnippetResult } from './session.ts';

const decoder = new TextDecoder();

/** Cuts a stream into lines for whoever watches; an unfinished line waits for its end. */
class Lines {
  #rest = '';

  push(chunk: Buffer, tell: (line: string) => void): void {
    const parts = (this.#rest + chunk.toString()).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const line of parts) if (line !== '') tell(line);
  }
}

/** Puts together what a frame's snippets printed on the two streams, and watches their time. */
export class FrameReader {
  readonly results: Promise<readonly SnippetResult[]>;
  readonly #frame: readonly Snippet[];
  readonly #options: FrameOptions;
  readonly #onTimeout: () => void;
  readonly #done: SnippetResult[] = [];
  readonly #sections = { stdout: [] as Section[], stderr: [] as Section[] };
  readonly #parsers: { readonly stdout: SectionParser; readonly stderr: SectionParser };
  readonly #watched = { stdout: new Lines(), stderr: new Lines() };
  readonly #nonce: string;
  #resolve: (results: readonly SnippetResult[]) => void = () => {};
  #reject: (error: Error) => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #timedOut = false;
  #started = performance.now();

  constructor(nonce: string, frame: readonly Snippet[], options: FrameOptions, onTimeout: () => void) {
    this.#nonce = nonce;
    this.#frame = frame;
    this.#options = options;
    this.#onTimeout = onTimeout;
    this.results = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const collect = (stream: 'stdout' | 'stderr') =>
      new SectionParser(nonce, (section) => {
        this.#sections[stream].push(section);
        this.#pair();
      });
    this.#parsers = { stdout: collect('stdout'), stderr: collect('stderr') };
    this.#watch();
  }

  stdout(chunk: Buffer): void {
    this.#parsers.stdout.push(chunk);
    this.#tell('stdout', chunk);
  }

  stderr(chunk: Buffer): void {
    this.#parsers.stderr.push(chunk);
    this.#tell('stderr', chunk);
  }

  /** The session is over. */
  fail(error: Error): void {
    clearTimeout(this.#timer);
    this.#reject(error);
  }

  /** The last line on standard error that belongs to no finished snippet. */
  get lastWords(): string {
    return decoder.decode(this.#parsers.stderr.unfinished).trim().split('\n').at(-1) ?? '';
  }

  #tell(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    const { onLine } = this.#options;
    if (!onLine) return;
    this.#watched[stream].push(chunk, (line) => {
      if (!line.startsWith(this.#nonce)) onLine(Math.min(this.#done.length, this.#frame.length - 1), line);
    });
  }

  /** A snippet is done when both streams have said so. */
  #pair(): void {
    for (;;) {
      const index = this.#done.length;
      const [stdout, stderr] = [this.#sections.stdout[index], this.#sections.stderr[index]];
      if (!stdout || !stderr) return;
      const now = performance.now();
      const skipped = stdout.status === 'skipped';
      const result: SnippetResult = {
        stdout: decoder.decode(stdout.content),
        stderr: decoder.decode(stderr.content),
        status: skipped ? -1 : Number(stdout.status),
        outcome: skipped ? 'skipped' : this.#timedOut ? 'timed-out' : 'done',
        duration: now - this.#started,
      };
      this.#started = now;
      this.#timedOut = false;
      this.#done.push(result);
      this.#watch();
      this.#options.onResult?.(index, result);
      if (this.#done.length === this.#frame.length) this.#resolve(this.#done);
    }
  }

  #watch(): void {
    clearTimeout(this.#timer);
    const snippet = this.#frame[this.#done.length];
    if (!snippet) return;
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.#onTimeout();
    }, snippet.timeout);
  }
}
