import { type Duration, milliseconds } from './duration.ts';
import { Handle, type HostToken } from './handle.ts';
import type { Script } from './script.ts';

/** Something about a host that is read, never changed: its system, its memory. Small, typed, with its own deadline. */
export interface Fact<T> extends Handle<T> {
  readonly type: 'fact';
  readonly description: string;
  readonly script: Script;
  /** How long it may take, in milliseconds. */
  readonly timeout: number;
  /** Parses what the script printed and keeps it for this host. */
  answer(host: HostToken, stdout: string): void;
}

class FactHandle<T> extends Handle<T> implements Fact<T> {
  readonly type = 'fact';
  readonly description: string;
  readonly script: Script;
  readonly timeout: number;
  readonly #read: (stdout: string) => T;

  constructor(name: string, definition: FactDefinition<T>) {
    super(name);
    this.description = definition.description;
    this.script = definition.script;
    this.timeout = milliseconds(definition.timeout ?? '10s');
    this.#read = definition.read;
  }

  answer(host: HostToken, stdout: string): void {
    this.set(host, this.#read(stdout));
  }
}

export interface FactDefinition<T> {
  readonly description: string;
  /** Prints what is to be known; must only read. */
  readonly script: Script;
  readonly read: (stdout: string) => T;
  readonly timeout?: Duration;
}

/** Defines a fact. It is asked for with `get(fact)`. */
export function fact<T>(name: string, definition: FactDefinition<T>): Fact<T> {
  return new FactHandle(name, definition);
}
