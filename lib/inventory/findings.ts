import type { Mistake } from '../model/errors.ts';
import { type Origin, place } from './origin.ts';

/** What is said of a place: its cause, and what to do about it. */
export interface Remark {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Mistakes and warnings of all sources, so that they can be told at once. The same one is kept once. */
export class Findings {
  readonly #mistakes = new Map<string, Mistake>();
  readonly #warnings = new Map<string, Mistake>();

  get mistakes(): readonly Mistake[] {
    return [...this.#mistakes.values()];
  }

  get warnings(): readonly Mistake[] {
    return [...this.#warnings.values()];
  }

  mistake(origin: Origin, remark: Remark): void {
    keep(this.#mistakes, { ...remark, where: place(origin) });
  }

  warning(origin: Origin, remark: Remark): void {
    keep(this.#warnings, { ...remark, where: place(origin) });
  }
}

function keep(list: Map<string, Mistake>, mistake: Mistake): void {
  list.set(`${mistake.where} ${mistake.message}`, mistake);
}
