import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { ConnectionLost, GardenError } from '../model/errors.ts';
import type { Upload } from '../model/resource.ts';
import { type Script, sh } from '../model/script.ts';
import { errorText } from '../model/thrown.ts';
import type { Channel } from '../transport/transport.ts';
import { writeAll } from './write-all.ts';

/** How much of what a target says is kept, in characters. */
const WORDS = 4096;

/** What is sent: so many bytes, in pieces. */
interface Source {
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * Writes its standard input to a new file of mode 0600 and prints the hash of what arrived. What was there is removed
 * first and a file that appears meanwhile is refused (set -C), so that a link put there by somebody else is not followed.
 *
 * A lost connection looks like the end of the file to the target, so it is told how much is to come (`size`, in bytes):
 * what is not whole is removed, also where nobody is left to hear of it (hence no end by SIGPIPE).
 */
function receiveCommand(path: string, size: number): Script {
  const script = sh`LC_ALL=C; export LC_ALL; umask 077; set -C
rm -f -- ${path} || exit 1
garden_remove() { garden_status=$?; rm -f -- ${path}; exit "$garden_status"; }
exec 3>${path} || exit 1
trap garden_remove EXIT
trap 'exit 1' HUP INT TERM
trap '' PIPE
cat >&3 || exit
garden_size=$(($(wc -c <${path}))) || exit
if [ "$garden_size" != ${size} ]; then
  echo "$garden_size bytes of ${size} arrived" >&2
  exit 1
fi
if command -v sha256sum >/dev/null 2>&1; then sha256sum <${path}; fi
trap - EXIT`;
  return sh`/bin/sh -c ${script.text}`;
}

/**
 * Streams a file to the target, in constant memory.
 *
 * @param start opens a channel to a command.
 * @param signal ends it in the middle.
 * @throws GardenError with the target's own words where it could not be written, with this system's where it could not be
 *   read, and where the signal came; ConnectionLost.
 */
export async function uploadFile(
  { path, content }: Upload,
  start: (command: Script) => Promise<Channel>,
  signal: AbortSignal,
): Promise<void> {
  const send = async (source: Source) =>
    sendThrough(await start(receiveCommand(path, source.size)), path, source, signal);
  if (content instanceof Uint8Array) return send({ size: content.length, chunks: [content] });
  // Nothing is begun on the target for what cannot be read here.
  const file = await open(content.file).catch((error: unknown) => unreadable(path, error));
  try {
    await send(await sourceOf(file, content.file).catch((error: unknown) => unreadable(path, error)));
  } finally {
    await file.close();
  }
}

/** A file that grows meanwhile is sent up to the size that it had. */
async function sourceOf(file: FileHandle, name: string): Promise<Source> {
  const status = await file.stat();
  if (!status.isFile()) throw new GardenError(`${name} is not a regular file`);
  const { size } = status;
  return { size, chunks: size === 0 ? [] : file.createReadStream({ start: 0, end: size - 1, autoClose: false }) };
}

function unreadable(path: string, error: unknown): never {
  const reason = errorText(error);
  throw new GardenError(`${path} could not be sent: ${reason}`, { cause: error });
}

async function sendThrough(channel: Channel, path: string, source: Source, signal: AbortSignal): Promise<void> {
  const printed = collect(channel.stdout);
  const complaints = collect(channel.stderr);
  const hash = createHash('sha256');
  const measured = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source.chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
  const stop = () => channel.close();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  // Where this fails, the target sees the end too early and removes what it has; that is waited for.
  const fault = await writeAll(channel, measured()).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  channel.stdin.end();
  const { status, signal: killed } = await channel.ended;
  signal.removeEventListener('abort', stop);
  if (fault) unreadable(path, fault.error);
  if (signal.aborted) throw new GardenError(`${path} was not sent: interrupted`);
  if (status === undefined && killed === undefined) {
    throw new ConnectionLost(`the connection was lost while ${path} was being sent`);
  }
  if (status !== 0) {
    const words = complaints().trim().split('\n').at(-1) ?? '';
    throw new GardenError(`${path} could not be written: ${words || (killed ?? `exit status ${status}`)}`);
  }
  // A log-in shell may have greeted first: the answer stands at the end.
  const [, digest] = /(?:^|\n)\\?([0-9a-f]{64})\s+-?\s*$/.exec(printed()) ?? [];
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
