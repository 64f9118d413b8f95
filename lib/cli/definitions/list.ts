import { type Command, Option } from 'commander';
import type { ListOptions } from '../commands/list.ts';
import { withInventoryOptions } from '../options/inventory-options.ts';
import { withPartOptions } from '../options/selection.ts';
import type { CommandLine } from './definition.ts';
import { PLAYBOOK } from './run.ts';

const EXAMPLES = `
No host is touched, and no secret is fetched. With --tags, --role and their like it shows what would be done.

Examples:
  garden list site.ts                            plays, roles and tasks as a tree
  garden list site.ts --only tasks               paths, as --from takes them
  garden list site.ts --only hosts -l web        which plays would touch which hosts
  garden list site.ts --tags config              what a run with these tags would do
  garden list site.ts --format json              as data, with the place of each task`;

/** `garden list`. */
export function defineList(program: Command, { streams, done }: CommandLine): void {
  withPartOptions(withInventoryOptions(program.command('list')))
    .description('show the plays, roles and tasks of a playbook')
    .argument('<playbook>', PLAYBOOK)
    .addOption(new Option('--only <part>', 'only this of it, a line each').choices(['hosts', 'roles', 'tasks', 'tags']))
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: ListOptions) => {
      const { listCommand } = await import('../commands/list.ts');
      done(await listCommand(file, options, streams));
    });
}
