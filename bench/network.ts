import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The port of every sshd. */
export const SSH_PORT = 22;
/** The port of the proxy that puts hosts at a distance. */
const DELAYED_PORT = 2222;

/** Where a host is reached. */
export interface Address {
  readonly ip: string;
  readonly port: number;
}

/** The loopback network between the tools and the hosts. */
export interface Network {
  /** In words, for the page of results. */
  readonly how: string;
  /** Why hosts cannot be put at a distance; undefined where they can. */
  readonly undelayable?: string;
  /** Where the nth host is reached, so many milliseconds away (a round trip). */
  address(host: number, delay: number): Address;
  /** Sets the delay for what is measured now. */
  setDelay(delay: number): Promise<void>;
}

/** The address of the nth host; its second part is the delay that the proxy adds, 1 for the host itself. */
function ip(host: number, second = 1): string {
  return `127.${second}.${Math.floor(host / 250)}.${(host % 250) + 1}`;
}

/** Finds out how delay can be had: by the kernel, or by a proxy that is compiled here. */
export async function makeNetwork(folder: string): Promise<Network> {
  if (await kernelHasDelay()) {
    return {
      how: 'netem on the loopback device of a network name space',
      address: (host) => ({ ip: ip(host), port: SSH_PORT }),
      // Each packet passes the device once, so half a round trip.
      setDelay: async (delay) => {
        await execute('tc', [
          'qdisc',
          'replace',
          'dev',
          'lo',
          'root',
          'netem',
          'delay',
          `${delay / 2}ms`,
          'limit',
          '100000',
        ]);
      },
    };
  }
  const undelayable = await startProxy(folder);
  return {
    how: 'a TCP proxy that hands on each byte later (this kernel has no netem)',
    ...(undelayable !== undefined && { undelayable }),
    address: (host, delay) =>
      delay === 0 ? { ip: ip(host), port: SSH_PORT } : { ip: ip(host, delay), port: DELAYED_PORT },
    setDelay: async () => {},
  };
}

async function kernelHasDelay(): Promise<boolean> {
  try {
    await execute('tc', ['qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '0ms']);
    return true;
  } catch {
    return false;
  }
}

/** Starts the proxy; it ends with the name space. Resolves to the reason where it cannot be had. */
async function startProxy(folder: string): Promise<string | undefined> {
  const program = join(folder, 'delay-proxy');
  try {
    await execute('cc', ['-O2', '-o', program, join(import.meta.dirname, 'delay-proxy.c')]);
  } catch {
    return 'this kernel has no netem, and there is no C compiler for the proxy (Debian: gcc, libc6-dev)';
  }
  const proxy = spawn(program, [String(DELAYED_PORT), String(SSH_PORT)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await Promise.race([
    once(proxy.stdout, 'data'),
    once(proxy, 'exit').then(() => Promise.reject(new Error('the delaying proxy did not start'))),
  ]);
  return undefined;
}
