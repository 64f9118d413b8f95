import type { Command } from 'commander';
import { type HostOptions, withHostOptions } from '../options/host-options.ts';
import type { CommandLine } from './definition.ts';

const EXAMPLES = `
Examples:
  garden run site.ts -i hosts.ini                run it
  garden run site.ts -i hosts.ini -CD            only look, and show every difference
  garden run site.ts -l 'web:!web3' -f 5         all of web but web3, five at a time (inventory: the lab's)
  garden run site.ts -i hosts.ini -e release=42  with a variable`;

const PLAYBOOK = 'a TypeScript file whose default export is a playbook';

/** `garden run` and `garden plan`. */
export function defineRun(program: Command, { argv, streams, done }: CommandLine): void {
  withHostOptions(program.command('run'))
    .description('run a playbook')
    .argument('<playbook>', PLAYBOOK)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: HostOptions) => {
      const { runCommand } = await import('../commands/run.ts');
      done(await runCommand(file, options, argv, streams));
    });
  withHostOptions(program.command('plan'))
    .description('show what a playbook would change: the same as run --check --diff')
    .argument('<playbook>', PLAYBOOK)
    .action(async (file: string, options: HostOptions) => {
      const { runCommand } = await import('../commands/run.ts');
      done(await runCommand(file, { ...options, check: true, diff: true }, argv, streams));
    });
}
