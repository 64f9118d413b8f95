import { quote } from '../../model/script.ts';
import { allCommands, type CommandWords, type OptionWords, type Values } from './command-words.ts';

const HEAD = `# Completion of garden for fish:  garden completion fish > ~/.config/fish/completions/garden.fish

# Whether the words so far lead to this command: its words stand first, one after another.
function __garden_at
    set -l words (commandline -opc)
    set -e words[1]
    test (count $words) -ge (count $argv); or return 1
    for index in (seq (count $argv))
        test $words[$index] = $argv[$index]; or return 1
    end
end

# The same, with nothing behind it yet.
function __garden_just_at
    __garden_at $argv; and test (count (commandline -opc)) -eq (math 1 + (count $argv))
end

complete -c garden -f`;

/** A word of fish: within single quotes only the backslash and the quote itself are escaped. */
function word(text: string): string {
  return `'${text.replace(/\s+/g, ' ').replace(/[\\']/g, '\\$&')}'`;
}

function candidates(values: Values): string {
  switch (values.type) {
    case 'words':
      return `-xa ${word(values.words.join(' '))}`;
    case 'files':
      return '-rF';
    case 'folders':
      return "-xa '(__fish_complete_directories)'";
    default:
      return '-x';
  }
}

function condition(test: string, path: readonly string[]): string {
  return `-n ${word([test, ...path.map(quote)].join(' '))}`;
}

function optionLine({ path }: CommandWords, { short, long, description, values }: OptionWords): string {
  const parts = [
    path.length === 0 ? condition('__garden_just_at', path) : condition('__garden_at', path),
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(long === undefined ? [] : [`-l ${long.slice(2)}`]),
    ...(values === undefined ? [] : [candidates(values)]),
    `-d ${word(description)}`,
  ];
  return `complete -c garden ${parts.join(' ')}`;
}

/** Where its options may stand, its arguments may: which of them it is, is not looked at. */
function argumentLines(command: CommandWords): readonly string[] {
  const lines = command.arguments.map(({ values }) => {
    if (values.type === 'files') return '-F';
    if (values.type === 'anything') return undefined;
    return values.type === 'words' ? `-a ${word(values.words.join(' '))}` : "-a '(__fish_complete_directories)'";
  });
  return [...new Set(lines)]
    .filter((line) => line !== undefined)
    .map((line) => `complete -c garden ${condition('__garden_at', command.path)} ${line}`);
}

function subcommandLines(command: CommandWords): readonly string[] {
  return command.subcommands.map(({ path, description }) => {
    const place = condition('__garden_just_at', command.path);
    return `complete -c garden ${place} -a ${word(path.at(-1) ?? '')} -d ${word(description)}`;
  });
}

/** The script that completes garden's commands in fish. */
export function fishCompletion(words: CommandWords): string {
  const lines = allCommands(words).flatMap((command) => [
    ...subcommandLines(command),
    ...command.options.map((option) => optionLine(command, option)),
    ...argumentLines(command),
  ]);
  return `${[HEAD, ...lines].join('\n')}\n`;
}
