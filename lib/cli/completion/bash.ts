import { quote } from '../../model/script.ts';
import { allCommands, type CommandWords, spellings, type Values } from './command-words.ts';

const HEAD = `# Completion of garden for bash. Put this into ~/.bashrc:  eval "$(garden completion bash)"
_garden() {
  local current=\${COMP_WORDS[COMP_CWORD]} command= option= word words= index
  local -i position=0
  # bash gives the "=" of --format=json as a word of its own.
  [[ $current == = ]] && current=
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    [[ $word == = ]] && continue
    if [[ -n $option && ( \${COMP_WORDS[index-1]} == = || \${COMP_WORDS[index-1]} == "\${option##* }" ) ]]; then
      option=
      continue
    fi
    option=
    # Behind -- stands a command for the hosts.
    [[ $word == -- ]] && return
    case "$command $word" in`;

const FOOT = `  # Where there is nothing to offer, bash completes the names of files.
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _garden garden`;

function pattern(words: readonly string[]): string {
  return words.map(quote).join(' | ');
}

/** A command's name within the script; empty for garden itself. */
function name({ path }: CommandWords): string {
  return path.join(' ');
}

function descents(command: CommandWords): readonly string[] {
  return command.subcommands.map(
    (inner) =>
      `      ${quote(`${name(command)} ${inner.path.at(-1) ?? ''}`)}) command=${quote(name(inner))} position=0 ;;`,
  );
}

function takers(command: CommandWords): readonly string[] {
  const taking = command.options.filter(({ values }) => values !== undefined).flatMap(spellings);
  if (taking.length === 0) return [];
  return [`      ${pattern(taking.map((spelling) => `${name(command)} ${spelling}`))}) option="$command $word" ;;`];
}

/** A branch that offers words; what is no list of words is left to bash. */
function branch(places: readonly string[], values: Values | undefined): readonly string[] {
  return values?.type === 'words' ? [`    ${pattern(places)}) words=${quote(values.words.join(' '))} ;;`] : [];
}

function optionValues(command: CommandWords): readonly string[] {
  return command.options.flatMap((option) =>
    branch(
      spellings(option).map((spelling) => `${name(command)} ${spelling}`),
      option.values,
    ),
  );
}

/** What may stand where neither an option nor its value does. */
function positions(command: CommandWords): readonly string[] {
  const words = command.subcommands.map(({ path }) => path.at(-1) ?? '');
  if (words.length > 0) return branch([`${name(command)} 0`], { type: 'words', words });
  return command.arguments.flatMap(({ values }, index) => branch([`${name(command)} ${index}`], values));
}

function optionNames(command: CommandWords): string {
  return `    ${quote(name(command))}) words=${quote(command.options.flatMap(spellings).join(' '))} ;;`;
}

/** The script that completes garden's commands in bash 3.2 and newer. */
export function bashCompletion(words: CommandWords): string {
  const commands = allCommands(words);
  return `${[
    HEAD,
    ...commands.flatMap(descents),
    ...commands.flatMap(takers),
    '      *) [[ $word == -* ]] || position+=1 ;;',
    '    esac',
    '  done',
    '  if [[ -n $option ]]; then',
    '    case $option in',
    ...commands.flatMap(optionValues),
    '    esac',
    '  elif [[ $current == -* ]]; then',
    '    case $command in',
    ...commands.map(optionNames),
    '    esac',
    '  else',
    '    case "$command $position" in',
    ...commands.flatMap(positions),
    '    esac',
    '  fi',
    FOOT,
  ].join('\n')}\n`;
}
