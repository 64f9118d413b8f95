import { type Command, InvalidArgumentError, Option } from 'commander';
import type { SelectionOptions } from '../../engine/selection.ts';
import { UsageError } from '../../model/errors.ts';
import type { MaxFail } from '../../model/play.ts';
import { underHeading } from './heading.ts';

/** What `--rerun` takes up again: of the last run of the playbook, or of a named one. */
export interface Rerun {
  readonly which: 'failed' | 'changed';
  readonly run?: string | undefined;
}

/** Which part of a playbook is meant. */
export interface PartFlags {
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly role?: readonly string[];
  /** `--from`, or `--start-at-task`. */
  readonly from?: string;
}

/** Which part of a playbook is run, and how far. */
export interface SelectionFlags extends PartFlags {
  readonly rerun?: Rerun;
  readonly step?: true;
  readonly maxFail?: MaxFail;
  readonly syntaxCheck?: true;
}

/** What Ansible's users type out of habit, and why there is no need of it. */
const NEEDLESS: ReadonlyMap<string, string> = new Map([
  ['force-handlers', 'handlers cannot be lost: what a failure keeps from running is run first by the next run'],
  ['flush-cache', 'facts are not kept from one run to the next, so there is nothing to be flushed'],
]);

function words(value: string, earlier: readonly string[] = []): readonly string[] {
  const found = value.split(',').map((word) => word.trim());
  if (found.includes('')) throw new InvalidArgumentError('It must be a name, or names with commas in between.');
  return [...new Set([...earlier, ...found])];
}

function text(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return value;
}

function rerun(value: string): Rerun {
  const [, which, run] = /^(failed|changed)(?::(.+))?$/.exec(value) ?? [];
  if (which !== 'failed' && which !== 'changed')
    throw new InvalidArgumentError(
      'It must be failed or changed, with a run where it is not the last one: failed:RUN.',
    );
  return { which, run };
}

function maxFail(value: string): MaxFail {
  const [, number, sign] = /^(\d+(?:\.\d+)?)(%?)$/.exec(value) ?? [];
  if (number === undefined || (sign === '' && number.includes('.')) || (sign === '%' && Number(number) > 100))
    throw new InvalidArgumentError('It must be a number of hosts, or a percentage such as 20%.');
  return sign === '%' ? { percent: Number(number) } : { hosts: Number(number) };
}

/** Adds the options that select a part of a playbook by its own words. */
export function withPartOptions(command: Command): Command {
  return underHeading(command, 'run', (under) =>
    under
      .option('-t, --tags <tags>', 'only tasks with one of these tags; may be given again', words)
      .option('--skip-tags <tags>', 'no tasks with one of these tags; may be given again', words)
      .option('--role <roles>', 'only tasks of these roles: names, or paths as garden list shows them', words)
      .option(
        '--from <path>',
        'only this play, role or task, and all after it: a path, the end of one, or a name',
        text,
      )
      .addOption(new Option('--start-at-task <task>', 'the same as --from').argParser(text))
      .on('option:start-at-task', (value: string) => command.setOptionValueWithSource('from', text(value), 'cli')),
  );
}

/** Adds the options that say which part of a playbook is run, and how far. */
export function withSelectionOptions(command: Command): Command {
  withPartOptions(command);
  underHeading(command, 'run', (under) =>
    under
      .option(
        '--rerun <what>',
        'of the last run: failed (hosts), or changed (hosts and roles); failed:RUN of another',
        rerun,
      )
      .option(
        '--max-fail <hosts>',
        'give up when more hosts than this are lost: 3, or 20%; wins over the plays',
        maxFail,
      )
      .option('--step', 'ask before each task')
      .option('--syntax-check', 'only find mistakes: load everything, touch no host'),
  );
  for (const [name, why] of NEEDLESS) {
    command
      .addOption(new Option(`--${name}`, 'not needed').hideHelp())
      .on(`option:${name}`, () => refuse(`--${name}`, why));
  }
  return command;
}

function refuse(flag: string, why: string): never {
  throw new UsageError([{ message: `${flag} is not needed: ${why}`, hint: 'leave it out' }]);
}

/** What of a playbook the flags select. */
export function selectionOf({ tags, skipTags, role, from }: PartFlags): SelectionOptions {
  return { tags, skipTags, roles: role, from };
}
