import type { PsValue, ScriptBlock } from './values.ts';

/** Variables and functions. Reading looks outwards, writing stays here, as in PowerShell. */
export class Scope {
  readonly parent: Scope | undefined;
  /** A scope of a script: what `$script:` means. */
  readonly isScript: boolean;
  readonly #variables = new Map<string, PsValue>();
  readonly #private = new Set<string>();
  readonly #functions = new Map<string, ScriptBlock>();

  constructor(parent?: Scope, isScript = false) {
    this.parent = parent;
    this.isScript = isScript;
  }

  get global(): Scope {
    return this.parent ? this.parent.global : this;
  }

  get script(): Scope {
    return this.isScript || !this.parent ? this : this.parent.script;
  }

  read(name: string, reader: Scope = this): PsValue | undefined {
    const key = name.toUpperCase();
    const found = this.#variables.get(key);
    if (found !== undefined && (reader === this || !this.#private.has(key))) return found;
    return this.parent?.read(name, reader);
  }

  /** What this scope itself has. */
  own(name: string): PsValue | undefined {
    return this.#variables.get(name.toUpperCase());
  }

  write(name: string, value: PsValue, isPrivate = false): void {
    this.#variables.set(name.toUpperCase(), value);
    if (isPrivate) this.#private.add(name.toUpperCase());
  }

  remove(name: string): boolean {
    return this.#variables.delete(name.toUpperCase());
  }

  /** The scope that a qualifier such as `script` names; undefined: it is none. */
  qualified(qualifier: string): Scope | undefined {
    switch (qualifier.toLowerCase()) {
      case 'global':
        return this.global;
      case 'script':
        return this.script;
      case 'local':
      case 'private':
        return this;
      default:
        return undefined;
    }
  }

  function(name: string): ScriptBlock | undefined {
    return this.#functions.get(name.toUpperCase()) ?? this.parent?.function(name);
  }

  define(name: string, block: ScriptBlock): void {
    this.#functions.set(name.toUpperCase(), block);
  }

  /** A scope with all that is visible here, as it is now: what GetNewClosure takes. */
  snapshot(): Scope {
    const copy = new Scope(this.global, true);
    const chain: Scope[] = [];
    for (let scope: Scope | undefined = this; scope?.parent; scope = scope.parent) chain.unshift(scope);
    for (const scope of chain) for (const [name, value] of scope.#variables) copy.#variables.set(name, value);
    return copy;
  }
}
