import type { Command } from 'commander';
import type { LabAction, LabCommandOptions } from '../commands/lab.ts';
import type { CommandLine } from './definition.ts';

const EXAMPLES = `
The lab is a set of Debian containers on this machine, for rehearsals. It needs root, and names what else is missing.

Examples:
  garden lab up                                  build it, or mend what is broken of it
  garden lab up --install                        the same, and apt-get install what it needs first
  garden lab status                              its hosts, and what is left over if it is broken
  garden lab down                                take it away, and leave nothing behind`;

const ACTIONS: readonly LabAction[] = ['up', 'down', 'status'];

const DESCRIPTIONS = {
  up: 'bring the lab up; does nothing where it is up',
  down: 'take the lab away, also what a crash left of it',
  status: "show the lab's hosts",
} as const satisfies Record<LabAction, string>;

/** `garden lab up|down|status`. */
export function defineLab(program: Command, { streams, done }: CommandLine): void {
  const lab = program
    .command('lab')
    .description('the rehearsal lab: up, down, status')
    .helpCommand(false)
    .addHelpText('after', EXAMPLES);
  for (const action of ACTIONS) {
    const command = lab
      .command(action)
      .description(DESCRIPTIONS[action])
      .option('--name <name>', 'which lab, where there are several');
    if (action === 'up') command.option('--install', 'install the packages that it needs on this machine');
    command.action(async (options: LabCommandOptions) => {
      const { labCommand } = await import('../commands/lab.ts');
      done(await labCommand(action, options, streams));
    });
  }
}
