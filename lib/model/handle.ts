import { GardenError } from './errors.ts';

/** Stands for one host in one run: the key under which answers of that host are kept. */
export type HostToken = object;

/** Thrown by a `get` whose answer has not been read yet; the engine reads it, or says why it cannot. */
export class NotYetKnown extends GardenError {
  readonly handle: Handle<unknown>;

  constructor(handle: Handle<unknown>) {
    super(`"${handle.name}" is not known yet`);
    this.handle = handle;
  }
}

/**
 * A typed promise of a value that is known only when a host has been asked: a fact, a probe, a task's result. The
 * values are kept here, one a host, so that they keep their type from where they are read to where they are used.
 */
export class Handle<T> {
  readonly name: string;
  readonly #values = new WeakMap<HostToken, { readonly value: T }>();

  constructor(name: string) {
    this.name = name;
  }

  /** @throws NotYetKnown where the host has not answered yet. */
  get(host: HostToken): T {
    const known = this.#values.get(host);
    if (known === undefined) throw new NotYetKnown(this);
    return known.value;
  }

  set(host: HostToken, value: T): void {
    this.#values.set(host, { value });
  }

  forget(host: HostToken): void {
    this.#values.delete(host);
  }
}

/** Reads the answer that a handle stands for. */
export type Get = <T>(handle: Handle<T>) => T;
