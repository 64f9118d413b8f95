import type { Readable } from 'node:stream';
import { ConnectionLost, GardenError } from '../model/errors.ts';
import type { Become } from '../model/host.ts';
import type { Secret } from '../model/secret.ts';
import type { Channel, ChannelEnd } from '../transport/transport.ts';
import { asksForPassword, type Signs } from './become-command.ts';
import { becomeFailure, missesTerminal, noPassword } from './become-failure.ts';

/** How long the question for a password, or the answer to it, may be waited for, in milliseconds. */
const PATIENCE = 60_000;

/** Where a command asks for a password, and how it is answered. */
export interface Dialogue {
  readonly asks: readonly Readable[];
  answer(line: string): void;
}

/** Who becomes whom, and by which signs it is seen. */
export interface Parties {
  readonly become: Become;
  readonly signs: Signs;
  /** Who logged in, as far as it is known. */
  readonly login: string | undefined;
}

/** The method only refuses because there is no terminal. */
export class WantsTerminal extends GardenError {}

/** What the command has said so far, and what is to be made of it. */
class Conversation {
  readonly #parties: Parties;
  #heard = '';
  #sinceAnswer = '';
  #answered = false;

  constructor(parties: Parties) {
    this.#parties = parties;
  }

  /** The password, where this is the question for it. @throws GardenError where there is none to give, or it was wrong. */
  hear(text: string): Secret | undefined {
    const { become, signs, login } = this.#parties;
    this.#heard += text;
    this.#sinceAnswer += text;
    if (!asksForPassword(become, this.#sinceAnswer, signs)) return undefined;
    if (this.#answered) throw becomeFailure(become, login, 'incorrect password', true);
    if (become.password === undefined) throw noPassword(become, login);
    this.#answered = true;
    this.#sinceAnswer = '';
    return become.password;
  }

  /** Why it ended without a shell. */
  failure({ status, signal }: ChannelEnd): GardenError {
    const { become, login } = this.#parties;
    if (missesTerminal(this.#words)) return new WantsTerminal(this.#words);
    if (status === undefined && signal === undefined) {
      return new ConnectionLost(`${become.method}: the connection was lost`);
    }
    return becomeFailure(become, login, this.#words, this.#answered);
  }

  /** Neither a question that is known nor a shell. */
  silence(): GardenError {
    const last = this.#words
      .trim()
      .split(/[\r\n]+/)
      .at(-1);
    const seconds = PATIENCE / 1000;
    return new GardenError(
      `${this.#parties.become.method} gave no answer within ${seconds} s${last ? ` (${last})` : ''}`,
      {
        hint: 'does it ask for something else than a password?',
      },
    );
  }

  get #words(): string {
    return this.#heard.replaceAll(this.#parties.signs.prompt, '');
  }
}

/**
 * Waits until the command is past its question, answering it once. The channel's streams are then paused, and what the
 * other user's shell has printed behind its sign is still in them.
 *
 * @throws GardenError where it cannot become that user, {@link WantsTerminal} where it could in a terminal; ConnectionLost.
 */
export async function agree(channel: Channel, { asks, answer }: Dialogue, parties: Parties): Promise<void> {
  const conversation = new Conversation(parties);
  const sign = `${parties.signs.ready}\n`;
  // All of them are read: a channel whose streams are not never ends.
  const streams = new Set([channel.stderr, channel.stdout, ...asks]);
  const listeners = new Map<Readable, (chunk: Buffer) => void>();
  const stop = () => {
    for (const [stream, listener] of listeners) stream.off('data', listener).pause();
  };
  let errors = '';
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const listen = (stream: Readable, chunk: Buffer) => {
        // Latin-1 keeps every byte, for those that are put back.
        const text = chunk.toString('latin1');
        if (stream === channel.stderr) {
          errors += text;
          const found = errors.indexOf(sign);
          if (found !== -1) {
            stop();
            const rest = errors.slice(found + sign.length);
            if (rest !== '') stream.unshift(Buffer.from(rest, 'latin1'));
            return resolve();
          }
        }
        const password = conversation.hear(text);
        if (password) answer(`${password.reveal()}\n`);
      };
      for (const stream of streams) {
        const listener = (chunk: Buffer) => {
          try {
            listen(stream, chunk);
          } catch (error) {
            reject(error);
          }
        };
        listeners.set(stream, listener);
        stream.on('data', listener).resume();
      }
      void channel.ended.then((end) => reject(conversation.failure(end)));
      timer = setTimeout(() => reject(conversation.silence()), PATIENCE);
    });
  } catch (error) {
    // Nobody listens any more; what it yet says must not keep it from ending.
    for (const [stream, listener] of listeners) stream.off('data', listener).resume();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
