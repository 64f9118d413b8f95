import { userInfo } from 'node:os';
import { ConnectionLost, GardenError } from '../model/errors.ts';
import { errorCode } from '../model/thrown.ts';
import { openProcess } from './process-channel.ts';
import type { Channel, Connection, Transport } from './transport.ts';

/** The controller itself: commands run through `/bin/sh -c`, as the user that garden runs as. */
export const localTransport: Transport = {
  name: 'local',
  async connect() {
    return new LocalConnection();
  },
};

class LocalConnection implements Connection {
  readonly transport = 'local';
  readonly user = userInfo().username;
  readonly closed: Promise<Error | undefined>;
  readonly #channels = new Set<Channel>();
  #finish: () => void = () => {};
  #gone = false;

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#finish = () => resolve(undefined);
    });
  }

  async open(command: string, options: { readonly terminal?: boolean } = {}): Promise<Channel> {
    if (this.#gone) throw new ConnectionLost('the connection to this machine was closed');
    const channel = await (options.terminal ? openTerminal(command) : openProcess('/bin/sh', ['-c', command]));
    this.#channels.add(channel);
    void channel.ended.then(() => this.#channels.delete(channel));
    return channel;
  }

  async close(): Promise<void> {
    this.#gone = true;
    const channels = [...this.#channels];
    for (const channel of channels) channel.close();
    await Promise.all(channels.map((channel) => channel.ended));
    this.#finish();
  }
}

/** A command in a terminal, which script(1) of util-linux makes: Node itself cannot. */
async function openTerminal(command: string): Promise<Channel> {
  try {
    return await openProcess('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      environment: { SHELL: '/bin/sh', TERM: 'dumb' },
    });
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    throw new GardenError('a terminal on this machine needs the command script(1)', {
      hint: 'install the package bsdutils (Debian) or util-linux',
    });
  }
}
