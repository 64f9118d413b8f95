import { createConnection, createServer, type Socket } from 'node:net';

/** A TCP proxy between a controller and a host that counts round trips and can cut the cable. */
export interface CuttingProxy {
  readonly port: number;
  /**
   * How often the server answered what the client said, since `reset`. What the server says by itself (sshd tells its other
   * host keys after a log-in) while the client's words are still on their way is no answer to them.
   */
  readonly roundTrips: number;
  /** Bytes that the client sent since `reset`. */
  readonly sent: number;
  reset(): void;
  /** Breaks every connection at once. */
  cut(): void;
  close(): Promise<void>;
}

/** How long the client's words are on their way, in milliseconds. */
const UPWARD_DELAY = 30;

/** Starts a proxy on a free port of loopback in front of a port. */
export async function cuttingProxy(target: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  /** Whether something that the client said has been delivered and not been answered yet. */
  let unanswered = false;
  const counts = { roundTrips: 0, sent: 0 };
  const server = createServer((client) => {
    const upstream = createConnection({ host: '127.0.0.1', port: target, noDelay: true });
    client.setNoDelay(true);
    const onTheWay: Buffer[] = [];
    client.on('data', (data) => {
      counts.sent += data.length;
      onTheWay.push(data);
      // What is said in one breath arrives together, and is one question.
      if (onTheWay.length > 1) return;
      setTimeout(() => {
        unanswered = true;
        upstream.write(Buffer.concat(onTheWay.splice(0)));
      }, UPWARD_DELAY);
    });
    upstream.on('data', (data) => {
      if (unanswered) counts.roundTrips++;
      unanswered = false;
      client.write(data);
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    get roundTrips() {
      return counts.roundTrips;
    },
    get sent() {
      return counts.sent;
    },
    reset() {
      counts.roundTrips = 0;
      counts.sent = 0;
      unanswered = false;
    },
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
