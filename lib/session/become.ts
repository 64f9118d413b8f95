import { randomBytes } from 'node:crypto';
import type { Become } from '../model/host.ts';
import { type Script, sh } from '../model/script.ts';
import type { Channel, Connection } from '../transport/transport.ts';
import { becomeCommand, mayAsk, type Signs, wantsTerminal } from './become-command.ts';
import { agree, type Parties, WantsTerminal } from './become-dialogue.ts';
import { openInTerminal } from './terminal-become.ts';

export interface OpenOptions {
  readonly as?: Become | undefined;
  /** Go through a terminal even where the method is not known to need one. */
  readonly terminal?: boolean | undefined;
}

/**
 * Opens a channel to a command line for `sh`, as who logged in or as another user. The password goes to the prompt and
 * nowhere else, once. Where none can be asked for, nothing is waited for: that the method refused is then told by the
 * channel's end and its standard error, see `becomeFailure`.
 *
 * Read its streams with `on('data')` and `resume()`: they are paused.
 *
 * @throws GardenError where it cannot become that user; ConnectionLost.
 */
export async function openAs(
  connection: Connection,
  command: Script,
  { as: become, terminal = false }: OpenOptions = {},
): Promise<Channel> {
  if (become === undefined) return connection.open(sh`exec ${command}`.text);
  const nonce = randomBytes(12).toString('hex');
  const signs: Signs = { prompt: `[garden ${nonce}] `, ready: `garden-ready-${nonce}` };
  const parties: Parties = { become, signs, login: connection.user };
  if (terminal || wantsTerminal(become)) return throughTerminal(connection, command, parties);
  try {
    return await throughPipes(connection, command, parties);
  } catch (error) {
    if (!(error instanceof WantsTerminal)) throw error;
    return throughTerminal(connection, command, parties);
  }
}

async function throughPipes(connection: Connection, command: Script, parties: Parties): Promise<Channel> {
  const { become, signs } = parties;
  const channel = await connection.open(sh`exec ${becomeCommand(become, command, signs)}`.text);
  if (!mayAsk(become)) return channel;
  const dialogue = {
    asks: [channel.stderr, channel.stdout],
    answer: (line: string) => channel.stdin.write(line),
  };
  return agreed(channel, agree(channel, dialogue, parties));
}

async function throughTerminal(connection: Connection, command: Script, parties: Parties): Promise<Channel> {
  const { become, signs } = parties;
  // In a terminal every method may ask, so its shell is only known to be there when it says so.
  const ready = mayAsk(become) ? sh`` : sh`printf '%s\n' ${signs.ready} >&2; `;
  // Programs behind it must not find the terminal, which is for the password alone.
  const apart = sh`${ready}if command -v setsid >/dev/null 2>&1; then setsid ${command}; else ${command}; fi; exit $?`;
  const asking = becomeCommand(become, apart, signs, true);
  const { channel, dialogue, settled } = await openInTerminal(connection, asking);
  await agreed(channel, agree(channel, dialogue, parties));
  await settled();
  return channel;
}

/** The channel, when it is past its question; it is closed where it does not get there. */
async function agreed(channel: Channel, agreement: Promise<void>): Promise<Channel> {
  try {
    await agreement;
    return channel;
  } catch (error) {
    channel.close();
    throw error;
  }
}
