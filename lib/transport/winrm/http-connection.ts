import { Agent, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { ConnectionLost } from '../../model/errors.ts';
import { errorText } from '../../model/thrown.ts';
import { type Endpoint, where } from './endpoint.ts';
import { type OpenSocket, openSocket } from './socket.ts';

/** No answer is longer, in bytes: a server cuts its answers to the envelope size that it was told. */
const LONGEST_BODY = 16 * 1024 * 1024;

export interface HttpReply {
  readonly status: number;
  readonly type: string;
  /** One for each `WWW-Authenticate` line. */
  readonly challenges: readonly string[];
  readonly body: Buffer;
}

/** Gives out one socket, once. A log-in belongs to its connection, so there must never be another behind our back. */
class OneSocket extends Agent {
  #socket: Socket | undefined;

  constructor(socket: Socket) {
    super({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 });
    this.#socket = socket;
  }

  override createConnection(): Socket {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) throw new ConnectionLost('the connection is gone');
    return socket;
  }
}

/** HTTP over one socket: when that is gone, so is this. One request at a time. */
export class HttpConnection {
  /** The server's certificate in DER, where the connection is TLS. */
  readonly certificate: Buffer | undefined;
  readonly #endpoint: Endpoint;
  readonly #socket: Socket;
  readonly #agent: OneSocket;

  private constructor(endpoint: Endpoint, { socket, certificate }: OpenSocket) {
    this.#endpoint = endpoint;
    this.#socket = socket;
    this.#agent = new OneSocket(socket);
    this.certificate = certificate;
  }

  /** @throws Unreachable with the cause in words and what to do. */
  static async open(endpoint: Endpoint, signal: AbortSignal): Promise<HttpConnection> {
    return new HttpConnection(endpoint, await openSocket(endpoint, signal));
  }

  /** Whether a request can still be made. */
  get usable(): boolean {
    return !this.#socket.destroyed && this.#socket.writable && !this.#socket.readableEnded;
  }

  /**
   * @param timeout in milliseconds
   * @throws ConnectionLost where there is no whole answer, whether the server has acted or not.
   */
  post(
    body: Buffer,
    options: { readonly headers: Readonly<Record<string, string>>; readonly timeout: number },
  ): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => {
        this.close();
        const text = `${where(this.#endpoint)}: the connection was lost: ${errorText(error)}`;
        reject(error instanceof ConnectionLost ? error : new ConnectionLost(text, { cause: error }));
      };
      const call = request(
        {
          agent: this.#agent,
          host: this.#endpoint.host,
          port: this.#endpoint.port,
          path: '/wsman',
          method: 'POST',
          headers: {
            ...options.headers,
            'Content-Length': body.length,
            'Accept-Encoding': 'identity',
            'User-Agent': 'garden',
          },
        },
        (reply) => {
          readBody(reply).then(
            (content) => {
              clearTimeout(timer);
              resolve({
                status: reply.statusCode ?? 0,
                type: reply.headers['content-type'] ?? '',
                challenges: reply.headersDistinct['www-authenticate'] ?? [],
                body: content,
              });
            },
            (error: unknown) => fail(error),
          );
        },
      );
      const timer = setTimeout(() => call.destroy(new Error('no answer in time')), options.timeout);
      call.on('error', (error) => {
        clearTimeout(timer);
        fail(error);
      });
      call.end(body);
    });
  }

  close(): void {
    this.#socket.destroy();
    this.#agent.destroy();
  }
}

async function readBody(reply: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of reply) {
    pieces.push(piece);
    length += piece.length;
    if (length > LONGEST_BODY) throw new Error('the server’s answer is too long');
  }
  return Buffer.concat(pieces);
}
