import { GardenError, type Mistake, UsageError } from '../model/errors.ts';
import { withoutSecrets } from '../secrets/redaction.ts';
import type { Streams } from './streams.ts';

/** What stands on standard output under `--format json` where a command ended before it had anything to show. */
interface MistakeDocument {
  readonly format: 'garden.mistakes';
  readonly version: 1;
  readonly mistakes: readonly Mistake[];
  readonly exitCode: number;
}

/** The mistakes of an error; an error of another kind is one by itself. */
export function mistakesOf(error: unknown): readonly Mistake[] {
  if (error instanceof UsageError) return error.mistakes;
  if (error instanceof GardenError) return [{ message: error.message, hint: error.hint }];
  return [{ message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }];
}

/** Tells a program what the words on standard error tell a person. */
export function writeMistakes(streams: Streams, mistakes: readonly Mistake[], exitCode: number): void {
  const document: MistakeDocument = { format: 'garden.mistakes', version: 1, mistakes, exitCode };
  streams.out.write(withoutSecrets(`${JSON.stringify(document)}\n`));
}
