import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ConnectionLost, GardenError } from '../model/errors.ts';
import type { Become } from '../model/host.ts';
import { type Script, sh } from '../model/script.ts';
import type { Channel, Connection } from '../transport/transport.ts';
import { asksForPassword, becomeCommand, mayAsk, type Signs, wantsTerminal } from './become-command.ts';
import { becomeFailure, missesTerminal, noPassword } from './become-failure.ts';
import { openInTerminal } from './terminal-become.ts';

/** How long the question for a password, or the answer to it, may be waited for, in milliseconds. */
const PATIENCE = 60_000;

export interface OpenOptions {
  readonly as?: Become | undefined;
  /** Go through a terminal even where the method is not known to need one. */
  readonly terminal?: boolean | undefined;
}

/**
 * Opens a channel to a command line for `sh`, as who logged in or as another user. The password goes to the prompt and
 * nowhere else, once. Where none can be asked for, nothing is waited for: that the method refused is then told by the
 * channel's end and its standard error, see {@link becomeFailure}.
 *
 * Read its streams with `on('data')` and `resume()`: they are paused.
 *
 * @throws GardenError where it cannot become that user; ConnectionLost.
 */
export async function openAs(connection: Connection, command: Script, options: OpenOptions = {}): Promise<Channel> {
  const { as: become } = options;
  if (become === undefined) return connection.open(sh`exec ${command}`.text);
  const nonce = randomBytes(12).toString('hex');
  const signs: Signs = { prompt: `[garden ${nonce}] `, ready: `garden-ready-${nonce}` };
  const through = becomeCommand(become, command, signs);
  const exchange = { become, signs, login: connection.user };
  if (options.terminal || wantsTerminal(become)) {
    // In a terminal every method may ask, and its shell is only known to be there when it says so.
    const asking = becomeCommand(become, inOwnSession(command, mayAsk(become) ? undefined : signs.ready), signs, true);
    const { channel, dialogue, settled } = await openInTerminal(connection, asking);
    try {
      await agree(channel, dialogue, exchange);
    } catch (error) {
      channel.close();
      throw error;
    }
    await settled();
    return channel;
  }
  const channel = await connection.open(sh`exec ${through}`.text);
  if (!mayAsk(become)) return channel;
  try {
    const streams = [channel.stderr, channel.stdout];
    await agree(channel, { asks: streams, answer: (line) => channel.stdin.write(line) }, exchange);
    return channel;
  } catch (error) {
    channel.close();
    if (!(error instanceof WantsTerminal)) throw error;
    return openAs(connection, command, { ...options, terminal: true });
  }
}

/** Programs behind it must not find the terminal that only the password was for. */
function inOwnSession(command: Script, ready: string | undefined): Script {
  const hello = ready === undefined ? sh`` : sh`printf '%s\n' ${ready} >&2; `;
  return sh`${hello}if command -v setsid >/dev/null 2>&1; then setsid ${command}; else ${command}; fi; exit $?`;
}

/** Where a command asks for a password, and how it is answered. */
export interface Dialogue {
  readonly asks: readonly Readable[];
  answer(line: string): void;
}

/** Neither a question that is known nor a shell. */
function unanswered({ method }: Become, said: string): GardenError {
  const last = said
    .trim()
    .split(/[\r\n]+/)
    .at(-1);
  return new GardenError(`${method} gave no answer within ${PATIENCE / 1000} s${last ? ` (${last})` : ''}`, {
    hint: 'does it ask for something else than a password?',
  });
}

class WantsTerminal extends GardenError {}

/** Waits until the command is past its question, answering it once. */
async function agree(
  channel: Channel,
  { asks, answer }: Dialogue,
  { become, signs, login }: { readonly become: Become; readonly signs: Signs; readonly login: string | undefined },
): Promise<void> {
  // All of them: a channel whose streams are not read never ends.
  const streams = new Set([channel.stderr, channel.stdout, ...asks]);
  let said = '';
  let all = '';
  let answered = false;
  let timer: NodeJS.Timeout | undefined;
  const listeners = new Map<Readable, (chunk: Buffer) => void>();
  try {
    await new Promise<void>((resolve, reject) => {
      const consider = (stream: Readable, chunk: Buffer) => {
        const text = chunk.toString('latin1');
        all += text;
        const ready = all.indexOf(`${signs.ready}\n`);
        if (stream === channel.stderr && ready !== -1) {
          // What comes behind it is the command's own.
          const rest = Buffer.from(all.slice(ready + signs.ready.length + 1), 'latin1');
          for (const [each, listener] of listeners) each.off('data', listener).pause();
          if (rest.length > 0) stream.unshift(rest);
          resolve();
          return;
        }
        said += text;
        if (!asksForPassword(become, said, signs)) return;
        if (answered) return reject(becomeFailure(become, login, 'incorrect password', true));
        if (become.password === undefined) return reject(noPassword(become, login));
        answered = true;
        said = '';
        answer(`${become.password.reveal()}\n`);
      };
      for (const stream of streams) {
        const listener = (chunk: Buffer) => consider(stream, chunk);
        listeners.set(stream, listener);
        stream.on('data', listener);
        stream.resume();
      }
      void channel.ended.then(({ status, signal }) => {
        const words = all.replaceAll(signs.prompt, '');
        if (missesTerminal(words)) reject(new WantsTerminal(words));
        else if (status === undefined && signal === undefined)
          reject(new ConnectionLost(`${become.method}: the connection was lost`));
        else reject(becomeFailure(become, login, words, answered));
      });
      timer = setTimeout(() => reject(unanswered(become, all.replaceAll(signs.prompt, ''))), PATIENCE);
    });
  } finally {
    clearTimeout(timer);
    for (const [stream, listener] of listeners) stream.off('data', listener);
  }
}
