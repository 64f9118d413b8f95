import { randomBytes } from 'node:crypto';
import { ConnectionLost, GardenError, Locked } from '../model/errors.ts';
import type { Become } from '../model/host.ts';
import type { Upload } from '../model/resource.ts';
import { type Script, sh } from '../model/script.ts';
import type { Channel, Connection } from '../transport/transport.ts';
import { openScript } from './become.ts';
import { FrameReader } from './frame-reader.ts';
import { frameScript, INTRODUCTION, PREAMBLE } from './frame-script.ts';
import { killDescendants } from './kill.ts';
import { checkLock, type LockRequest, lockScript } from './lock.ts';
import type { FrameOptions, Session, SessionInfo, Snippet, SnippetResult } from './session.ts';
import { receiveScript, sendFile } from './upload.ts';

export interface ShellSessionOptions {
  /** Whom to act as; who logged in by default. */
  readonly as?: Become;
  /** `/bin/sh` by default. */
  readonly shell?: string;
  /** Take the host's lock with the first frame and hold it until the session ends. */
  readonly lock?: LockRequest;
}

/** How long the session's own words may take, in milliseconds. */
const OWN_TIMEOUT = 60_000;

class ShellSession implements Session {
  readonly #connection: Connection;
  readonly #channel: Channel;
  readonly #options: ShellSessionOptions;
  #info: SessionInfo | undefined;
  #pid: number | undefined;
  /** Why no frame can be run any more. */
  #over: Error | undefined;
  /** Frames run one after another. */
  #queue: Promise<unknown> = Promise.resolve();
  #reader: FrameReader | undefined;

  constructor(connection: Connection, channel: Channel, options: ShellSessionOptions) {
    this.#connection = connection;
    this.#channel = channel;
    this.#options = options;
    channel.stdout.on('data', (chunk: Buffer) => this.#reader?.stdout(chunk));
    channel.stderr.on('data', (chunk: Buffer) => this.#reader?.stderr(chunk));
    // A write to a shell that is gone is told by its end, below.
    channel.stdin.on('error', () => undefined);
    void channel.ended.then(async ({ status, signal }) => {
      const reason = await Promise.race([connection.closed, Promise.resolve(undefined)]);
      const words = this.#reader?.lastWords ?? '';
      const how =
        reason?.message ??
        (signal
          ? `the shell was ended by ${signal}`
          : `the shell ended${status === undefined ? '' : ` with status ${status}`}`);
      this.#over ??= new ConnectionLost(words ? `${how}: ${words}` : how);
      this.#reader?.fail(this.#over);
    });
  }

  get info(): SessionInfo | undefined {
    return this.#info;
  }

  run(frame: readonly Snippet[], options: FrameOptions = {}): Promise<readonly SnippetResult[]> {
    const done = this.#queue.then(() => this.#frame(frame, options));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #frame(frame: readonly Snippet[], options: FrameOptions): Promise<readonly SnippetResult[]> {
    if (this.#over) throw this.#over;
    if (this.#info) return this.#exchange('', frame, options);
    const { lock } = this.#options;
    const own: Snippet[] = [{ script: INTRODUCTION, timeout: OWN_TIMEOUT }];
    // Where another run holds the host, nothing of the frame may be done.
    if (lock)
      own.push({
        script: sh`garden_lock_answer; [ "$garden_lock" != busy ]`,
        timeout: OWN_TIMEOUT + lock.waitMs,
        critical: true,
      });
    const shift = own.length;
    const preamble = PREAMBLE.text + (lock ? lockScript(lock).text : '');
    const results = await this.#exchange(preamble, [...own, ...frame], {
      onResult: (index, result) => {
        if (index === 0) this.#introduce(result.stdout);
        if (index >= shift) options.onResult?.(index - shift, result);
      },
      onLine: (index, line) => {
        if (index >= shift) options.onLine?.(index - shift, line);
      },
    });
    try {
      if (lock) checkLock(results[1]?.stdout ?? '');
    } catch (error) {
      if (error instanceof Locked) this.#over = error;
      throw error;
    }
    return results.slice(shift);
  }

  #introduce(stdout: string): void {
    const [user = '', uid = '', pid = '', ...state] = stdout.trimEnd().split(' ');
    this.#pid = Number(pid);
    this.#info = { user, uid: Number(uid), stateFolder: state.join(' ') };
  }

  async #exchange(
    preamble: string,
    frame: readonly Snippet[],
    options: FrameOptions,
  ): Promise<readonly SnippetResult[]> {
    if (frame.length === 0) return [];
    const nonce = `garden-${randomBytes(12).toString('hex')}`;
    const reader = new FrameReader(nonce, frame, options, () => void this.interrupt());
    this.#reader = reader;
    this.#channel.stdin.write(preamble + frameScript(nonce, frame));
    try {
      return await reader.results;
    } finally {
      this.#reader = undefined;
    }
  }

  async interrupt(): Promise<void> {
    if (this.#over || this.#pid === undefined || this.#reader === undefined) return;
    await this.#aside(killDescendants(this.#pid));
  }

  /** Runs a script beside what runs now, on a channel of its own, as the same user. */
  async #aside(script: Script): Promise<void> {
    const channel = await openScript(this.#connection, script, this.#options.as);
    channel.stdout.resume();
    channel.stderr.resume();
    channel.stdin.end();
    await channel.ended;
  }

  async upload(upload: Upload): Promise<void> {
    if (this.#over) throw this.#over;
    const channel = await openScript(this.#connection, receiveScript(upload.path), this.#options.as);
    await sendFile(channel, upload);
  }

  async close(): Promise<void> {
    this.#over ??= new GardenError('the session was closed');
    this.#channel.stdin.end('exit\n');
    const timer = setTimeout(() => this.#channel.close(), 1000);
    await this.#channel.ended;
    clearTimeout(timer);
  }
}

/**
 * Starts a shell on a connection. Nothing is waited for but, with a password, the question for it: the shell's first
 * words go with the first frame.
 *
 * @throws GardenError where it cannot become that user; ConnectionLost.
 */
export async function startShellSession(connection: Connection, options: ShellSessionOptions = {}): Promise<Session> {
  const channel = await openScript(connection, sh`exec ${options.shell ?? '/bin/sh'}`, options.as);
  return new ShellSession(connection, channel, options);
}
