import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionLost, GardenError } from '../model/errors.ts';
import type { OutputStream } from '../model/events.ts';
import type { Become } from '../model/host.ts';
import type { Upload } from '../model/resource.ts';
import { type Script, sh, verbatim } from '../model/script.ts';
import { errorText } from '../model/thrown.ts';
import type { Channel, Connection } from '../transport/transport.ts';
import { openAs } from './become.ts';
import { missesTerminal } from './become-failure.ts';
import { endedInTheMiddle, neverStarted } from './broken.ts';
import { FrameReader } from './frame-reader.ts';
import { FRAME_START, greetingScript, snippetScript } from './frame-script.ts';
import { END_REASONS, type EndReason } from './kill.ts';
import { type LockRequest, lockFailure, lockScript } from './lock.ts';
import { type Exchange, endRunning, type Running } from './running.ts';
import type { FrameOptions, Session, SessionInfo, Snippet, SnippetResult } from './session.ts';
import { uploadFile } from './upload.ts';
import { inPieces, writeAll } from './write-all.ts';

export interface ShellSessionOptions {
  /** Whom to act as; whoever logged in by default. */
  readonly as?: Become | undefined;
  /** The command of the interpreter, `/bin/sh` by default. */
  readonly shell?: string | undefined;
  /** Takes the host's lock with the first frame and holds it until the session ends. */
  readonly lock?: LockRequest | undefined;
}

/** How long the end of a snippet may take to be seen when its processes have been ended, in milliseconds. */
const END_PATIENCE = 10_000;
/** How long a shell may take to end when its input has, in milliseconds. */
const CLOSE_PATIENCE = 2_000;
/** How much of standard error is kept for the message when the session breaks, in bytes. */
const LAST_WORDS = 2_000;

/** Node takes what is longer for no time at all (setTimeout), in milliseconds: some 24 days. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/**
 * Starts a shell on a connection. Nothing is waited for, except the question for a password where there is one: what the
 * shell has to say of itself comes with the first frame.
 *
 * @throws GardenError where it cannot become that user; ConnectionLost. Without a password to ask for, it is the first
 *   `run` that throws, and it throws Locked where another run holds the host.
 */
export async function startShellSession(connection: Connection, options: ShellSessionOptions = {}): Promise<Session> {
  const session = new ShellSession(connection, options);
  await session.start();
  return session;
}

class ShellSession implements Session {
  readonly #connection: Connection;
  readonly #options: ShellSessionOptions;
  #channel: Channel | undefined;
  #terminal = false;
  #info: SessionInfo | undefined;
  #pid = 0;
  #exchange: Exchange | undefined;
  #lastWords = '';
  /** Why no frame can be run any more. */
  #failure: GardenError | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  readonly #uploads = new Set<AbortController>();

