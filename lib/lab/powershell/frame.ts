import type { Registry } from './registry.ts';
import type { Scope } from './scope.ts';
import { NOTHING, type PsObject, type PsValue } from './values.ts';

/** Takes what is written to a stream. */
export type Sink = (value: PsValue) => void | Promise<void>;

/** The streams other than that of output. */
export interface Streams {
  error(record: PsObject): void | Promise<void>;
  /** @param stream 3 warning, 4 verbose, 5 debug, 6 information */
  note(stream: number, text: string): void | Promise<void>;
}

/** What a script runs in. */
export interface Frame {
  readonly scope: Scope;
  readonly registry: Registry;
  readonly out: Sink;
  readonly streams: Streams;
  readonly signal: AbortSignal | undefined;
  /** What `$?`, `$LASTEXITCODE` and `$Error` show. */
  readonly state: { succeeded: boolean; exitCode: number | undefined; readonly errors: PsObject[] };
}

export function variable(frame: Frame, name: string): PsValue {
  return frame.scope.read(name) ?? NOTHING;
}
