import { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Channel, ChannelEnd } from '../transport.ts';
import type { WinrmClient } from './client.ts';
import { receiveOutput, sendInput, terminateCommand } from './envelope.ts';
import { FAULT, isFault } from './faults.ts';
import { outputOf } from './reply.ts';
import type { StartedCommand } from './shell.ts';

/** What an envelope needs besides its data, in bytes; generously. */
const ENVELOPE_OVERHEAD = 4096;
const BUSY_PAUSE = 5_000;
const BUSY_ATTEMPTS = 3;
const UNKNOWN_END: ChannelEnd = { status: undefined, signal: undefined };

/** A readable stream that tells whether its reader keeps up. */
class OutputStream extends Readable {
  #resume: (() => void) | undefined;

  override _read(): void {
    this.#resume?.();
    this.#resume = undefined;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this._read();
    done(error);
  }

  /** Resolves when the reader wants more. */
  async write(data: Buffer): Promise<void> {
    if (data.length === 0 || this.destroyed || this.push(data)) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
  }
}

/** A command's streams: input goes by Send, output comes by Receive. Its end is unknown where an answer was lost. */
export class CommandChannel implements Channel {
  readonly stdin: Writable;
  readonly stdout = new OutputStream();
  readonly stderr = new OutputStream();
  readonly ended: Promise<ChannelEnd>;
  readonly #client: WinrmClient;
  readonly #started: StartedCommand;
  #finish: (end: ChannelEnd) => void = () => {};
  #over = false;

  constructor(client: WinrmClient, started: StartedCommand) {
    this.#client = client;
    this.#started = started;
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.stdin = new Writable({
      highWaterMark: 512 * 1024,
      write: (data: Buffer, _encoding, done) => this.#sendAll(data).then(() => done(), done),
      writev: (chunks, done) => {
        const data = Buffer.concat(chunks.map(({ chunk }) => Buffer.from(chunk)));
        this.#sendAll(data).then(() => done(), done);
      },
      final: (done) => {
        this.#send(Buffer.alloc(0), true).then(() => done(), done);
      },
    });
    this.stdin.on('error', () => {}); // What counts is how the command ended.
    void this.#receive();
  }

  async #sendAll(data: Buffer): Promise<void> {
    if (data.length > 100_000) await this.#client.learnMaximumSize();
    const size = Math.floor(((this.#client.maximumSize - ENVELOPE_OVERHEAD) * 3) / 4 / 3) * 3;
    for (let at = 0; at < data.length; at += size) await this.#send(data.subarray(at, at + size), false);
  }

  async #send(data: Buffer, end: boolean): Promise<void> {
    const { shell, command } = this.#started;
    for (let attempt = 1; !this.#over; attempt += 1) {
      try {
        await this.#client.request(sendInput(shell, command, data, end), { repeatable: false });
        return;
      } catch (error) {
        if (isFault(error, FAULT.timedOut)) return; // Under load; the data was taken.
        if (isFault(error, FAULT.busy) && attempt < BUSY_ATTEMPTS) {
          await delay(BUSY_PAUSE);
          continue;
        }
        // A command that has ended takes no more input, which is no fault. Anything else leaves a hole in it.
        if (!isFault(error, FAULT.pipeEnded, FAULT.notFound)) this.#end(UNKNOWN_END);
        throw error;
      }
    }
  }

  async #receive(): Promise<void> {
    const { shell, command } = this.#started;
    try {
      while (!this.#over) {
        // Not repeated where the answer is lost: what was written in it would be missing, and nobody would know.
        const reply = await this.#client
          .request(receiveOutput(shell, command), { repeatable: false })
          .catch((error: unknown) => {
            if (isFault(error, FAULT.timedOut)) return undefined;
            throw error;
          });
        if (!reply) continue;
        const output = outputOf(reply);
        for (const { stream, data } of output.pieces) {
          await (stream === 'stdout' ? this.stdout : this.stderr).write(data);
        }
        if (output.done) return this.#end({ status: output.status, signal: undefined });
      }
    } catch {
      this.#end(UNKNOWN_END);
    }
  }

  #end(end: ChannelEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.stdout.push(null);
    this.stderr.push(null);
    const { shell, command } = this.#started;
    // Also after its end: it frees what the server keeps of the command.
    const freed = this.#client.request(terminateCommand(shell, command), { repeatable: true });
    void freed.catch(() => {}).then(() => this.#finish(end));
  }

  close(): void {
    this.#end(UNKNOWN_END);
  }
}
