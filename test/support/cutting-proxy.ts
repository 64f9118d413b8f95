import { createConnection, createServer, type Socket } from 'node:net';

/** A TCP proxy between a controller and a host that counts round trips and can cut the cable. */
export interface CuttingProxy {
  readonly port: number;
  /** How often the direction turned from the client's words to the server's answer since `reset`. */
  readonly roundTrips: number;
  /** Bytes that the client sent since `reset`. */
  readonly sent: number;
  reset(): void;
  /** Breaks every connection at once. */
  cut(): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of loopback in front of a port. */
export async function cuttingProxy(target: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let direction: 'up' | 'down' = 'down';
  const counts = { roundTrips: 0, sent: 0 };
  const server = createServer((client) => {
    const upstream = createConnection({ host: '127.0.0.1', port: target, noDelay: true });
    client.setNoDelay(true);
    for (const [from, to, way] of [
      [client, upstream, 'up'],
      [upstream, client, 'down'],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => {
        if (way === 'up') counts.sent += data.length;
        if (way === 'down' && direction === 'up') counts.roundTrips++;
        direction = way;
        to.write(data);
      });
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
      direction = 'down';
    },
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
