import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type ConnectionLost, Unreachable } from '../model/errors.ts';
import type { Listener } from '../model/events.ts';
import type { Become, Host } from '../model/host.ts';
import { errorText } from '../model/thrown.ts';
import type { LockRequest } from '../session/lock.ts';
import type { Session } from '../session/session.ts';
import { startShellSession } from '../session/shell-session.ts';
import { connect } from '../transport/connect.ts';
import type { Connection } from '../transport/transport.ts';
import { type Telling, ToldSession } from './told-session.ts';

/** How often a lost connection is made again, and after how many milliseconds each time; a little is added at random. */
const RECONNECT_DELAYS = [500, 1000, 2000, 4000, 8000, 16_000];

/** One host's connection for a whole run, with one session for each user that its tasks need. */
export class HostLink {
  readonly host: Host;
  readonly #emit: Listener;
  readonly #signal: AbortSignal;
  readonly #lock: LockRequest | undefined;
  /** How the frames of all sessions are told of. */
  readonly #told: Pick<Telling, 'emit' | 'trace' | 'frames'>;
  #connection: Promise<Connection> | undefined;
  /** Names the connection in locks. */
  #login = randomUUID();
  readonly #sessions = new Map<string, Promise<Session>>();
  /** The sessions that were told to take the host's lock; those that came to life have it. */
  #lockers: Session[] = [];
  #reconnecting: Promise<void> | undefined;
  /** Above 0 while something is done that no interruption ends. */
  #spared = 0;

  constructor(
    host: Host,
    options: { emit: Listener; signal: AbortSignal; lock: LockRequest | undefined; trace?: boolean },
  ) {
    this.host = host;
    this.#emit = options.emit;
    this.#told = { emit: options.emit, trace: options.trace ?? false, frames: { count: 0 } };
    this.#signal = options.signal;
    this.#lock = options.lock;
  }

  /**
   * The session that acts as this user; the connection is made when the first one is asked for.
   *
   * @throws Unreachable where the host cannot be logged in to.
   */
  async session(as: Become | undefined): Promise<Session> {
    this.#connection ??= this.#connect();
    const connection = await this.#connection.catch((error: unknown) => {
      // Whoever asks later, as one that waits for a reboot, tries anew.
      this.#connection = undefined;
      throw error;
    });
    const effective = this.#effective(as, connection);
    const key = sessionKey(effective.as);
    let session = this.#sessions.get(key);
    if (!session) {
      // Whoever comes first is locked, and root in any case: so runs that act as root see each other however they log in.
      // One that cannot become its user takes no lock.
      const user = effective.as?.user ?? connection.user;
      const locks = !this.#lockers.some(({ info }) => info !== undefined) || user === 'root';
      const lock = locks && this.#lock && { ...this.#lock, login: { id: this.#login, host: this.host.name } };
      session = startShellSession(connection, { ...effective, ...(lock && { lock }) }).then((started) => {
        if (lock) this.#lockers.push(started);
        return new ToldSession(started, { host: this.host.name, user: effective.as?.user, ...this.#told });
      });
      this.#sessions.set(key, session);
    }
    return session;
  }

  /** Drops what is left of a broken connection and makes a new one. @throws Unreachable when all attempts failed. */
  reconnect(cause: ConnectionLost): Promise<void> {
    // A step of another host may have lost the same connection at the same time.
    this.#reconnecting ??= this.#reconnect(cause).finally(() => {
      this.#reconnecting = undefined;
    });
    return this.#reconnecting;
  }

  async #reconnect(cause: ConnectionLost): Promise<void> {
    await this.close();
    let last: unknown = cause;
    for (const [attempt, pause] of RECONNECT_DELAYS.entries()) {
      this.#emit({
        type: 'message',
        host: this.host.name,
        level: 'warning',
        text: `${cause.message}; connecting again (attempt ${attempt + 1} of ${RECONNECT_DELAYS.length})`,
      });
      await delay(pause * (1 + Math.random() / 4), undefined, { signal: this.#signal });
      try {
        this.#connection = this.#connect();
        await this.#connection;
        return;
      } catch (error) {
        this.#connection = undefined;
        last = error;
      }
    }
    const reason = errorText(last);
    throw new Unreachable(`the connection was lost (${cause.message}) and could not be made again: ${reason}`, {
      cause: last,
    });
  }

  /**
   * Logs in a second time, past everything that is open, and does something there.
   *
   * @throws Unreachable where that is not possible within the time, in milliseconds.
   */
  async anew<T>(as: Become | undefined, timeout: number, work: (session: Session) => Promise<T>): Promise<T> {
    const connection = await this.#connect(timeout);
    try {
      const session = await startShellSession(connection, this.#effective(as, connection));
      return await work(session).finally(() => session.close());
    } finally {
      await connection.close();
    }
  }

  /** Does something that has to be done in any case: an interruption does not end it. */
  async spare<T>(work: () => Promise<T>): Promise<T> {
    this.#spared++;
    try {
      return await work();
    } finally {
      this.#spared--;
    }
  }

  /** Whether such a thing is being done now. */
  get spared(): boolean {
    return this.#spared > 0;
  }

  /** Whether the run was interrupted and nothing new is to be begun here. */
  get interrupted(): boolean {
    return this.#signal.aborted && this.#spared === 0;
  }

  /** Ends what is running on the host now; the sessions stay usable. */
  async interrupt(): Promise<void> {
    if (this.#spared > 0) return;
    const sessions = await Promise.allSettled(this.#sessions.values());
    await Promise.allSettled(
      sessions.map((each) => (each.status === 'fulfilled' ? each.value.interrupt() : undefined)),
    );
  }

  async close(): Promise<void> {
    const sessions = await Promise.allSettled(this.#sessions.values());
    this.#sessions.clear();
    this.#lockers = [];
    this.#login = randomUUID();
    await Promise.allSettled(sessions.map((each) => (each.status === 'fulfilled' ? each.value.close() : undefined)));
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.then((open) => open.close()).catch(() => undefined);
  }

  async #connect(timeout = this.host.connection.timeout): Promise<Connection> {
    const { name } = this.host;
    this.#emit({ type: 'host-connecting', host: name });
    let reason: string | undefined;
    const connection = await connect(
      { ...this.host.connection, timeout },
      {
        notice: (level, text) => this.#emit({ type: 'message', host: name, level, text }),
        signal: this.#signal,
        onChoice: (why) => {
          reason = why;
        },
      },
    );
    this.#emit({ type: 'host-connected', host: name, transport: connection.transport, reason });
    return connection;
  }

  /** Who is logged in as that user already need not become him. */
  #effective(as: Become | undefined, connection: Connection): { readonly as?: Become } {
    const login = connection.user ?? (connection.transport === 'local' ? userInfo().username : undefined);
    return as === undefined || as.user === login ? {} : { as };
  }
}

function sessionKey(as: Become | undefined): string {
  return as ? `${as.method}:${as.user}` : '';
}
