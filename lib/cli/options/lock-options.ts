import { type Command, InvalidArgumentError } from 'commander';
import { underHeading } from './heading.ts';

/** What commands that lock their hosts take. */
export interface LockOptions {
  /** How long to wait for a host that another run holds, in seconds. */
  readonly lockTimeout?: number;
}

function seconds(value: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(value)) throw new InvalidArgumentError('It must be a number of seconds, 0 or more.');
  return Number(value);
}

/** Adds the options of commands that lock their hosts. */
export function withLockOptions(command: Command): Command {
  return underHeading(command, 'run', (under) =>
    under.option(
      '--lock-timeout <seconds>',
      'how long to wait for a host that another run holds (5 by default)',
      seconds,
    ),
  );
}
