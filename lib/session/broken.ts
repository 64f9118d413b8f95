import { ConnectionLost, GardenError } from '../model/errors.ts';
import type { Become } from '../model/host.ts';
import type { ChannelEnd } from '../transport/transport.ts';
import { becomeFailure } from './become-failure.ts';

/** What is known of a session whose shell has ended without being told to. */
export interface Remains {
  readonly end: ChannelEnd;
  /** The last that it said on standard error. */
  readonly words: string;
  /** Why the connection is gone, where it is. */
  readonly lost: Error | undefined;
}

/** The shell ended before it had greeted. */
export function neverStarted(remains: Remains, as: Become | undefined, login: string | undefined): GardenError {
  const { end, words } = remains;
  if (end.status === undefined) return endedInTheMiddle(remains);
  if (as) return becomeFailure(as, login, words, false);
  const last = lastLines(words);
  return new GardenError(`no shell could be started: exit status ${end.status}${last && ` (${last})`}`, {
    hint: 'is the account allowed to run commands?',
  });
}

/** The shell ended when it had work. */
export function endedInTheMiddle({ end: { status, signal }, words, lost }: Remains): ConnectionLost {
  const last = lastLines(words);
  const how = signal ? `ended by signal ${signal}` : status === undefined ? undefined : `exit status ${status}`;
  const text = how ? `the shell ended in the middle: ${how}` : 'the connection was lost in the middle';
  const why = how ? last : (lost?.message ?? last);
  return new ConnectionLost(`${text}${why && ` (${why})`}`, { cause: lost });
}

function lastLines(words: string): string {
  return words.split('\n').slice(-3).join(' / ');
}
