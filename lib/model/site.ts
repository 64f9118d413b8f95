import { fileURLToPath } from 'node:url';

/** A place in the user's own code. Lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The folder of garden's own code: its frames are left out, so that a message points at the user's line. */
const OWN_CODE = fileURLToPath(import.meta.url).replace(/^(.*)\/(?:dist|lib)\/.*$/, '$1');
const FRAME = /(?:\(|at )(?:file:\/\/)?(\/[^():]+):(\d+):(\d+)\)?$/;

/** Where a task, resource, role or play was written down. Costs next to nothing until it is asked for. */
export class CallSite {
  readonly #trace: Error;

  private constructor(trace: Error) {
    this.#trace = trace;
  }

  /** The place that called the function that calls this. */
  static here(): CallSite {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 12;
    const trace = new Error('call site');
    Error.stackTraceLimit = limit;
    return new CallSite(trace);
  }

  /** The user's frames, innermost first: a role's line, then the playbook's that called it. */
  get locations(): readonly Location[] {
    return userLocations(this.#trace.stack);
  }

  get location(): Location | undefined {
    return this.locations[0];
  }

  /** `file:line`, and the line that led there: where a mistake is to be looked for. Empty where no user's code is in it. */
  get place(): string {
    return this.locations
      .slice(0, 2)
      .map(({ file, line }) => `${file}:${line}`)
      .join(', from ');
  }
}

/** The places in the user's code that a stack trace names, innermost first. */
export function userLocations(stack: string | undefined): readonly Location[] {
  const found: Location[] = [];
  for (const frame of (stack ?? '').split('\n')) {
    const [, file, line, column] = FRAME.exec(frame.trim()) ?? [];
    if (file === undefined || isOwnCode(file)) continue;
    found.push({ file, line: Number(line), column: Number(column) });
  }
  return found;
}

function isOwnCode(file: string): boolean {
  // A package's frames are nobody's playbook either, wherever it is installed.
  if (file.includes('/node_modules/')) return true;
  return ['lib', 'dist'].some((folder) => file.startsWith(`${OWN_CODE}/${folder}/`));
}
