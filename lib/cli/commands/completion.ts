import type { Command } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import { type CommandWords, commandWords } from '../completion/command-words.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import type { Shell } from '../definitions/completion.ts';
import type { Streams } from '../streams.ts';

const WRITERS: Readonly<Record<Shell, (words: CommandWords) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `garden completion`: prints the script that has a shell complete what the program takes. */
export function completionCommand(program: Command, shell: Shell, streams: Streams): void {
  streams.out.write(WRITERS[shell](commandWords(program)));
}
