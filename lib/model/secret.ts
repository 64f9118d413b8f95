import { inspect } from 'node:util';

const MASK = '***';

const made = new Set<Secret>();
const watchers = new Set<(secret: Secret) => void>();

/**
 * Calls back with every secret whose value is known, now and later, until the function that it returns is called.
 * Whoever redacts output must know them all, wherever in a playbook they were made.
 */
export function watchSecrets(watcher: (secret: Secret) => void): () => void {
  made.forEach(watcher);
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Something that reveals a secret's value, now or later. */
export interface Revealing {
  /** @throws GardenError where the value is not known. */
  reveal(): string;
}

/**
 * A value that no printer shows: in text, JSON and `console.log` it is `***`. Only {@link Secret.reveal}, which
 * is easy to search for, gives the value itself.
 */
export class Secret implements Revealing {
  readonly #value: string | Revealing;

  /** @param value itself, or who will know it; that one makes a `Secret` of the text when it is known */
  constructor(value: string | Revealing) {
    this.#value = value;
    if (typeof value !== 'string') return;
    made.add(this);
    for (const watcher of watchers) watcher(this);
  }

  /** @throws GardenError where it is fetched from somewhere and has not been, or could not be. */
  reveal(): string {
    return typeof this.#value === 'string' ? this.#value : this.#value.reveal();
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
