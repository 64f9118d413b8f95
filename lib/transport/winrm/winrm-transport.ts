import { ConnectionLost, GardenError, Unreachable } from '../../model/errors.ts';
import type { Channel, Connection, Notice } from '../transport.ts';
import type { LogIn } from './authenticated-connection.ts';
import { WinrmClient } from './client.ts';
import { CommandChannel } from './command-channel.ts';
import { where } from './endpoint.ts';
import { Shells } from './shell.ts';

/**
 * Logs in to a WinRM server and opens a shell there, which is what proves the log-in.
 *
 * @param user who logs in, for people
 * @throws Unreachable with the cause in words and what to do.
 */
export async function connectWinrm(logIn: LogIn, user: string | undefined, notice: Notice): Promise<Connection> {
  const { endpoint, authentication } = logIn;
  if (authentication.scheme === 'Basic' && !endpoint.tls) {
    throw new Unreachable(`${where(endpoint)}: Basic would send the password readable over the network`, {
      hint: 'use TLS (port 5986), or NTLM',
    });
  }
  if (endpoint.tls && endpoint.ignoreCertificate && endpoint.pin === undefined) {
    notice('warning', `${where(endpoint)}: its certificate is not verified: anybody in between can read everything`);
  }
  const connection = new WinrmConnection(logIn, user);
  try {
    await connection.start();
    return connection;
  } catch (error) {
    await connection.close();
    if (error instanceof Unreachable || !(error instanceof GardenError)) throw error;
    throw new Unreachable(`${where(endpoint)}: ${error.message}`, { hint: error.hint, cause: error });
  }
}

class WinrmConnection implements Connection {
  readonly transport = 'winrm';
  readonly user: string | undefined;
  readonly closed: Promise<Error | undefined>;
  readonly #client: WinrmClient;
  readonly #shells: Shells;
  readonly #channels = new Set<Channel>();
  #close: () => void = () => {};
  #gone = false;

  constructor(logIn: LogIn, user: string | undefined) {
    this.user = user;
    this.#client = new WinrmClient(logIn);
    this.#shells = new Shells(this.#client);
    // A broken socket is replaced, so a connection ends only when it is told to.
    this.closed = new Promise((resolve) => {
      this.#close = () => resolve(undefined);
    });
  }

  async start(): Promise<void> {
    await this.#shells.current();
  }

  async open(command: string, options: { readonly terminal?: boolean } = {}): Promise<Channel> {
    if (this.#gone) throw new ConnectionLost('the connection is closed');
    if (options.terminal) throw new GardenError('WinRM has no terminals');
    const channel = new CommandChannel(this.#client, await this.#shells.start(command));
    this.#channels.add(channel);
    void channel.ended.then(() => this.#channels.delete(channel));
    return channel;
  }

  async close(): Promise<void> {
    if (this.#gone) return this.closed.then(() => {});
    this.#gone = true;
    for (const channel of this.#channels) channel.close();
    await this.#shells.delete();
    this.#client.close();
    this.#close();
  }
}
