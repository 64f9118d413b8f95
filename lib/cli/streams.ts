import { type Style, styles, wantsColour } from '../report/style.ts';

/** Standard output and standard error, each with its own colours. */
export interface Streams {
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
  readonly input: NodeJS.ReadStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The process's own. */
export const processStreams: Streams = {
  out: process.stdout,
  err: process.stderr,
  input: process.stdin,
  environment: process.env,
};

/** Writes a line on standard error, where it does not mix with results. */
export function complain(streams: Streams, lines: readonly string[]): void {
  if (lines.length > 0) streams.err.write(`${lines.join('\n')}\n`);
}

/** How to mark up what goes to standard error. */
export function errorStyle(streams: Streams): Style {
  return styles(wantsColour(streams.err, streams.environment));
}
