import { GardenError, UsageError } from '../model/errors.ts';
import type { Failure, TaskReference } from '../model/events.ts';
import { NotYetKnown } from '../model/handle.ts';
import { type CallSite, type Location, userLocations } from '../model/site.ts';
import type { Output } from '../model/task.ts';

const LAST_LINES = 20;

/** A task failed on a host; it has been reported already. */
export class TaskFailed extends Error {}

/** The batch or the run was given up; the host stops where it is. */
export class Stopped extends Error {}

/** The last lines that a command left: of its errors, or of its output where there are no errors. */
export function lastLines({ stdout, stderr }: Pick<Output, 'stdout' | 'stderr'>): readonly string[] {
  const text = stderr.trim() === '' ? stdout : stderr;
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-LAST_LINES);
}

/** What failed, as reports show it. */
export function commandFailure(what: string, output: Output & { readonly timedOut?: boolean }, hint?: string): Failure {
  const how = output.timedOut ? 'took too long and was ended' : `ended with status ${output.status}`;
  return { message: `${what} ${how}`, status: output.status, lastLines: lastLines(output), hint };
}

/** An error of a resource, a condition or a step, in words. */
export function failureOf(error: unknown): Failure {
  if (error instanceof NotYetKnown) {
    return {
      message: `${error.message}: it is used before it was asked for`,
      hint: `put the probe or task "${error.handle.name}" in the list before this task, and make sure that it is not skipped`,
    };
  }
  if (error instanceof StepCommandFailed) return { ...error.failure, ...thrownAt(error) };
  if (error instanceof UsageError) return { message: error.mistakes.map((mistake) => mistake.message).join('; ') };
  if (error instanceof GardenError) return { message: error.message, hint: error.hint };
  if (error instanceof Error) return { message: `${error.name}: ${error.message}`, ...thrownAt(error) };
  return { message: String(error) };
}

/** How many lines of the user's own code are named. */
const PLACES = 3;

function thrownAt({ stack }: Error): Pick<Failure, 'places'> {
  const places = userLocations(stack).map(({ file, line }) => `${file}:${line}`);
  return places.length === 0 ? {} : { places: places.slice(0, PLACES) };
}

/** A script that a step ran ended with another status than 0. */
export class StepCommandFailed extends GardenError {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message, { hint: failure.hint });
    this.failure = failure;
  }
}

/** The list of tasks cannot be made; also tells where that went wrong. */
export class Unlisted extends GardenError {
  /** The line that failed, and those that led there. */
  readonly locations: readonly Location[];

  constructor(role: string, site: CallSite, cause: unknown) {
    const { message, hint } = failureOf(cause);
    super(`the list of tasks cannot be made: ${role && `role "${role}": `}${message}`, { hint, cause });
    const own = cause instanceof Error && !(cause instanceof GardenError) ? userLocations(cause.stack) : [];
    this.locations = [...own.slice(0, 1), ...site.locations];
  }
}

/** The reference with its places: looked up only for what failed, since it costs more than running the task. */
export function located(reference: TaskReference, site: CallSite): TaskReference {
  return { ...reference, where: site.locations.map(({ file, line }) => `${file}:${line}`) };
}
