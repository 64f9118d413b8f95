/** One snippet's part of a stream, without the marker that ended it. */
export interface Section {
  readonly index: number;
  readonly content: Buffer;
  /** The words behind the marker: the snippet's status. */
  readonly status: string;
}

const NEWLINE = 0x0a;

/**
 * Cuts one of a session's two streams into the sections of its snippets. A section ends with a line of its own, `NONCE
 * INDEX STATUS`, before which one newline was put that is not the snippet's. Chunks may end anywhere; every byte is
 * looked at once.
 */
export class SectionParser {
  readonly #marker: Buffer;
  readonly #onSection: (section: Section) => void;
  #chunks: Buffer[] = [];
  /** The end of what was searched already, as far as a marker could begin in it. */
  #tail: Buffer = Buffer.alloc(0);

  constructor(nonce: string, onSection: (section: Section) => void) {
    this.#marker = Buffer.from(`\n${nonce} `);
    this.#onSection = onSection;
  }

  push(chunk: Buffer): void {
    let rest = this.#tail.length > 0 ? Buffer.concat([this.#tail, chunk]) : chunk;
    for (;;) {
      const start = rest.indexOf(this.#marker);
      if (start === -1) break;
      const end = rest.indexOf(NEWLINE, start + this.#marker.length);
      if (end === -1) {
        this.#chunks.push(rest.subarray(0, start));
        this.#tail = rest.subarray(start);
        return;
      }
      const [index = '', status = ''] = rest.toString('latin1', start + this.#marker.length, end).split(' ');
      const content = Buffer.concat([...this.#chunks, rest.subarray(0, start)]);
      this.#chunks = [];
      this.#onSection({ index: Number(index), content, status });
      rest = rest.subarray(end + 1);
    }
    const keep = Math.min(this.#marker.length - 1, rest.length);
    this.#chunks.push(rest.subarray(0, rest.length - keep));
    this.#tail = Buffer.from(rest.subarray(rest.length - keep));
  }

  /** What has come since the last marker. */
  get unfinished(): Buffer {
    return Buffer.concat([...this.#chunks, this.#tail]);
  }
}
