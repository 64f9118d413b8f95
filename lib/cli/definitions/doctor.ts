import type { Command } from 'commander';
import { type HostOptions, withHostOptions } from '../options/host-options.ts';
import { HOST_PATTERN } from '../options/values.ts';
import type { CommandLine } from './definition.ts';

const EXAMPLES = `
It only looks: at this machine, and at each host. Every line that is not ok says what to do.

Examples:
  garden doctor -i hosts.ini                     can I log in, is the clock right, is there space, is a lock held?
  garden doctor web -i hosts.ini -bK             and may I become root there?`;

/** `garden doctor` and `garden ping`. */
export function defineDoctor(program: Command, { argv, streams, done }: CommandLine): void {
  withHostOptions(program.command('doctor'))
    .description('tell what is in the way of a run, and what to do about it')
    .argument('[pattern]', HOST_PATTERN, 'all')
    .addHelpText('after', EXAMPLES)
    .action(async (pattern: string, options: HostOptions) => {
      const { doctorCommand } = await import('../commands/doctor.ts');
      done(await doctorCommand(pattern, options, argv, streams));
    });
  withHostOptions(program.command('ping'))
    .description('log in to hosts, and tell how long they take to answer')
    .argument('[pattern]', HOST_PATTERN, 'all')
    .action(async (pattern: string, options: HostOptions) => {
      const { pingCommand } = await import('../commands/ping.ts');
      done(await pingCommand(pattern, options, argv, streams));
    });
}
