import type { Mistake } from '../model/errors.ts';
import { type Origin, place } from './origin.ts';

/** What is said of a place: its cause, and what to do about it. */
export interface Remark {
  readonly message: string;
  readonly hint?: string | undefined;
  /** Of many remarks of one kind in a source only the first are told. */
  readonly kind?: string | undefined;
  /** The variable whose type is doubted for the look of its text, which is settled by a schema that has it. */
  readonly doubts?: string | undefined;
}

/** So many remarks of one kind are told of a source; where there are more, the first with their number. */
const MOST_OF_A_KIND = 3;

/** Mistakes and warnings of all sources, so that they can be told at once. The same one is kept once. */
export class Findings {
  readonly #mistakes = new Map<string, Finding>();
  readonly #warnings = new Map<string, Finding>();

  get mistakes(): readonly Mistake[] {
    return told(this.#mistakes.values());
  }

  get warnings(): readonly Mistake[] {
    return told(this.#warnings.values());
  }

  mistake(origin: Origin, remark: Remark): void {
    keep(this.#mistakes, { origin, remark });
  }

  warning(origin: Origin, remark: Remark): void {
    keep(this.#warnings, { origin, remark });
  }

  /** Adds what was found elsewhere. */
  add(other: Findings): void {
    for (const finding of other.#mistakes.values()) keep(this.#mistakes, finding);
    for (const finding of other.#warnings.values()) keep(this.#warnings, finding);
  }

  /** Takes back the warnings which doubt the type of a variable at a place. */
  settle(origin: Origin, variable: string): void {
    for (const [key, finding] of this.#warnings) {
      if (finding.remark.doubts === variable && place(finding.origin) === place(origin)) this.#warnings.delete(key);
    }
  }
}

interface Finding {
  readonly origin: Origin;
  readonly remark: Remark;
}

function keep(list: Map<string, Finding>, finding: Finding): void {
  list.set(`${place(finding.origin)} ${finding.remark.message}`, finding);
}

function told(findings: Iterable<Finding>): readonly Mistake[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { origin, remark } = finding;
    const key = remark.kind === undefined ? `${groups.size}` : `${remark.kind} ${origin.source}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const mistakes = group.map(({ origin, remark: { message, hint } }) => ({ message, hint, where: place(origin) }));
    if (first === undefined || group.length <= MOST_OF_A_KIND) return mistakes;
    const { message } = first.remark;
    return mistakes
      .slice(0, 1)
      .map((mistake) => ({ ...mistake, message: `${message}, and ${group.length - 1} more like it` }));
  });
}
