import { InvalidArgumentError } from 'commander';

/** What a host pattern is, in the help of the commands that take one. */
export const HOST_PATTERN = 'a host pattern: all, web, web:&east, web:!web3';

/** An option that may be given again: its values in the order of the command line. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** @throws InvalidArgumentError for what is no whole number, or less than 1. */
export function positive(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return Number(value);
}
