import { randomUUID } from 'node:crypto';
import { ConnectionLost } from '../../model/errors.ts';
import { AuthenticatedConnection, type LogIn } from './authenticated-connection.ts';
import { url } from './endpoint.ts';
import { envelope, GET_CONFIGURATION, type Operation } from './envelope.ts';
import { parseReply, type Reply } from './reply.ts';

/** After which a server answers that there is nothing to tell yet, in milliseconds. */
const OPERATION_TIMEOUT = 20_000;
/** How much later the answer may come, in milliseconds. */
const ANSWER_PATIENCE = 10_000;
/** What the oldest servers take (MaxEnvelopeSizekb 150 of Windows Server 2008 R2), in bytes. */
const SMALLEST_ENVELOPE = 150 * 1024;
const LARGEST_ENVELOPE = 500 * 1024;
const ATTEMPTS = 5;

/**
 * Asks a server for operations. Each goes over a connection that is idle, or over a new one where a Receive is waiting on
 * every other: so most runs have two, each with a log-in of its own.
 */
export class WinrmClient {
  readonly #logIn: LogIn;
  readonly #sessionId = `uuid:${randomUUID().toUpperCase()}`;
  readonly #idle: AuthenticatedConnection[] = [];
  readonly #all = new Set<AuthenticatedConnection>();
  #maximumSize = SMALLEST_ENVELOPE;
  #learnt: Promise<void> | undefined;

  constructor(logIn: LogIn) {
    this.#logIn = logIn;
  }

  /** The longest envelope that the server takes, in bytes. */
  get maximumSize(): number {
    return this.#maximumSize;
  }

  /** Asks for that, once. Only administrators are told; the smallest does for others. */
  learnMaximumSize(): Promise<void> {
    this.#learnt ??= this.request(GET_CONFIGURATION, { repeatable: true }).then(
      ({ Config: config }) => {
        if (!config) return;
        this.#maximumSize = Math.max(8192, Math.min(config.MaxEnvelopeSizekb * 1024, LARGEST_ENVELOPE));
      },
      () => {},
    );
    return this.#learnt;
  }

  /**
   * @param options.repeatable ask again, on a new connection, where the answer was lost
   * @throws WsManFault, Unreachable, ConnectionLost.
   */
  async request(operation: Operation, options: { readonly repeatable: boolean }): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      const connection = await this.#take();
      try {
        return await this.#exchange(connection, operation);
      } catch (error) {
        if (!(error instanceof ConnectionLost) || !options.repeatable || attempt === ATTEMPTS) throw error;
      } finally {
        this.#giveBack(connection);
      }
    }
  }

  async #exchange(connection: AuthenticatedConnection, operation: Operation): Promise<Reply> {
    const messageId = `uuid:${randomUUID().toUpperCase()}`;
    const message = envelope(operation, {
      to: url(this.#logIn.endpoint),
      messageId,
      sessionId: this.#sessionId,
      timeout: OPERATION_TIMEOUT,
      maximumSize: this.#maximumSize,
    });
    return parseReply(await connection.exchange(message, OPERATION_TIMEOUT + ANSWER_PATIENCE), messageId);
  }

  async #take(): Promise<AuthenticatedConnection> {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.usable) return idle;
      this.#all.delete(idle);
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        const connection = await AuthenticatedConnection.open(this.#logIn);
        this.#all.add(connection);
        return connection;
      } catch (error) {
        // Nothing was refused: it broke. A refused password is final, for a second try could lock the account.
        if (!(error instanceof ConnectionLost) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  #giveBack(connection: AuthenticatedConnection): void {
    if (connection.usable) this.#idle.push(connection);
    else this.#all.delete(connection);
  }

  close(): void {
    for (const connection of this.#all) connection.close();
    this.#all.clear();
    this.#idle.length = 0;
  }
}
