import { inspect } from 'node:util';

const MASK = '***';

const made = new Set<Secret>();
const watchers = new Set<(secret: Secret) => void>();

/**
 * Calls back with every secret there is, now and later, until the function that it returns is called. Whoever redacts
 * output must know them all, wherever in a playbook they were made.
 */
export function watchSecrets(watcher: (secret: Secret) => void): () => void {
  made.forEach(watcher);
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/**
 * A value that no printer shows: in text, JSON and `console.log` it is `***`. Only {@link Secret.reveal}, which
 * is easy to search for, gives the value itself.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    made.add(this);
    for (const watcher of watchers) watcher(this);
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
