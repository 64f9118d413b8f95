import type { Command } from 'commander';
import type { Streams } from '../streams.ts';

/** What a command is given besides its own arguments and options. */
export interface CommandLine {
  /** The words behind `garden`. */
  readonly argv: readonly string[];
  readonly streams: Streams;
  /** How a command ends: with one of the exit codes. */
  readonly done: (exitCode: number) => void;
}

/**
 * Says what a command is called and takes. What it does is imported when it is asked for, so that `garden --version`
 * and a typing mistake are answered at once.
 */
export type Define = (program: Command, line: CommandLine) => void;
