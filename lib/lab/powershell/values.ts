import type { Scope } from './scope.ts';
import type { Block } from './syntax.ts';

/**
 * A value of the subset. Where JavaScript's own types fit they are used: a whole `number` is an Int32 (an Int64 where
 * it does not fit), a fraction a Double, a `bigint` an Int64, a `Uint8Array` a byte[], an array an Object[].
 */
export type PsValue = null | boolean | string | number | bigint | PsValue[] | Uint8Array | PsClass;
type PsClass = Sized | Dictionary | List | PsObject | EnumValue | ScriptBlock | TypeReference | Nothing;

/** A number of a type that JavaScript's own do not show: `[byte]1`, `[double]5`. */
export class Sized {
  readonly type: string;
  readonly value: number | bigint;

  constructor(type: string, value: number | bigint) {
    this.type = type;
    this.value = value;
  }
}

/** What a command gives that gives nothing: null to expressions, and no element at all to pipelines. */
export class Nothing {
  readonly kind = 'nothing';
}
export const NOTHING = new Nothing();

/** A hashtable, or an ordered dictionary. Its keys do not tell upper from lower case. */
export class Dictionary {
  readonly ordered: boolean;
  readonly #entries = new Map<string, [PsValue, PsValue]>();

  constructor(ordered: boolean, entries: Iterable<readonly [PsValue, PsValue]> = []) {
    this.ordered = ordered;
    for (const [key, value] of entries) this.set(key, value);
  }

  get(key: PsValue): PsValue | undefined {
    return this.#entries.get(identity(key))?.[1];
  }

  set(key: PsValue, value: PsValue): void {
    const known = this.#entries.get(identity(key));
    if (known) known[1] = value;
    else this.#entries.set(identity(key), [key, value]);
  }

  has(key: PsValue): boolean {
    return this.#entries.has(identity(key));
  }

  delete(key: PsValue): void {
    this.#entries.delete(identity(key));
  }

  clear(): void {
    this.#entries.clear();
  }

  get size(): number {
    return this.#entries.size;
  }

  /** A hashtable's order is not that of writing: a script that counts on it is to be found out here. */
  get entries(): readonly (readonly [PsValue, PsValue])[] {
    const all = [...this.#entries].map(([id, [key, value]]) => ({ id, entry: [key, value] as const }));
    if (!this.ordered) all.sort((a, b) => scatter(a.id) - scatter(b.id));
    return all.map(({ entry }) => entry);
  }
}

function identity(key: PsValue): string {
  return typeof key === 'string' ? `s${key.toUpperCase()}` : `${typeof key}${String(key)}`;
}

function scatter(text: string): number {
  let hash = 5381;
  for (let index = 0; index < text.length; index++) hash = (hash * 33) ^ text.charCodeAt(index);
  return hash | 0;
}

/** An ArrayList or a List[T]: an array that grows. */
export class List {
  readonly type: string;
  readonly items: PsValue[];

  constructor(type: string, items: PsValue[] = []) {
    this.type = type;
    this.items = items;
  }
}

/** One of the values of a .NET enumeration: text to people, a number to ConvertTo-Json. */
export class EnumValue {
  readonly type: string;
  readonly name: string;
  readonly number: number;

  constructor(type: string, name: string, number: number) {
    this.type = type;
    this.name = name;
    this.number = number;
  }
}

export class TypeReference {
  /** The full name, such as System.String. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export class ScriptBlock {
  readonly block: Block;
  /** The scope of a closure, or of the module that it comes from. */
  readonly closure: Scope | undefined;

  constructor(block: Block, closure?: Scope) {
    this.block = block;
    this.closure = closure;
  }
}

export interface Property {
  readonly name: string;
  get(): PsValue;
  /** Undefined: it is read only. */
  readonly set: ((value: PsValue) => void) | undefined;
}

export type Method = (args: readonly PsValue[]) => PsValue | Promise<PsValue>;

export interface ObjectMembers {
  readonly properties?: Readonly<Record<string, PsValue>>;
  readonly methods?: Readonly<Record<string, Method>>;
  /** What ToString gives. */
  readonly text?: () => string;
  /** What the static members and operators of its type know it by, such as the ticks of a DateTime. */
  readonly native?: bigint | string | RegExp;
}

/** An object with properties: a custom object, or a model of a .NET one. */
export class PsObject {
  /** The full name of its type, and those of its bases. */
  readonly typeNames: readonly string[];
  readonly text: (() => string) | undefined;
  readonly native: bigint | string | RegExp | undefined;
  readonly #properties = new Map<string, Property>();
  readonly #methods = new Map<string, Method>();

  constructor(typeNames: string | readonly string[], members: ObjectMembers = {}) {
    this.typeNames = typeof typeNames === 'string' ? [typeNames] : typeNames;
    this.text = members.text;
    this.native = members.native;
    for (const [name, value] of Object.entries(members.properties ?? {})) this.note(name, value);
    for (const [name, method] of Object.entries(members.methods ?? {})) this.#methods.set(name.toUpperCase(), method);
  }

  /** Adds a property that can be set. */
  note(name: string, value: PsValue): this {
    let held = value;
    return this.define({
      name,
      get: () => held,
      set: (next) => {
        held = next;
      },
    });
  }

  define(property: Property): this {
    this.#properties.set(property.name.toUpperCase(), property);
    return this;
  }

  addMethod(name: string, method: Method): void {
    this.#methods.set(name.toUpperCase(), method);
  }

  property(name: string): Property | undefined {
    return this.#properties.get(name.toUpperCase());
  }

  method(name: string): Method | undefined {
    return this.#methods.get(name.toUpperCase());
  }

  remove(name: string): void {
    this.#properties.delete(name.toUpperCase());
  }

  get properties(): readonly Property[] {
    return [...this.#properties.values()];
  }
}

export const CUSTOM_OBJECT = 'System.Management.Automation.PSCustomObject';

export function customObject(properties: Readonly<Record<string, PsValue>>): PsObject {
  return new PsObject(CUSTOM_OBJECT, { properties });
}

export function isNull(value: PsValue): value is null | Nothing {
  return value === null || value === NOTHING;
}

/** The elements of what pipelines and `foreach` take apart; undefined for a single value. */
export function elementsOf(value: PsValue): readonly PsValue[] | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof List) return value.items;
  if (value instanceof Uint8Array) return [...value].map((byte) => new Sized('System.Byte', byte));
  return value === NOTHING ? [] : undefined;
}

/** What `@(…)` makes of what was written to the pipeline; and what an assignment makes of it. */
export function collected(values: PsValue[]): PsValue {
  const [only] = values;
  if (only === undefined) return NOTHING;
  return values.length === 1 ? only : values;
}
