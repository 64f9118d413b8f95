import { quote } from '../../model/script.ts';

const LIMIT = ['-l', '--limit'];
const RERUN = ['--rerun'];
const VARS = ['-e', '--extra-vars'];

function without(words: readonly string[], flags: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (flags.includes(word)) index++;
    else if (!flags.some((flag) => (flag.startsWith('--') ? word.startsWith(`${flag}=`) : shortWithValue(word, flag))))
      kept.push(word);
  }
  return kept;
}

/** `-lweb`: a short flag with its value in the same word. */
function shortWithValue(word: string, flag: string): boolean {
  return word.startsWith(flag) && !word.startsWith('--');
}

/** Variables may be confidential, and what is printed may be kept: only where they are in a file they are repeated. */
function hideVars(words: readonly string[]): string[] {
  return words.map((word, index) => {
    const flag = VARS.find((name) => word.startsWith(`${name}=`));
    if (flag?.startsWith('--')) return word.startsWith(`${flag}=@`) ? word : `${flag}=…`;
    if (VARS.includes(words[index - 1] ?? '')) return word.startsWith('@') ? word : '…';
    return /^-e[^@]/.test(word) ? '-e…' : word;
  });
}

/** Whom a command is to be repeated for: some hosts, all that the journal says did not come to the end, or all. */
export type Repeated = readonly string[] | 'failed' | 'all';

/** The words that narrow a command to these hosts. */
function narrowed(words: readonly string[], hosts: Repeated): readonly string[] {
  if (hosts === 'all') return words;
  const whole = without(words, RERUN);
  return hosts === 'failed' ? [...whole, '--rerun', 'failed'] : [...without(whole, LIMIT), '-l', hosts.join(',')];
}

/** The command that does the same again, ready to be pasted into a shell. */
export function rerunCommand(argv: readonly string[], hosts: Repeated): string {
  const end = argv.indexOf('--');
  const before = end === -1 ? argv : argv.slice(0, end);
  const after = end === -1 ? [] : argv.slice(end);
  const words = [...hideVars(narrowed(before, hosts)), ...after];
  return ['garden', ...words.map((word) => (word.includes('…') ? word : quote(word)))].join(' ');
}
