import type { Command } from 'commander';
import type { CommandLine } from './definition.ts';

const EXAMPLES = `
Nothing is ever written over. The new project's inventory is this machine itself, so that it can be tried at once.

Examples:
  garden init demo                               in a new folder
  garden init .                                  in this one`;

/** `garden init`. */
export function defineInit(program: Command, { streams, done }: CommandLine): void {
  program
    .command('init')
    .description('begin a new project, which type-checks and runs at once')
    .argument('<folder>', 'where; made if it does not exist')
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string) => {
      const { initCommand } = await import('../commands/init.ts');
      done(initCommand(folder, streams));
    });
}
