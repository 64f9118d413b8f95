import type { Argument, Command, Option } from 'commander';

/** What may stand at a place of the command line. */
export type Values =
  | { readonly type: 'files' }
  | { readonly type: 'folders' }
  | { readonly type: 'words'; readonly words: readonly string[] }
  | { readonly type: 'anything' };

/** An option, with what may stand behind it. */
export interface OptionWords {
  readonly short: string | undefined;
  readonly long: string | undefined;
  readonly description: string;
  /** Undefined: it takes no value. */
  readonly values: Values | undefined;
  /** What the value is called in the help. */
  readonly valueName: string;
}

/** An argument of a command. */
export interface ArgumentWords {
  readonly name: string;
  readonly values: Values;
  /** It may be given again and again. */
  readonly repeated: boolean;
}

/** One command with all that may be typed behind it. */
export interface CommandWords {
  /** `[]` for garden itself, else the words that lead to it: `['lab', 'up']`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly OptionWords[];
  readonly arguments: readonly ArgumentWords[];
  readonly subcommands: readonly CommandWords[];
}

/** Names of arguments and values that stand for a file. */
const FILES = new Set(['file', 'playbook', 'source', 'script']);
const FOLDERS = new Set(['folder']);

function valuesOf(name: string, choices: readonly string[] | undefined): Values {
  if (choices !== undefined) return { type: 'words', words: choices };
  if (FILES.has(name)) return { type: 'files' };
  return { type: FOLDERS.has(name) ? 'folders' : 'anything' };
}

function optionWords(option: Option): OptionWords {
  const [, valueName = ''] = /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]/.exec(option.flags) ?? [];
  return {
    short: option.short,
    long: option.long,
    description: option.description,
    values: valueName === '' ? undefined : valuesOf(valueName, option.argChoices),
    valueName,
  };
}

function argumentWords(argument: Argument): ArgumentWords {
  const name = argument.name();
  return { name, values: valuesOf(name, argument.argChoices), repeated: argument.variadic };
}

/** What can be typed behind a command, read from its definition, so that the completion cannot say anything else. */
export function commandWords(command: Command, path: readonly string[] = []): CommandWords {
  const help = command.createHelp();
  return {
    path,
    description: command.description(),
    options: help.visibleOptions(command).map(optionWords),
    arguments: command.registeredArguments.map(argumentWords),
    subcommands: help.visibleCommands(command).map((each) => commandWords(each, [...path, each.name()])),
  };
}

/** A command and all below it. */
export function allCommands(words: CommandWords): readonly CommandWords[] {
  return [words, ...words.subcommands.flatMap(allCommands)];
}

/** How an option may be written: `-i`, `--inventory`. */
export function spellings({ short, long }: Pick<OptionWords, 'short' | 'long'>): readonly string[] {
  return [short, long].filter((spelling) => spelling !== undefined);
}
