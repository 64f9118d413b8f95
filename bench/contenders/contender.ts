import type { Keys } from '../keys.ts';
import type { Command, Measured } from '../measure.ts';
import type { Address } from '../network.ts';
import type { Item } from '../workload.ts';

/** Work that is given to every contender alike. */
export interface Job {
  /** An empty folder of the contender's own, beside which lies `files` with what the workload's files hold. */
  readonly folder: string;
  readonly hosts: readonly Address[];
  readonly items: readonly Item[];
  readonly keys: Keys;
  /** How many hosts are worked on at once. */
  readonly forks: number;
  /** A host that all others are reached through. */
  readonly jump?: Address | undefined;
}

/** A command to be measured, and how it is known to have done what it should. */
export interface Prepared {
  readonly command: Command;
  /** @throws where it did not end well, or did not change so many things on each host. */
  verify(measured: Measured, changes: number): void;
}

/** A tool that is measured. */
export interface Contender {
  readonly name: string;
  /** In words, for the page of results: what it is and how it is set. */
  readonly how: string;
  /** Why it cannot be measured on this machine; undefined where it can. */
  missing(): Promise<string | undefined>;
  /** Its version, in a few words. */
  version(): Promise<string>;
  /** Writes down the job in its own language. */
  prepare(job: Job): Promise<Prepared>;
}

/** Where the workload's files are, seen from a contender's folder. */
export const FILES = '../files';

/** The most lines of a failed command's output that are shown. */
const LAST_LINES = 25;

/** @throws with the last lines of the output where the command failed. */
export function expectSuccess({ status, output }: Measured): void {
  if (status !== 0)
    throw new Error(`it ended with ${status}:\n${output.trimEnd().split('\n').slice(-LAST_LINES).join('\n')}`);
}

/** @throws where a text does not stand in the output once for each host. */
export function expectOnEach({ output }: Measured, hosts: number, pattern: RegExp): void {
  const found = output.match(new RegExp(pattern, 'gm'))?.length ?? 0;
  if (found !== hosts) {
    const last = output.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
    throw new Error(`${pattern} stands ${found} times in its output, not ${hosts} times:\n${last}`);
  }
}

/** The arguments that make ssh find its way to the hosts. */
export function sshArguments({ keys, jump }: Job): readonly string[] {
  if (jump === undefined) return ['-F', keys.clientConfig];
  return ['-F', keys.clientConfig, '-J', `root@${jump.ip}:${jump.port}`];
}
