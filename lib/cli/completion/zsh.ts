import { quote } from '../../model/script.ts';
import { type ArgumentWords, type CommandWords, type OptionWords, spellings, type Values } from './command-words.ts';

const HEAD = `#compdef garden
# Completion of garden for zsh. Put this into ~/.zshrc, behind compinit:  source <(garden completion zsh)
`;

const FOOT = `
# Sourced, it registers itself; from a folder of $fpath, zsh runs it as the function.
if [[ \${funcstack[1]} == _garden ]]; then _garden "$@"; else compdef _garden garden; fi
`;

/** The characters that mean something in a specification of \`_arguments\`. */
function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&').replace(/\s+/g, ' ');
}

function action(values: Values): string {
  switch (values.type) {
    case 'words':
      return `(${values.words.join(' ')})`;
    case 'files':
      return '_files';
    case 'folders':
      return '_files -/';
    default:
      return ' ';
  }
}

function optionSpecifications(option: OptionWords): readonly string[] {
  const value = option.values === undefined ? '' : `:${escaped(option.valueName)}:${action(option.values)}`;
  return spellings(option).map((spelling) => {
    const written = option.values !== undefined && spelling.startsWith('--') ? `${spelling}=` : spelling;
    return quote(`*${written}[${escaped(option.description)}]${value}`);
  });
}

function argumentSpecification({ name, values, repeated }: ArgumentWords, index: number): string {
  return quote(`${repeated ? '*' : index + 1}:${escaped(name)}:${action(values)}`);
}

function functionName({ path }: CommandWords): string {
  return ['_garden', ...path].join('_');
}

function body(command: CommandWords): readonly string[] {
  const options = command.options.flatMap(optionSpecifications).map((text) => `    ${text} \\`);
  if (command.subcommands.length === 0) {
    const rest = command.arguments.map(argumentSpecification).map((text) => `    ${text} \\`);
    return ['  _arguments -s -S \\', ...options, ...rest, '    && return 0'];
  }
  const names = command.subcommands.map(
    ({ path, description }) => `    ${quote(`${path.at(-1) ?? ''}:${escaped(description)}`)}`,
  );
  return [
    '  local curcontext="$curcontext" state line',
    '  local -a commands',
    '  commands=(',
    ...names,
    '  )',
    '  _arguments -C \\',
    ...options,
    "    '1: :->command' \\",
    "    '*:: :->rest' && return 0",
    '  case $state in',
    '    command) _describe -t commands command commands ;;',
    '    rest)',
    '      case $line[1] in',
    ...command.subcommands.map((inner) => `        ${quote(inner.path.at(-1) ?? '')}) ${functionName(inner)} ;;`),
    '      esac',
    '      ;;',
    '  esac',
  ];
}

function functions(command: CommandWords): readonly string[] {
  return [
    ...command.subcommands.flatMap(functions),
    [`${functionName(command)}() {`, ...body(command), '}'].join('\n'),
  ];
}

/** The script that completes garden's commands in zsh. */
export function zshCompletion(words: CommandWords): string {
  return `${HEAD}\n${functions(words).join('\n\n')}\n${FOOT}`;
}
