import type { Channel } from '../transport/transport.ts';

/** How much is written at once, in characters: a frame of usual size is one write, and so one packet on its way. */
const PIECE = 64 * 1024;

/** Joins short texts, so that a frame does not go out in as many packets as it has snippets, between which answers come back. */
export function* inPieces(texts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/**
 * Writes to a channel no faster than it takes it, and stops where the channel ends: what then became of it is told by
 * its end, so this never rejects for it. Rejects where the source fails.
 */
export async function writeAll(
  { stdin, ended }: Channel,
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  let over = false;
  let wake: () => void = () => {};
  const stop = () => {
    over = true;
    wake();
  };
  const drained = () => wake();
  void ended.then(stop);
  stdin.on('drain', drained).on('error', stop).on('close', stop);
  try {
    for await (const chunk of chunks) {
      if (over || stdin.destroyed || stdin.writableEnded) return;
      const ready = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!stdin.write(chunk) && !over) await ready;
    }
  } finally {
    stdin.off('drain', drained).off('error', stop).off('close', stop);
  }
}
