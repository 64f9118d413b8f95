import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { ConnectionLost, GardenError } from '../model/errors.ts';
import type { Upload } from '../model/resource.ts';
import { type Script, sh } from '../model/script.ts';
import type { Channel } from '../transport/transport.ts';
import { writeAll } from './write-all.ts';

/** How much of what a target says is kept, in bytes. */
const WORDS = 4096;

/**
 * Writes its standard input to a new file of mode 0600 and prints the size and hash of what arrived. What was there is
 * removed first and a file that appears meanwhile is refused (set -C), so that a link put there by somebody else is not
 * followed. What could not be written whole is removed.
 */
export function receiveCommand(path: string): Script {
  const script = sh`LC_ALL=C; export LC_ALL; umask 077; set -C
rm -f -- ${path} || exit 1
if cat >${path}; then
  wc -c <${path}
  if command -v sha256sum >/dev/null 2>&1; then sha256sum <${path}; fi
else garden_status=$?; rm -f -- ${path}; exit "$garden_status"; fi`;
  return sh`/bin/sh -c ${script.text}`;
}

/**
 * Streams a file through a channel that runs {@link receiveCommand}, in constant memory.
 *
 * @throws GardenError with the target's own words where it could not be written; ConnectionLost.
 */
export async function sendFile(channel: Channel, { path, content }: Upload): Promise<void> {
  const printed = collect(channel.stdout);
  const complaints = collect(channel.stderr);
  const hash = createHash('sha256');
  let size = 0;
  const measured = async function* (): AsyncGenerator<Uint8Array> {
    const chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[] =
      content instanceof Uint8Array ? [content] : createReadStream(content.file);
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  };
  try {
    await writeAll(channel, measured());
  } catch (error) {
    channel.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new GardenError(`${path} could not be sent: ${reason}`, { cause: error });
  }
  channel.stdin.end();
  const { status, signal } = await channel.ended;
  const words = complaints().trim().split('\n').at(-1) ?? '';
  if (status === undefined && signal === undefined) {
    throw new ConnectionLost(`the connection was lost while ${path} was being sent`);
  }
  if (status !== 0) {
    throw new GardenError(`${path} could not be written: ${words || (signal ?? `exit status ${status}`)}`);
  }
  // A log-in shell may have greeted first: the answer stands at the end.
  const [, arrived, digest] = /(\d+)\s*(?:\n([0-9a-f]{64})\s+-?\s*)?$/.exec(printed()) ?? [];
  if (Number(arrived) !== size) {
    throw new GardenError(`${path}: ${size} bytes were sent, but ${arrived ?? 'an unknown number'} arrived`);
  }
  if (digest !== undefined && digest !== hash.digest('hex')) {
    throw new GardenError(`${path}: what arrived is not what was sent (its SHA-256 differs)`);
  }
}

/** Keeps the end of what a stream prints. */
function collect(stream: Readable): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-WORDS);
  });
  stream.resume();
  return () => text;
}
