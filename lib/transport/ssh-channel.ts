import type { Client, ClientChannel } from 'ssh2';
import { ConnectionLost, GardenError } from '../model/errors.ts';
import { errorText } from '../model/thrown.ts';
import type { Channel, ChannelEnd } from './transport.ts';

/** A terminal that no program should want to draw on. */
const TERMINAL = { term: 'dumb', rows: 24, cols: 200 } as const;

/** A channel and how its command ends, as it becomes known. */
interface Opened {
  readonly channel: ClientChannel;
  readonly end: () => ChannelEnd;
}

function request(client: Client, command: string, terminal: boolean): Promise<Opened> {
  return new Promise((resolve, reject) => {
    client.exec(command, terminal ? { pty: TERMINAL } : {}, (error, channel) => {
      if (error) return reject(error);
      let end: ChannelEnd = { status: undefined, signal: undefined };
      // Listened for here and now: of a short command, the end may have come in the same packet as the start.
      channel.on('exit', (status: number | null, signal?: string) => {
        end = { status: status ?? undefined, signal };
      });
      resolve({ channel, end: () => end });
    });
  });
}

/**
 * Opens a channel to a command.
 *
 * @param gone resolves when the connection is gone: no channel outlives it.
 * @throws ConnectionLost where the connection is gone; GardenError where the host refuses a further channel.
 */
export async function openSshChannel(
  client: Client,
  command: string,
  options: { readonly terminal: boolean; readonly gone: Promise<Error | undefined>; readonly isGone: () => boolean },
): Promise<Channel> {
  let opened: Opened;
  try {
    opened = await request(client, command, options.terminal);
  } catch (error) {
    const text = errorText(error);
    if (!options.isGone() && /channel open failure/i.test(text)) {
      throw new GardenError(`the host refuses a further channel on this connection (${text})`, {
        hint: 'sshd allows ten at a time by default, fewer where MaxSessions says so in its sshd_config',
        cause: error,
      });
    }
    if (!options.isGone() && /unable to (exec|request)/i.test(text)) {
      throw new GardenError(`the host refuses to start the command (${text})`, {
        hint: 'is the account allowed to run commands, with a terminal where one is asked for (PermitTTY)?',
        cause: error,
      });
    }
    throw new ConnectionLost(`the connection is gone: ${text}`, { cause: error });
  }
  const { channel, end } = opened;
  // Writing to a command that has ended is no fault of ours; what counts is how it ended.
  channel.on('error', () => {});
  channel.stderr.on('error', () => {});
  const ended = new Promise<ChannelEnd>((resolve) => {
    channel.once('close', () => resolve(end()));
    // A channel's own close waits until all was read; the end of the connection does not.
    void options.gone.then(() => resolve(end()));
  });
  return { stdin: channel, stdout: channel, stderr: channel.stderr, ended, close: () => channel.close() };
}
