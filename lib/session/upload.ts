import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GardenError } from '../model/errors.ts';
import type { Upload } from '../model/resource.ts';
import { type Script, sh } from '../model/script.ts';
import type { Channel } from '../transport/transport.ts';

/** Reads a channel's stream to its end. */
async function read(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

/** Writes what comes on its standard input to a file (mode 0600), and prints the hash of what arrived. */
export function receiveScript(path: string): Script {
  return sh`umask 077; cat >${path} && sha256sum <${path}`;
}

/**
 * Streams a file to the target on a channel that runs {@link receiveScript}, in constant memory, and compares the hash of what
 * arrived.
 *
 * @throws GardenError with the target's own words, e.g. where its disk is full.
 */
export async function sendFile(channel: Channel, { path, content }: Upload): Promise<void> {
  const source = content instanceof Uint8Array ? Readable.from([content]) : createReadStream(content.file);
  const hash = createHash('sha256');
  const printed = read(channel.stdout);
  const complaints = read(channel.stderr);
  const failed = await pipeline(
    source,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    channel.stdin,
  ).then(
    () => undefined,
    (error: unknown) => error,
  );
  await channel.ended;
  const [arrived] = (await printed).split(' ');
  if (failed === undefined && arrived === hash.digest('hex')) return;
  const words = (await complaints).trim().split('\n').at(-1);
  const reason = words || (failed instanceof Error ? failed.message : 'what arrived is not what was sent');
  throw new GardenError(`${path} could not be written: ${reason}`);
}
