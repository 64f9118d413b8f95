/** What stat(1) said of a file. */
interface Statistics {
  readonly mode: string;
  readonly uid: string;
  readonly gid: string;
  readonly size: number;
  readonly owner: string;
  readonly group: string;
  readonly target: string | undefined;
}

const FIELDS = /^([0-7]+):(\d+):(\d+):(\d+):([^:\n]*):([^:\n]*)([:\n])/;

/**
 * Reads, part after part, what stat, cat and sha256sum printed of files whose names are known. Names may hold line ends
 * and whatever the programs quote, so nothing is searched for: every part must stand where it is expected.
 */
export class AnswerReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(stdout: string) {
    this.#bytes = Buffer.from(stdout);
  }

  /** The rest of the line. */
  line(): string {
    const end = this.#bytes.indexOf('\n', this.#position);
    if (end < 0) throw new Error('the answer ends too early');
    const line = this.#bytes.toString('utf8', this.#position, end);
    this.#position = end + 1;
    return line;
  }

  /** A line of `stat -c %a:%u:%g:%s:%U:%G`, or with `:%N` behind it: the name, and for a link ` -> ` and its target. */
  statistics(path: string, { withName, link }: { readonly withName: boolean; readonly link: boolean }) {
    const start = this.#position;
    const [whole, mode, uid, gid, size, owner, group] =
      FIELDS.exec(this.#bytes.toString('latin1', start, start + 600)) ?? [];
    if (whole === undefined || mode === undefined || uid === undefined || gid === undefined) {
      throw new Error(`stat said nothing of ${path}`);
    }
    this.#position += whole.length;
    let target: string | undefined;
    if (withName) {
      const quote = this.#takeOneOf([`'${path}'`, path]).startsWith("'") ? "'" : '';
      if (link) {
        this.#takeOneOf([` -> ${quote}`]);
        target = this.text(Number(size));
        this.#takeOneOf([quote]);
      }
      this.#takeOneOf(['\n']);
    }
    const values: Statistics = {
      mode: mode.padStart(4, '0'),
      uid,
      gid,
      size: Number(size),
      owner: Buffer.from(owner ?? '', 'latin1').toString(),
      group: Buffer.from(group ?? '', 'latin1').toString(),
      target,
    };
    return { values, size: values.size, raw: this.#bytes.toString('utf8', start, this.#position) };
  }

  /** So many bytes, which must be text in UTF-8. */
  text(size: number): string {
    const bytes = this.#bytes.subarray(this.#position, this.#position + size);
    const text = bytes.toString('utf8');
    // What is not UTF-8 became replacement characters on its way here, of another length.
    if (bytes.length < size || !Buffer.from(text).equals(bytes)) throw new NotText();
    this.#position += size;
    return text;
  }

  /** A line of sha256sum. GNU's puts `\` before it and writes `\n` and `\\` where a name holds such characters. */
  hash(path: string): { readonly sha256: string; readonly raw: string } {
    const start = this.#position;
    const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    const prefix = this.#takeOneOf(['\\', '']);
    const sha256 = this.#bytes.toString('latin1', this.#position, this.#position + 64);
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`sha256sum said nothing of ${path}`);
    this.#position += 64;
    this.#takeOneOf(['  ', ' *']);
    this.#takeOneOf(prefix === '' ? [path] : [escaped.replaceAll('\r', '\\r'), escaped]);
    this.#takeOneOf(['\n']);
    return { sha256, raw: this.#bytes.toString('utf8', start, this.#position) };
  }

  /** @throws NotText where something is left over. */
  end(): void {
    if (this.#position !== this.#bytes.length) throw new NotText();
  }

  #takeOneOf(choices: readonly string[]): string {
    for (const choice of choices) {
      const bytes = Buffer.from(choice);
      if (this.#bytes.subarray(this.#position, this.#position + bytes.length).equals(bytes)) {
        this.#position += bytes.length;
        return choice;
      }
    }
    throw new Error('the answer is not what was asked for');
  }
}

/** The content of a file has another length than its size says: it is no text in UTF-8, or it is just being written. */
class NotText extends Error {
  constructor() {
    super('the file is not text in UTF-8, or it is just being written');
  }
}
