import type { Mistake } from '../model/errors.ts';
import { withoutSecrets } from '../secrets/redaction.ts';
import type { Streams } from './streams.ts';

/** What stands on standard output under `--format json` where a command ended before it had anything to show. */
interface MistakeDocument {
  readonly format: 'garden.mistakes';
  readonly version: 1;
  readonly mistakes: readonly Mistake[];
  readonly exitCode: number;
}

/** Tells a program what the words on standard error tell a person. */
export function writeMistakes(streams: Streams, mistakes: readonly Mistake[], exitCode: number): void {
  const document: MistakeDocument = { format: 'garden.mistakes', version: 1, mistakes, exitCode };
  streams.out.write(withoutSecrets(`${JSON.stringify(document)}\n`));
}
