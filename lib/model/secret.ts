import { inspect } from 'node:util';

const MASK = '***';

/**
 * A value that no printer shows: in text, JSON and `console.log` it is `***`. Only {@link Secret.reveal}, which
 * is easy to search for, gives the value itself.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
