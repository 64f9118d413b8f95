/** What the session's own lines in a stream say; everything else in it belongs to a snippet. */
export const MARKER_KINDS = ['begin', 'done', 'expired', 'skipped'] as const;
export type MarkerKind = (typeof MARKER_KINDS)[number];

/** A line of the session's own, found in a stream. */
export interface Marker {
  readonly kind: MarkerKind;
  readonly index: number;
  /** `begin`: the process id of the snippet's subshell (0 where it is not known); else the exit status. */
  readonly value: number;
}

export type Piece = Buffer | Marker;

/** ASCII's record separator; it only saves comparing, the nonce is what makes a marker certain. */
const RECORD_SEPARATOR = 0x1e;
const NEWLINE = 0x0a;
/** Longer than any marker behind its nonce. */
const LONGEST = 64;

/**
 * Cuts one of a session's two streams at its markers: `RS NONCE KIND INDEX VALUE NEWLINE`. Chunks may end anywhere, in
 * the middle of a marker or of a character; every byte is looked at a constant number of times, and bytes that cannot
 * be part of a marker are handed on at once.
 */
export class FrameParser {
  readonly #lead: Buffer;
  /** The beginning of what may yet become a marker; always short. */
  #held: Buffer = Buffer.alloc(0);

  constructor(nonce: string) {
    this.#lead = Buffer.from(`\x1e${nonce} `, 'latin1');
  }

  push(chunk: Buffer): readonly Piece[] {
    const data = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = Buffer.alloc(0);
    const pieces: Piece[] = [];
    let start = 0;
    let search = 0;
    const give = (end: number) => {
      if (end > start) pieces.push(data.subarray(start, end));
    };
    for (;;) {
      const found = data.indexOf(this.#lead, search);
      if (found === -1) break;
      const rest = data.subarray(found + this.#lead.length, found + this.#lead.length + LONGEST);
      const length = rest.indexOf(NEWLINE);
      if (length === -1 && rest.length < LONGEST) {
        give(found);
        this.#held = Buffer.from(data.subarray(found));
        return pieces;
      }
      const marker = parseMarker(rest.toString('latin1', 0, Math.max(length, 0)));
      if (marker) {
        give(found);
        pieces.push(marker);
        start = found + this.#lead.length + length + 1;
        search = start;
      } else {
        search = found + 1;
      }
    }
    const end = this.#possibleLead(data, Math.max(search, start));
    give(end);
    this.#held = Buffer.from(data.subarray(end));
    return pieces;
  }

  /** What is held back because it may be the beginning of a marker: the stream's last words, where it has ended. */
  get rest(): Buffer {
    return this.#held;
  }

  /** Where the data ends with the beginning of a marker's lead; its length where it does not. */
  #possibleLead(data: Buffer, from: number): number {
    const tail = Math.max(from, data.length - this.#lead.length + 1);
    const last = data.subarray(tail).lastIndexOf(RECORD_SEPARATOR);
    if (last === -1) return data.length;
    const at = tail + last;
    return data.subarray(at).equals(this.#lead.subarray(0, data.length - at)) ? at : data.length;
  }
}

function parseMarker(text: string): Marker | undefined {
  const [kind, index, value] = /^([a-z]+) (\d+) (\d+)$/.exec(text)?.slice(1) ?? [];
  const known = MARKER_KINDS.find((each) => each === kind);
  return known && { kind: known, index: Number(index), value: Number(value) };
}
