import type { Environment } from './streams.ts';

/** The words of the command line that are garden's own: behind `--` stands a command for hosts. */
function own(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}

// What is asked here must be known before the command line has been understood, and also where it cannot be.

/** Whether `-v` was given twice: a fault of garden then tells where it happened. */
export function wantsStack(argv: readonly string[]): boolean {
  const times = own(argv).map((word) => {
    if (word === '--verbose') return 1;
    return /^-[A-Za-z]+$/.test(word) ? word.split('v').length - 1 : 0;
  });
  return times.reduce((sum, more) => sum + more, 0) > 1;
}

/** Whether a program reads standard output, so that mistakes have to be told there as JSON, too. */
export function wantsJson(argv: readonly string[]): boolean {
  const words = own(argv);
  const last = words.findLast((word, index) => word.startsWith('--format=') || words[index - 1] === '--format');
  return last !== undefined && /^(--format=)?jsonl?$/.test(last);
}

/** The environment as `--color` and `--no-color` change it; the last one of them counts. */
export function colouredEnvironment(argv: readonly string[], environment: Environment): Environment {
  const last = own(argv).findLast((word) => word === '--color' || word === '--no-color');
  if (last === undefined) return environment;
  return { ...environment, FORCE_COLOR: last === '--color' ? '1' : '0' };
}
