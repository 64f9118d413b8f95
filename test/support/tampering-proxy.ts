import { connect, createServer, type Socket } from 'node:net';

/** What is done to the second sealed message of a direction on every connection. */
export type Tampering = 'change-request' | 'change-answer' | 'replay-request' | 'replay-answer';

/** Cuts a stream of HTTP messages with `Content-Length` into whole ones. */
function eachMessage(from: Socket, take: (message: Buffer) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  from.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const end = pending.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = Number(/content-length: *(\d+)/i.exec(pending.toString('latin1', 0, end))?.[1] ?? 0);
      const size = end + 4 + length;
      if (pending.length < size) return;
      take(pending.subarray(0, size));
      pending = pending.subarray(size);
    }
  });
}

function relay(from: Socket, to: Socket, how: 'change' | 'replay' | undefined): void {
  let sealed = 0;
  let first: Buffer | undefined;
  eachMessage(from, (message) => {
    const isSealed = message.includes('--Encrypted Boundary');
    if (isSealed) sealed += 1;
    if (!isSealed || sealed !== 2 || how === undefined) {
      if (isSealed) first ??= Buffer.from(message);
      to.write(message);
      return;
    }
    if (how === 'replay' && first) {
      to.write(first);
      return;
    }
    const changed = Buffer.from(message);
    const at = changed.length - 60; // Inside the sealed bytes, before the last boundary.
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    to.write(changed);
  });
  from.on('close', () => to.destroy());
  from.on('error', () => to.destroy());
}

/** A proxy on loopback that changes or repeats sealed messages. */
export async function startTamperingProxy(target: number, tampering: Tampering) {
  const sockets = new Set<Socket>();
  const how = tampering.startsWith('change') ? 'change' : 'replay';
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    sockets.add(client).add(upstream);
    relay(client, upstream, tampering.endsWith('request') ? how : undefined);
    relay(upstream, client, tampering.endsWith('answer') ? how : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    async stop(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
