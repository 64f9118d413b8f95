import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionLost, Unreachable } from '../model/errors.ts';
import { logInLimited, loginTimeout } from './login-limit.ts';
import { type Master, startMaster } from './openssh-master.ts';
import { openProcess } from './process-channel.ts';
import { resolveSshConfig, type SshConfig } from './ssh-config.ts';
import type { Channel, ChannelEnd, Connection, Notice, Transport } from './transport.ts';

/** ssh's own exit status when something went wrong with the connection (ssh(1), EXIT STATUS). */
const SSH_FAILED = 255;
/** How long the end of the connection may come after that of its channels, in milliseconds. */
const END_DELAY = 250;

/**
 * The system's ssh: slower, but it can do what node-ssh cannot (certificates, hardware keys, GSSAPI, ProxyCommand).
 * One log-in for each host; its channels go through the socket of that log-in.
 */
export const opensshTransport: Transport = {
  name: 'openssh',
  async connect(settings, { notice, signal }) {
    const { config, hasSsh } = await resolveSshConfig(settings);
    if (!hasSsh) {
      throw new Unreachable(`${settings.address}: this machine has no ssh`, {
        hint: 'install openssh-client, or use "transport: ssh"',
      });
    }
    const master = await logInLimited(
      `${config.hostname}:${config.port}`,
      () => {
        const clock = AbortSignal.timeout(loginTimeout(config, settings));
        return startMaster(config, settings, signal === undefined ? clock : AbortSignal.any([clock, signal]));
      },
      { signal, onRetry: (error) => notice('debug', `${error.message}; trying again`) },
    );
    return new OpenSshConnection(master, config, notice);
  },
};

class OpenSshConnection implements Connection {
  readonly transport = 'openssh';
  readonly user: string;
  readonly closed: Promise<Error | undefined>;
  readonly #master: Master;
  readonly #config: SshConfig;
  readonly #notice: Notice;
  readonly #channels = new Set<Channel>();
  #gone = false;

  constructor(master: Master, config: SshConfig, notice: Notice) {
    this.#master = master;
    this.#config = config;
    this.#notice = notice;
    this.user = config.user;
    this.closed = master.closed;
    void this.closed.then(() => {
      this.#gone = true;
    });
  }

  async open(command: string, options: { readonly terminal?: boolean } = {}): Promise<Channel> {
    if (this.#gone) throw new ConnectionLost(`${this.#config.alias}: the connection is gone`);
    const channel = await openProcess('ssh', [
      ...['-F', '/dev/null', '-S', this.#master.socket, '-o', 'ControlMaster=no', '-o', 'LogLevel=ERROR'],
      // Without the master, ssh would connect by itself, and with other settings: this makes it fail instead.
      ...['-o', 'ProxyCommand=false', '-o', 'BatchMode=yes', options.terminal ? '-tt' : '-T', '-e', 'none'],
      // Through a socket, ssh sends the modes of its own terminal, and where it has none, zeros: a raw one is made.
      ...['--', this.#config.hostname, options.terminal ? `stty sane; ${command}` : command],
    ]);
    this.#watchForRefusal(channel);
    const watched = { ...channel, ended: this.#end(channel) };
    this.#channels.add(watched);
    void watched.ended.then(() => this.#channels.delete(watched));
    return watched;
  }

  async close(): Promise<void> {
    this.#gone = true;
    const channels = [...this.#channels];
    for (const channel of channels) channel.close();
    await this.#master.close();
    await Promise.all(channels.map((channel) => channel.ended));
  }

  /** A channel that ends because its connection did has no exit status: 255 is ssh's own. */
  async #end(channel: Channel): Promise<ChannelEnd> {
    const end = await channel.ended;
    if (end.status === SSH_FAILED) await Promise.race([this.closed, delay(END_DELAY)]);
    return this.#gone ? { status: end.status === SSH_FAILED ? undefined : end.status, signal: undefined } : end;
  }

  /** ssh says only on standard error that the host refused a channel; the reader is told what that means. */
  #watchForRefusal(channel: Channel): void {
    const onData = (chunk: Buffer) => {
      if (!/Session open refused by peer/.test(chunk.toString())) return;
      this.#notice(
        'warning',
        `${this.#config.alias}: the host refuses a further channel on this connection: sshd allows ten at a time by default, fewer where MaxSessions says so in its sshd_config`,
      );
    };
    // Reading begins when the channel's user reads, or its first words would be lost to him.
    const onListener = (event: string | symbol) => {
      if (event !== 'data') return;
      channel.stderr.off('newListener', onListener);
      channel.stderr.once('data', onData);
    };
    channel.stderr.on('newListener', onListener);
  }
}
