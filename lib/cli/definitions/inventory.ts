import type { Command } from 'commander';
import type { InventoryCommandOptions } from '../commands/inventory.ts';
import { withInventoryOptions } from '../options/inventory-options.ts';
import type { CommandLine } from './definition.ts';

const EXAMPLES = `
With no option: the groups, their hosts, and how each is reached.

Examples:
  garden inventory -i hosts.ini                               what there is
  garden inventory -i hosts.ini --host web1 --explain         every variable, where it is set, and what it overrode
  garden inventory -i hosts.ini --host web1 --explain port    one of them
  garden inventory -i hosts.ini --graph web --vars            a group as a tree, with variables
  garden inventory -i inventory.ts --list                     all of it as JSON, for Ansible and others`;

/** `garden inventory`. */
export function defineInventory(program: Command, { streams, done }: CommandLine): void {
  withInventoryOptions(program.command('inventory'))
    .description("show hosts, groups and variables; the options are ansible-inventory's")
    .argument('[group]', 'with --graph: begin at this group', 'all')
    .option('--list', 'all of it, as JSON')
    .option('--graph', 'the groups as a tree')
    .option('--host <name>', 'the variables of one host, as JSON')
    .option('--explain [variable]', 'with --host: where each value is set, and what it overrode')
    .option('--vars', 'with --graph: variables too')
    .option('-y, --yaml', 'with --list and --host: YAML instead of JSON')
    .option('--export', "with --list: each group's and host's own variables, not what hosts make of them")
    .option('--playbook <file>', 'count the variables beside this playbook, and its schema for them')
    .addHelpText('after', EXAMPLES)
    .action(async (group: string, options: InventoryCommandOptions) => {
      const { inventoryCommand } = await import('../commands/inventory.ts');
      done(await inventoryCommand(group, options, streams));
    });
}
