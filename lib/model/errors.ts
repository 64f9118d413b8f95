/** The exit codes of the command line; each has one meaning. */
export const EXIT = {
  done: 0,
  fault: 1,
  failed: 2,
  drift: 3,
  unreachable: 4,
  usage: 5,
  failedAndUnreachable: 6,
  locked: 7,
  interrupted: 130,
  terminated: 143,
} as const;

/** Base of all errors that are somebody's to mend: they are printed as a message, never as a stack trace. */
export class GardenError extends Error {
  /** What the reader can do about it, if that is known. */
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
  }
}

/** One mistake found before any host was touched, and where it stands. */
export interface Mistake {
  readonly message: string;
  /** `file:line` or another place that a person can find, e.g. `play "Proxies", role haproxy`. */
  readonly where?: string | undefined;
  readonly hint?: string | undefined;
}

/** Wrong input: usage, types, inventory, patterns. All mistakes at once; exit code 5, no host touched. */
export class UsageError extends GardenError {
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[] | string) {
    const all = typeof mistakes === 'string' ? [{ message: mistakes }] : mistakes;
    super(all.map((mistake) => (mistake.where ? `${mistake.where}: ` : '') + mistake.message).join('\n'), {
      hint: all.length === 1 ? all[0]?.hint : undefined,
    });
    this.mistakes = all;
  }
}

/** What was thrown, as mistakes: an error of another kind is one by itself. */
export function mistakesOf(error: unknown): readonly Mistake[] {
  if (error instanceof UsageError) return error.mistakes;
  if (error instanceof GardenError) return [{ message: error.message, hint: error.hint }];
  return [{ message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }];
}

/** A host that cannot be talked to: refused, unknown key, wrong password, no route, connection lost for good. */
export class Unreachable extends GardenError {}

/** Another run holds the host's lock. */
export class Locked extends GardenError {}

/** The connection broke while frames were under way; a new one may be tried. */
export class ConnectionLost extends GardenError {}

/**
 * Thrown by a resource's `read`, `desired` or `diff` when the state it would change does not exist on the host (a
 * unit file, a user). It fails the task, but in a check, where an earlier planned change may yet bring it, the task
 * is reported as `unknown`.
 */
export class UnmetPrecondition extends GardenError {}
