import { type Style, styles, wantsColour } from '../report/style.ts';
import { withoutSecrets } from '../secrets/redaction.ts';
import { colouredEnvironment } from './early-options.ts';

/** Standard output and standard error, each with its own colours. */
export interface Streams {
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
  readonly input: NodeJS.ReadStream;
  readonly environment: Environment;
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's own, coloured as its environment and `--color` or `--no-color` say. */
export const processStreams: Streams = {
  out: process.stdout,
  err: process.stderr,
  input: process.stdin,
  environment: colouredEnvironment(process.argv.slice(2), process.env),
};

/** Writes lines on standard error, where they do not mix with results, without any secret. */
export function complain(streams: Streams, lines: readonly string[]): void {
  if (lines.length > 0) streams.err.write(withoutSecrets(`${lines.join('\n')}\n`));
}

/** How to mark up what goes to standard error. */
export function errorStyle(streams: Streams): Style {
  return styles(wantsColour(streams.err, streams.environment));
}
