import type { Readable } from 'node:stream';
import type { Client } from 'ssh2';
import { ConnectionLost, Unreachable } from '../model/errors.ts';
import type { ConnectionSettings } from '../model/host.ts';
import { errorText } from '../model/thrown.ts';
import { HostKeys } from './host-key.ts';
import { jumpSettings } from './jump.ts';
import { logInLimited, loginTimeout } from './login-limit.ts';
import { Credentials } from './ssh-authentication.ts';
import { openSshChannel } from './ssh-channel.ts';
import { resolveSshConfig, type SshConfig } from './ssh-config.ts';
import { logInOver } from './ssh-login.ts';
import { openSocket } from './ssh-socket.ts';
import type { Channel, Connection, Notice, Transport } from './transport.ts';

/** How long a connection may take to say goodbye before it is cut. */
const CLOSE_TIMEOUT = 1_000;
/** ssh has no such limit, but more hops than this are a loop in its configuration. */
const MAXIMUM_HOPS = 8;

interface Options {
  readonly notice: Notice;
  readonly signal?: AbortSignal;
}

/** SSH spoken by node-ssh in this process: the fastest way, for everything that it can do. */
export const sshTransport: Transport = {
  name: 'ssh',
  async connect(settings, options) {
    return logIn(settings, options, 0);
  },
};

async function logIn(settings: ConnectionSettings, options: Options, depth: number): Promise<SshConnection> {
  if (depth > MAXIMUM_HOPS) {
    throw new Unreachable(`${settings.address}: ProxyJump goes round in circles`, { hint: 'see: ssh -G' });
  }
  const { config } = await resolveSshConfig(settings);
  const [hostKeys, credentials] = await Promise.all([
    HostKeys.read(config, { acceptNew: settings.acceptNewHostKeys ?? false, notice: options.notice }),
    Credentials.find(config, settings),
  ]);
  const hop = await lastHop(config, settings, options, depth);
  const limitOf = `${config.hostname}:${config.port}`;
  try {
    const client = await logInLimited(
      limitOf,
      async () => {
        const clock = AbortSignal.timeout(loginTimeout(config, settings));
        const signal = options.signal === undefined ? clock : AbortSignal.any([clock, options.signal]);
        const stream = hop === undefined ? await openSocket(config, signal) : await hop.forward(config);
        const attempts = credentials.attempts();
        return logInOver(stream, { config, hostKeys, attempts, notice: options.notice, signal });
      },
      {
        signal: options.signal,
        onRetry: (error) => options.notice('debug', `${error.message}; trying again`),
      },
    );
    return new SshConnection(client, config, hop);
  } catch (error) {
    await hop?.close();
    if (options.signal?.aborted) throw new Unreachable(`${config.alias}: the log-in was interrupted`, { cause: error });
    throw error;
  }
}

/** Logs in to the last of the hops that ProxyJump names; it passes through those before it. */
async function lastHop(
  config: SshConfig,
  settings: ConnectionSettings,
  options: Options,
  depth: number,
): Promise<SshConnection | undefined> {
  const hop = jumpSettings(config, settings);
  if (hop === undefined) return undefined;
  try {
    return await logIn(hop, options, depth + 1);
  } catch (error) {
    throw new Unreachable(`${config.alias}: the jump host ${hop.address} cannot be passed: ${errorText(error)}`, {
      hint: error instanceof Unreachable ? error.hint : undefined,
      cause: error,
    });
  }
}

class SshConnection implements Connection {
  readonly transport = 'ssh';
  readonly user: string;
  readonly closed: Promise<Error | undefined>;
  readonly #client: Client;
  readonly #alias: string;
  #gone = false;
  #closedByUs = false;
  #reason: string | undefined;

  constructor(client: Client, config: SshConfig, hop: SshConnection | undefined) {
    this.#client = client;
    this.#alias = config.alias;
    this.user = config.user;
    client.on('error', (error) => {
      this.#reason ??= errorText(error);
    });
    this.closed = new Promise((resolve) => {
      client.once('close', () => {
        this.#gone = true;
        void hop?.close();
        const reason = this.#reason ?? 'it was closed by the other side';
        resolve(
          this.#closedByUs ? undefined : new ConnectionLost(`${this.#alias}: the connection was lost: ${reason}`),
        );
      });
    });
  }

  async open(command: string, options: { readonly terminal?: boolean } = {}): Promise<Channel> {
    if (this.#gone) throw new ConnectionLost(`${this.#alias}: the connection is gone`);
    return openSshChannel(this.#client, command, {
      terminal: options.terminal ?? false,
      gone: this.closed,
      isGone: () => this.#gone,
    });
  }

  /** A byte stream through this host to another one. */
  async forward(target: SshConfig): Promise<Readable> {
    const where = `${target.hostname}:${target.port}`;
    return new Promise((resolve, reject) => {
      try {
        this.#client.forwardOut('127.0.0.1', 0, target.hostname, target.port, (error, stream) => {
          if (error) reject(this.#cannotForward(where, error));
          else resolve(stream);
        });
      } catch (error) {
        reject(this.#cannotForward(where, error));
      }
    });
  }

  #cannotForward(where: string, error: unknown): Unreachable {
    return new Unreachable(`${where}: the jump host ${this.#alias} cannot connect there: ${errorText(error)}`, {
      hint: 'can it reach the address, and does its sshd allow it (AllowTcpForwarding, PermitOpen)?',
      cause: error,
    });
  }

  async close(): Promise<void> {
    this.#closedByUs = true;
    if (this.#gone) return;
    this.#client.end();
    // A dead connection answers no goodbye.
    const cut = setTimeout(() => this.#client.destroy(), CLOSE_TIMEOUT);
    await this.closed;
    clearTimeout(cut);
  }
}
