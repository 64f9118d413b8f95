import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { Secret } from '../../model/secret.ts';

/** What a file should hold. It is made when it is first looked at, and only once. */
export interface Content {
  /** In hexadecimal. */
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  bytes(): Uint8Array;
  /** The path on the controller where the content is a file's. */
  readonly file?: string;
}

/** How contents may be written in a playbook. */
export type ContentSource = string | Uint8Array | Secret | (() => string);

function resolve(source: ContentSource): Uint8Array {
  if (source instanceof Secret) return Buffer.from(source.reveal());
  if (typeof source === 'function') return Buffer.from(source());
  return typeof source === 'string' ? Buffer.from(source) : source;
}

/** The content that stands in a playbook itself. */
export function givenContent(source: ContentSource): Content {
  let made: { readonly bytes: Uint8Array; readonly sha256: string } | undefined;
  const make = () => {
    if (!made) {
      const bytes = resolve(source);
      made = { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
    }
    return made;
  };
  return {
    get sha256() {
      return make().sha256;
    },
    get size() {
      return make().bytes.length;
    },
    bytes: () => make().bytes,
  };
}

const PIECE = 1 << 20;

function hashFile(path: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(PIECE);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      hash.update(piece.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

/** Hashes of this run: two hundred hosts that get the same file need not read it two hundred times. */
const hashes = new Map<string, string>();

/** The content of a file on the controller, which is read in pieces: it may be large. */
export function contentOfFile(path: string): Content {
  return {
    file: path,
    get sha256() {
      const { size, mtimeMs, ino } = statSync(path);
      const key = JSON.stringify([path, size, mtimeMs, ino]);
      const known = hashes.get(key) ?? hashFile(path);
      hashes.set(key, known);
      return known;
    },
    get size() {
      return statSync(path).size;
    },
    bytes: () => readFileSync(path),
  };
}
