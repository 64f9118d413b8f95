import type { Command } from 'commander';
import type { LockAction, LockCommandOptions } from '../commands/lock.ts';
import { withHostOptions } from '../options/host-options.ts';
import { HOST_PATTERN } from '../options/values.ts';
import type { CommandLine } from './definition.ts';

const EXAMPLES = `
A run that changes a host locks it: nobody else's run works on it at the same time. The lock goes with its run.

Examples:
  garden lock show -i hosts.ini                  who holds which host, from where, since when
  garden lock show web -b                        as root: the locks of all users
  garden lock break web1 -b                      end the run that holds web1, and nothing else; asks first`;

const ACTIONS: readonly LockAction[] = ['show', 'break'];

const DESCRIPTIONS = {
  show: 'show who holds the locks of hosts',
  break: 'end the runs that hold the locks of hosts',
} as const satisfies Record<LockAction, string>;

/** `garden lock show|break`. */
export function defineLock(program: Command, { argv, streams, done }: CommandLine): void {
  const lock = program
    .command('lock')
    .description('the locks that runs hold on hosts: show, break')
    .helpCommand(false)
    .addHelpText('after', EXAMPLES);
  for (const action of ACTIONS) {
    const command = withHostOptions(lock.command(action))
      .description(DESCRIPTIONS[action])
      .argument('[pattern]', HOST_PATTERN, 'all');
    if (action === 'break') command.option('--yes', 'do not ask');
    command.action(async (pattern: string, options: LockCommandOptions) => {
      const { lockCommand } = await import('../commands/lock.ts');
      done(await lockCommand(action, pattern, options, argv, streams));
    });
  }
}
