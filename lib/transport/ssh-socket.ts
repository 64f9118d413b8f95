import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { Unreachable } from '../model/errors.ts';
import { explainNetworkError, HINT_SILENT } from './network-errors.ts';
import type { SshConfig } from './ssh-config.ts';

/**
 * A TCP connection to the destination, with Nagle's algorithm off: ssh2 leaves it on, which costs 40 ms a round trip.
 *
 * @param signal ends the attempt; its reason is not looked at.
 * @throws Unreachable with the cause in words.
 */
export function openSocket(config: SshConfig, signal: AbortSignal): Promise<Socket> {
  const { hostname: host, port } = config;
  const where = `${host}:${port}`;
  const family = { inet: 4, inet6: 6 }[config.get('addressfamily') ?? ''];
  const localAddress = config.get('bindaddress');
  const options: NetConnectOpts = {
    host,
    port,
    noDelay: true,
    // Node gives each of a host's addresses a quarter of a second by default, too little for a far one.
    autoSelectFamilyAttemptTimeout: 2500,
    ...(family === undefined ? {} : { family }),
    ...(localAddress === undefined ? {} : { localAddress }),
  };
  return new Promise((resolve, reject) => {
    const socket = connect(options);
    const onAbort = () => {
      socket.destroy();
      reject(new Unreachable(`${where}: no answer in time`, { hint: HINT_SILENT }));
    };
    socket.once('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      reject(explainNetworkError(error, where));
    });
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners('error');
      resolve(socket);
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
