import type { Readable, Writable } from 'node:stream';
import type { ConnectionSettings, TransportName } from '../model/host.ts';

/** How a channel ended: an exit status, or the signal that ended the command. */
export interface ChannelEnd {
  readonly status: number | undefined;
  readonly signal: string | undefined;
}

/** A running command on a target: three byte streams and its end. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Empty where the command runs in a terminal: everything then comes on stdout. */
  readonly stderr: Readable;
  /** Resolves when the command has ended or the connection is gone (both undefined). Never rejects. */
  readonly ended: Promise<ChannelEnd>;
  /** Closes the channel; what runs behind it loses its input. */
  close(): void;
}

/** A log-in to a target. It opens channels and knows nothing of tasks or shells. */
export interface Connection {
  readonly transport: TransportName;
  /** Who logged in, as far as it is known. */
  readonly user: string | undefined;
  /**
   * Starts a command through the user's login shell.
   *
   * @throws ConnectionLost where the connection is gone.
   */
  open(command: string, options?: { readonly terminal?: boolean }): Promise<Channel>;
  /** Resolves when the connection is gone, with the reason where it was not closed by us. Never rejects. */
  readonly closed: Promise<Error | undefined>;
  close(): Promise<void>;
}

/** Told of things that a person should know: why a transport was chosen, which host key was taken. */
export type Notice = (level: 'info' | 'warning' | 'debug', text: string) => void;

/** Opens connections of one kind. */
export interface Transport {
  readonly name: TransportName;
  /** @throws Unreachable with the cause in words and what to do. */
  connect(
    settings: ConnectionSettings,
    options: { readonly notice: Notice; readonly signal?: AbortSignal },
  ): Promise<Connection>;
}
