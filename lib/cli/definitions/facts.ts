import { type Command, Option } from 'commander';
import type { FactsOptions } from '../commands/facts.ts';
import { type HostOptions, withHostOptions } from '../options/host-options.ts';
import { HOST_PATTERN } from '../options/values.ts';
import type { CommandLine } from './definition.ts';

const EXAMPLES = `
Examples:
  garden facts all                               everything that is known of each host
  garden facts web os memory                     two of them
  garden facts all disks --format json           as data: {"web1": {"disks": …}}
  garden doc -l                                  which facts there are`;

/** `garden facts`. */
export function defineFacts(program: Command, { argv, streams, done }: CommandLine): void {
  withHostOptions(program.command('facts'))
    .description('show what is known of hosts: their system, memory, disks, addresses')
    .argument('<pattern>', HOST_PATTERN)
    .argument('[name...]', 'facts; all of them where none is named')
    .addOption(new Option('--format <format>', 'how to print them').choices(['text', 'json', 'yaml']).default('text'))
    .addHelpText('after', EXAMPLES)
    .action(async (pattern: string, names: string[], options: HostOptions & FactsOptions) => {
      const { factsCommand } = await import('../commands/facts.ts');
      done(await factsCommand(pattern, names, options, argv, streams));
    });
}
