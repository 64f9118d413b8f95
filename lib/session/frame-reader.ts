import type { OutputStream } from '../model/events.ts';
import { FrameParser } from './frame-parser.ts';
import { MOST_OUTPUT, Output } from './output.ts';
import type { FrameOptions, SnippetResult } from './session.ts';

export interface FrameListener extends FrameOptions {
  /** A snippet has begun, in a process of this id (0 where it is not known). */
  readonly onBegin?: (index: number, pid: number) => void;
  /** A snippet has ended; its result follows when standard error is complete, too. */
  readonly onEnd?: (index: number) => void;
  /** A snippet prints more than is kept; called once for each stream on which it does. */
  readonly onExcess?: (index: number) => void;
}

/** As if nobody had read on: 128 + SIGPIPE. */
const EXCESS_STATUS = 141;
const EXCESS_WORDS = `\ngarden: it printed more than ${MOST_OUTPUT / 2 ** 20} MiB, which is not kept; it was ended\n`;

/** One of the two streams of a frame: which snippet is printing on it now. */
interface Side {
  readonly parser: FrameParser;
  readonly outputs: Output[];
  current: number | undefined;
  ended: number;
}

/** Puts together what a frame's snippets print on the two streams, which come independently of each other. */
export class FrameReader {
  /** Resolves when the last snippet is done. */
  readonly complete: Promise<readonly SnippetResult[]>;
  readonly #count: number;
  readonly #listener: FrameListener;
  readonly #stdout: Side;
  readonly #stderr: Side;
  readonly #ends: { readonly outcome: SnippetResult['outcome']; readonly status: number; readonly duration: number }[] =
    [];
  readonly #results: SnippetResult[] = [];
  #finish: (results: readonly SnippetResult[]) => void = () => {};
  #began = performance.now();

  constructor(nonce: string, count: number, listener: FrameListener = {}) {
    this.#count = count;
    this.#listener = listener;
    const side = (): Side => ({ parser: new FrameParser(nonce), outputs: [], current: undefined, ended: 0 });
    this.#stdout = side();
    this.#stderr = side();
    this.complete = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** What was printed between two snippets belongs to none: a process that was left behind, a log-in shell's greeting. */
  push(stream: OutputStream, chunk: Buffer): void {
    const side = stream === 'stdout' ? this.#stdout : this.#stderr;
    for (const piece of side.parser.push(chunk)) {
      if (Buffer.isBuffer(piece)) {
        this.#take(side, piece);
        continue;
      }
      const { kind, index, value } = piece;
      if (kind === 'begin') {
        side.current = index;
        side.outputs[index] = this.#output(index, stream);
        if (side === this.#stdout) {
          this.#began = performance.now();
          this.#listener.onBegin?.(index, value);
        }
        continue;
      }
      side.outputs[index]?.end();
      side.current = undefined;
      side.ended = index + 1;
      if (side === this.#stdout) {
        const outcome = kind === 'expired' ? 'timed-out' : kind;
        const duration = kind === 'skipped' ? 0 : performance.now() - this.#began;
        this.#ends.push({ outcome, status: value, duration });
        this.#listener.onEnd?.(index);
      }
    }
    this.#deliver();
  }

  #take({ current, outputs }: Side, piece: Buffer): void {
    const output = current === undefined ? undefined : outputs[current];
    if (current === undefined || !output) return;
    const before = output.exceeded;
    output.push(piece);
    if (output.exceeded && !before) this.#listener.onExcess?.(current);
  }

  #output(index: number, stream: OutputStream): Output {
    const { onLine } = this.#listener;
    return new Output(onLine && ((line) => onLine(index, line, stream)));
  }

  /** Results go out in order, each as soon as both streams have reached its end. */
  #deliver(): void {
    while (this.#results.length < Math.min(this.#stdout.ended, this.#stderr.ended)) {
      const index = this.#results.length;
      const end = this.#ends[index];
      if (!end) return;
      const text = ({ outputs }: Side) => outputs[index]?.text ?? '';
      const exceeded = [this.#stdout, this.#stderr].some(({ outputs }) => outputs[index]?.exceeded);
      const result: SnippetResult = {
        stdout: text(this.#stdout),
        stderr: text(this.#stderr) + (exceeded ? EXCESS_WORDS : ''),
        ...end,
        // Half an answer must not pass for one.
        ...(exceeded && { status: end.status || EXCESS_STATUS }),
      };
      this.#results.push(result);
      // What was handed out is not kept twice.
      delete this.#stdout.outputs[index];
      delete this.#stderr.outputs[index];
      this.#listener.onResult?.(index, result);
      if (this.#results.length === this.#count) this.#finish(this.#results);
    }
  }
}
