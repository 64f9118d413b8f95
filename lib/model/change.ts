/** The value of one attribute of a resource's state. */
export type Attribute = string | number | boolean | null | readonly string[];

/** A resource's state: what it has, attribute by attribute. What is undefined is not known or not asked for. */
export type State = Readonly<Record<string, Attribute | undefined>>;

/** One attribute that differs. */
export interface Change {
  readonly attribute: string;
  readonly before: Attribute | undefined;
  readonly after: Attribute | undefined;
  /** The texts themselves, where the attribute stands for a text (a file's content): shown as a unified diff. */
  readonly text?: { readonly before: string; readonly after: string } | undefined;
  /** The values must not be shown. */
  readonly sensitive?: boolean | undefined;
}

function same(a: Attribute | undefined, b: Attribute | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, index) => value === b[index]);
  }
  return a === b;
}

/** The attributes that are asked for in `desired` and are not so in `current`, in the order of `desired`. */
export function compareStates(current: State, desired: State): Change[] {
  return Object.entries(desired)
    .filter(([attribute, after]) => after !== undefined && !same(current[attribute], after))
    .map(([attribute, after]) => ({ attribute, before: current[attribute], after }));
}