  constructor(connection: Connection, options: ShellSessionOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  get info(): SessionInfo | undefined {
    return this.#info;
  }

  async start(): Promise<void> {
    const shell = verbatim(this.#options.shell ?? '/bin/sh');
    const channel = await openAs(this.#connection, shell, { as: this.#options.as, terminal: this.#terminal });
    this.#channel = channel;
    channel.stdin.on('error', () => {}); // Its end says more.
    channel.stdout.on('data', (chunk: Buffer) => this.#exchange?.reader.push('stdout', chunk));
    channel.stderr.on('data', (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-LAST_WORDS);
      this.#exchange?.reader.push('stderr', chunk);
    });
    channel.stdout.resume();
    channel.stderr.resume();
  }

  run(frame: readonly Snippet[], options: FrameOptions = {}): Promise<readonly SnippetResult[]> {
    const turn = this.#queue.then(() => this.#run(frame, options));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #run(frame: readonly Snippet[], options: FrameOptions): Promise<readonly SnippetResult[]> {
    try {
      return await this.#frame(frame, options);
    } catch (error) {
      // sudo with requiretty says so before it starts the shell: nothing of the frame has been done.
      if (this.#info || this.#terminal || !this.#options.as || !missesTerminal(this.#lastWords)) throw error;
      this.#terminal = true;
      this.#failure = undefined;
      this.#lastWords = '';
      await this.start();
      return await this.#frame(frame, options);
    }
  }

  async #frame(frame: readonly Snippet[], options: FrameOptions): Promise<readonly SnippetResult[]> {
    const channel = this.#channel;
    if (this.#failure) throw this.#failure;
    if (!channel || (frame.length === 0 && this.#info)) return [];
    const nonce = randomBytes(16).toString('hex');
    const shift = this.#info ? 0 : 1;
    let refused: GardenError | undefined;
    const reader = new FrameReader(nonce, frame.length + shift, {
      onBegin: (index, pid) => this.#begin(exchange, { index, pid }),
      onEnd: () => {
        clearTimeout(exchange.timer);
        exchange.running = undefined;
      },
      onExcess: (index) => {
        const { running } = exchange;
        if (running?.index === index) void this.#end(exchange, running, 'excess');
      },
      onResult: (index, result) => {
        if (index >= shift) options.onResult?.(index - shift, result);
        else refused = this.#greeted(result);
      },
      ...(options.onLine && {
        onLine: (index: number, line: string, stream: OutputStream) => {
          if (index >= shift) options.onLine?.(index - shift, line, stream);
        },
      }),
    });
    const exchange: Exchange = {
      ...{ reader, shift, snippets: frame },
      ...{ running: undefined, timer: undefined, ending: undefined, interrupted: false },
    };
    this.#exchange = exchange;
    const written = writeAll(channel, inPieces(this.#scripts(nonce, frame, shift)));
    try {
      const over = channel.ended.then(() => undefined);
      const results = await Promise.race([reader.complete, over]);
      await exchange.ending?.catch(() => undefined);
      if (refused) this.#failure = refused;
      else if (!results) this.#failure ??= await this.#broken(channel);
      if (this.#failure || !results) throw this.#failure ?? new ConnectionLost('the session is over');
      await written;
      return results.slice(shift);
    } finally {
      clearTimeout(exchange.timer);
      this.#exchange = undefined;
    }
  }

  *#scripts(nonce: string, frame: readonly Snippet[], shift: number): Generator<string> {
    const { lock } = this.#options;
    if (shift > 0) yield greetingScript(nonce, lock ? lockScript(lock) : sh`:`);
    yield FRAME_START.text;
    for (const [index, snippet] of frame.entries()) yield snippetScript(nonce, index + shift, snippet);
  }

  /** Takes the shell's greeting; an error where it was not given the lock and has ended. */
  #greeted({ stdout, status }: SnippetResult): GardenError | undefined {
    const [user = '', uid = '', pid = '', stateFolder = '', ...words] = stdout.replace(/\n$/, '').split('\n');
    if (status !== 0) return lockFailure(status, words);
    this.#pid = Number(pid);
    this.#info = { user, uid: Number(uid), stateFolder };
    return undefined;
  }

  #begin(exchange: Exchange, running: Running): void {
    exchange.running = running;
    const snippet = exchange.snippets[running.index - exchange.shift];
    if (!snippet) this.#pid = running.pid; // The greeting runs in the shell itself.
    if (exchange.interrupted) void this.#end(exchange, running, 'interrupted');
    else if (snippet) {
      exchange.timer = setTimeout(
        () => void this.#end(exchange, running, 'expired'),
        Math.min(snippet.timeout, LONGEST_TIMEOUT),
      );
    }
  }

  /** Ends what is running. Where that cannot be done, the session goes with it. */
  #end(exchange: Exchange, running: Running, reason: EndReason): Promise<void> {
    const now = async () => {
      await exchange.ending;
      if (this.#exchange !== exchange || exchange.running !== running) return;
      const { as } = this.#options;
      const how = { shell: this.#pid, running, reason };
      let fault = 'its end was not seen';
      try {
        await endRunning(this.#connection, { as, terminal: this.#terminal }, how);
        const patience = AbortSignal.timeout(END_PATIENCE);
        while (exchange.running === running && this.#exchange === exchange && !patience.aborted) await delay(10);
      } catch (error) {
        fault = errorText(error);
      }
      if (exchange.running !== running || this.#exchange !== exchange) return;
      this.#failure ??= new ConnectionLost(
        `a script could not be ended when ${END_REASONS[reason]} (${fault}); the session was closed`,
      );
      this.#channel?.close();
    };
    exchange.ending = now();
    return exchange.ending;
  }

  async interrupt(): Promise<void> {
    for (const upload of this.#uploads) upload.abort();
    // A frame that was asked for a moment ago begins in the next turn of the event loop at the latest.
    if (!this.#exchange) await delay(0);
    const exchange = this.#exchange;
    if (!exchange) return;
    exchange.interrupted = true;
    clearTimeout(exchange.timer);
    if (exchange.running) await this.#end(exchange, exchange.running, 'interrupted');
    await Promise.race([exchange.reader.complete, this.#channel?.ended]);
    await exchange.ending;
  }

  async upload(upload: Upload): Promise<void> {
    if (this.#failure) throw this.#failure;
    const { as } = this.#options;
    const stop = new AbortController();
    this.#uploads.add(stop);
    const start = (command: Script) => openAs(this.#connection, command, { as, terminal: this.#terminal });
    try {
      await uploadFile(upload, start, stop.signal);
    } finally {
      this.#uploads.delete(stop);
    }
  }

  async close(): Promise<void> {
    const channel = this.#channel;
    for (const upload of this.#uploads) upload.abort();
    if (this.#exchange && !this.#failure) await this.interrupt();
    this.#failure ??= new GardenError('the session was closed');
    if (!channel) return;
    channel.stdin.end();
    const patience = new AbortController();
    await Promise.race([channel.ended, delay(CLOSE_PATIENCE, undefined, patience)]).catch(() => undefined);
    patience.abort();
    channel.close();
    await channel.ended;
  }

  /** The shell has ended though it was not told to. */
  async #broken(channel: Channel): Promise<GardenError> {
    const end = await channel.ended;
    const gone = await Promise.race([this.#connection.closed, delay(0)]);
    const words = this.#lastWords.replace(/\x1e[^\n]*\n?/g, '').trim();
    const remains = { end, words, lost: gone instanceof Error ? gone : undefined };
    return this.#info ? endedInTheMiddle(remains) : neverStarted(remains, this.#options.as, this.#connection.user);
  }
}
