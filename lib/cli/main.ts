import { writeSync } from 'node:fs';
import { EXIT, GardenError, Locked, mistakesOf, Unreachable, UsageError } from '../model/errors.ts';
import { errorCode, fileErrorText } from '../model/thrown.ts';
import { describeError } from '../report/failure.ts';
import { wantsJson, wantsStack } from './early-options.ts';
import { writeMistakes } from './mistake-document.ts';
import { QuestionInterrupted } from './password.ts';
import { complain, errorStyle, processStreams } from './streams.ts';
import { version } from './version.ts';

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof QuestionInterrupted) return EXIT.interrupted;
  if (error instanceof Locked) return EXIT.locked;
  if (error instanceof Unreachable) return EXIT.unreachable;
  return error instanceof GardenError ? EXIT.failed : EXIT.fault;
}

const STDERR = 2;

/** Past a tree that is being drawn: it holds back what is written on its terminal, and would take it along. */
function tell(lines: readonly string[]): void {
  if (processStreams.err.isTTY) writeSync(STDERR, `${lines.join('\n')}\n`);
  else complain(processStreams, lines);
}

function fail(error: unknown): never {
  const argv = process.argv.slice(2);
  const exitCode = exitCodeOf(error);
  const words = describeError(error, errorStyle(processStreams), { stack: wantsStack(argv) });
  tell(error instanceof QuestionInterrupted ? [error.message] : words);
  if (wantsJson(argv)) writeMistakes(processStreams, mistakesOf(error), exitCode);
  process.exit(exitCode);
}

process.on('uncaughtException', fail);
// A reader that goes away (`garden run … | head`) must not stop a run in the middle of its work, nor a disk that is full.
let lost: Error | undefined;
process.stdout.on('error', (error) => {
  if (errorCode(error) !== 'EPIPE') lost ??= error;
});
process.stderr.on('error', () => {});

/** What is asked most often, by people and by scripts, is answered without reading what it takes to understand a command line. */
async function answer(argv: readonly string[]): Promise<number> {
  const [only = '', ...more] = argv;
  if (more.length === 0 && ['--version', '-V'].includes(only)) {
    processStreams.out.write(`${version()}\n`);
    return EXIT.done;
  }
  const { runProgram } = await import('./program.ts');
  return runProgram(argv, processStreams);
}

/** Waits until all that was written has gone to who reads it: what a pipe does not hold at once would be lost at the end. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

try {
  const exitCode = await answer(process.argv.slice(2));
  await written(process.stdout);
  if (lost !== undefined) tell([`not all could be written to standard output: ${fileErrorText(lost)}`]);
  // Ended here rather than when nothing is left to do: an agent's or a proxy's socket must not hold a finished run.
  process.exit(lost !== undefined && exitCode === EXIT.done ? EXIT.fault : exitCode);
} catch (error) {
  fail(error);
}
