import { createConnection, createServer, type Socket } from 'node:net';

/** A TCP proxy between a controller and a host that counts round trips and can cut the cable. */
export interface CuttingProxy {
  readonly port: number;
  /** How often the client said something and the server answered, since `count`. */
  readonly roundTrips: number;
  /** Bytes that the client sent since `count`. */
  readonly sent: number;
  /** Bytes that the server sent since `count`. */
  readonly received: number;
  /**
   * Counts from now on. What one side says in one breath is then handed on together, so that two questions asked at once
   * (sshd's own talk about its host keys runs beside everything else) are one round trip, as they are one wait.
   */
  count(): void;
  /** Breaks every connection at once. */
  cut(): void;
  close(): Promise<void>;
}

/** A side that has been silent for so long has said all that it had to say, in milliseconds. */
const BREATH = 300;

/** Hands on what a socket says; while `together` is true, when it has fallen silent. */
function handOn(from: Socket, to: Socket, together: () => boolean, onWords: (bytes: number) => void): void {
  let held: Buffer[] = [];
  let timer: NodeJS.Timeout | undefined;
  from.on('data', (data) => {
    held.push(data);
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        const words = Buffer.concat(held);
        held = [];
        onWords(words.length);
        to.write(words);
      },
      together() ? BREATH : 0,
    );
  });
  from.on('close', () => {
    clearTimeout(timer);
    to.destroy();
  });
  from.on('error', () => to.destroy());
}

/** Starts a proxy on a free port of loopback in front of a port of loopback. */
export async function cuttingProxy(target: number, host = '127.0.0.1'): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let counting = false;
  let asked = false;
  const counts = { roundTrips: 0, sent: 0, received: 0 };
  const server = createServer((client) => {
    const upstream = createConnection({ host, port: target, noDelay: true });
    client.setNoDelay(true);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    handOn(
      client,
      upstream,
      () => counting,
      (bytes) => {
        counts.sent += bytes;
        asked = true;
      },
    );
    handOn(
      upstream,
      client,
      () => counting,
      (bytes) => {
        counts.received += bytes;
        if (asked) counts.roundTrips++;
        asked = false;
      },
    );
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
    get received() {
      return counts.received;
    },
    count() {
      counting = true;
      asked = false;
      Object.assign(counts, { roundTrips: 0, sent: 0, received: 0 });
    },
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
