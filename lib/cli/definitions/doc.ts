import { type Command, Option } from 'commander';
import type { DocOptions } from '../commands/doc.ts';
import type { CommandLine } from './definition.ts';

const EXAMPLES = `
Roles are those that come with garden and those of the project, in roles/<name>/index.ts.

Examples:
  garden doc                                     all that there are
  garden doc haproxy                             what a role does, and its parameters
  garden doc file service --format json          the same as data, parameters as JSON Schema`;

/** `garden doc`. */
export function defineDoc(program: Command, { streams, done }: CommandLine): void {
  program
    .command('doc')
    .description('tell what roles, resources and facts do and take')
    .argument('[name...]', 'roles, resources and facts; all of them where none is named')
    .option('-l, --list', 'a line each')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .addHelpText('after', EXAMPLES)
    .action(async (names: string[], options: DocOptions) => {
      const { docCommand } = await import('../commands/doc.ts');
      done(await docCommand(names, options, streams));
    });
}
