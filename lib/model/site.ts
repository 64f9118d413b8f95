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
    const found: Location[] = [];
    for (const frame of (this.#trace.stack ?? '').split('\n')) {
      const [, file, line, column] = FRAME.exec(frame.trim()) ?? [];
      if (file === undefined || isOwnCode(file)) continue;
      found.push({ file, line: Number(line), column: Number(column) });
    }
    return found;
  }

  get location(): Location | undefined {
    return this.locations[0];
  }
}

function isOwnCode(file: string): boolean {
  return ['lib', 'dist', 'node_modules'].some((folder) => file.startsWith(`${OWN_CODE}/${folder}/`));
}
