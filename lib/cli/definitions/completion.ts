import { Argument, type Command } from 'commander';
import { EXIT } from '../../model/errors.ts';
import type { CommandLine } from './definition.ts';

/** The shells whose completion can be written. */
const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const EXAMPLES = `
Examples:
  eval "$(garden completion bash)"               in ~/.bashrc
  source <(garden completion zsh)                in ~/.zshrc, behind compinit
  garden completion fish > ~/.config/fish/completions/garden.fish`;

/** `garden completion`. */
export function defineCompletion(program: Command, { streams, done }: CommandLine): void {
  program
    .command('completion')
    .description('print the script that completes commands and options with TAB')
    .addArgument(new Argument('<shell>', 'the shell that it is for').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: Shell) => {
      const { completionCommand } = await import('../commands/completion.ts');
      completionCommand(program, shell, streams);
      done(EXIT.done);
    });
}
