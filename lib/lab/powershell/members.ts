import { convert } from './convert.ts';
import { failure, NotInSubset } from './failure.ts';
import { formattedValue } from './format.ts';
import { typedNumber } from './numbers.ts';
import { textOf } from './text.ts';
import { typeName } from './types.ts';
import {
  Dictionary,
  elementsOf,
  isNull,
  List,
  type Method,
  PsObject,
  type PsValue,
  Sized,
  TypeReference,
} from './values.ts';

/** A property. A missing one is null; one of an array is that of its elements. */
export function property(target: PsValue, name: string): PsValue {
  const own = ownProperty(target, name.toLowerCase(), name);
  if (own !== undefined) return own;
  const elements = elementsOf(target);
  if (!elements || isNull(target)) return null;
  const found = elements
    .map((each) => property(each, name))
    .flatMap((value) => (isNull(value) ? [] : (elementsOf(value) ?? [value])));
  return found.length === 0 ? null : found.length === 1 ? (found[0] ?? null) : found;
}

function ownProperty(target: PsValue, key: string, name: string): PsValue | undefined {
  if (isNull(target)) return key === 'count' || key === 'length' ? 0 : null;
  if (target instanceof Dictionary) {
    const entry = target.get(name);
    if (entry !== undefined) return entry;
    if (key === 'keys') return target.entries.map(([each]) => each);
    if (key === 'values') return target.entries.map(([, each]) => each);
    return key === 'count' ? target.size : null;
  }
  if (target instanceof PsObject) {
    const found = target.property(name);
    if (found) return found.get();
    if (key === 'psobject')
      return new PsObject('System.Management.Automation.PSMemberSet', {
        properties: { Properties: members(target), TypeNames: [...target.typeNames] },
      });
    return key === 'count' || key === 'length' ? 1 : null;
  }
  if (target instanceof TypeReference)
    return key === 'fullname' ? target.name : key === 'name' ? (target.name.split('.').at(-1) ?? '') : null;
  const elements = elementsOf(target);
  if (elements) return key === 'count' || key === 'length' ? elements.length : undefined;
  if (key === 'length' && typeof target === 'string') return target.length;
  return key === 'count' || key === 'length' ? 1 : null;
}

function members(target: PsObject): PsValue {
  return target.properties.map(
    (each) =>
      new PsObject('System.Management.Automation.PSNoteProperty', {
        properties: { Name: each.name, Value: each.get() },
      }),
  );
}

/** Gives a member of an object another value. @throws a failure in PowerShell's words where it has none that can be set */
export function setProperty(target: PsValue, name: string, value: PsValue): void {
  if (target instanceof Dictionary) {
    target.set(name, value);
    return;
  }
  const found = target instanceof PsObject ? target.property(name) : undefined;
  if (found?.set) {
    found.set(value);
    return;
  }
  throw failure(
    `The property '${name}' cannot be found on this object. Verify that the property exists and can be set.`,
    {
      id: 'PropertyNotFound',
      category: 'InvalidOperation',
    },
  );
}

/** `target[index]`, also with several indices; beyond the ends it is `$null`. */
export function indexed(target: PsValue, index: PsValue): PsValue {
  if (target instanceof Dictionary && !Array.isArray(index)) return target.get(index) ?? null;
  if (Array.isArray(index)) return index.map((each) => indexed(target, each));
  if (isNull(target))
    throw failure('Cannot index into a null array.', { id: 'NullArray', category: 'InvalidOperation' });
  const elements =
    typeof target === 'string'
      ? [...Array(target.length).keys()].map((at) => target.charAt(at))
      : (elementsOf(target) ?? [target]);
  return elements.at(Number(typedNumber(convert(index, 'int'))?.value)) ?? null;
}

/** `target[index] = value`. @throws a failure in PowerShell's words beyond the ends */
export function setIndexed(target: PsValue, index: PsValue, value: PsValue): void {
  if (target instanceof Dictionary) {
    target.set(index, value);
    return;
  }
  const list = Array.isArray(target) ? target : target instanceof List ? target.items : undefined;
  if (!list)
    throw failure(`Unable to index into an object of type ${typeName(target)}.`, {
      id: 'CannotIndex',
      category: 'InvalidOperation',
    });
  const at = Number(index);
  if (!(at < list.length && at >= -list.length)) {
    throw failure('Index was outside the bounds of the array.', {
      type: 'System.IndexOutOfRangeException',
      category: 'OperationStopped',
    });
  }
  list[at < 0 ? list.length + at : at] = value;
}

type Call = (...args: PsValue[]) => PsValue;

function stringMethods(text: string): Readonly<Record<string, Call>> {
  const at = (value: PsValue | undefined) => Number(typedNumber(value ?? 0)?.value);
  return {
    tolower: () => text.toLowerCase(),
    toupper: () => text.toUpperCase(),
    toupperinvariant: () => text.toUpperCase(),
    tolowerinvariant: () => text.toLowerCase(),
    trim: (...signs) => trimmed(text, signs, true, true),
    trimstart: (...signs) => trimmed(text, signs, true, false),
    trimend: (...signs) => trimmed(text, signs, false, true),
    startswith: (part = '') => text.startsWith(textOf(part)),
    endswith: (part = '') => text.endsWith(textOf(part)),
    contains: (part = '') => text.includes(textOf(part)),
    indexof: (part = '') => text.indexOf(textOf(part)),
    lastindexof: (part = '') => text.lastIndexOf(textOf(part)),
    substring: (from, length) => text.slice(at(from), length === undefined ? undefined : at(from) + at(length)),
    replace: (from = '', to = '') => text.replaceAll(textOf(from), () => textOf(to)),
    split: (...by) => text.split(new RegExp(`[${textOf(by[0] ?? ' ').replace(/[\\\]^-]/g, '\\$&')}]`)),
    padleft: (width, sign = ' ') => text.padStart(at(width), textOf(sign)),
    padright: (width, sign = ' ') => text.padEnd(at(width), textOf(sign)),
    tochararray: () => [...Array(text.length).keys()].map((index) => text.charAt(index)),
    equals: (other = null) => text === other,
    remove: (from, length) => text.slice(0, at(from)) + (length === undefined ? '' : text.slice(at(from) + at(length))),
    insert: (from, part = '') => text.slice(0, at(from)) + textOf(part) + text.slice(at(from)),
  };
}

function trimmed(text: string, signs: readonly PsValue[], atStart: boolean, atEnd: boolean): string {
  const set = signs
    .flatMap((each) => elementsOf(each) ?? [each])
    .map((each) => textOf(each))
    .join('');
  const drops = (sign: string | undefined) => sign !== undefined && (set === '' ? /\s/.test(sign) : set.includes(sign));
  let [from, to] = [0, text.length];
  while (atStart && from < to && drops(text[from])) from += 1;
  while (atEnd && to > from && drops(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

function listMethods(list: List): Readonly<Record<string, Call>> {
  return {
    add: (value = null) => {
      const place = list.items.push(value) - 1;
      return list.type.endsWith('ArrayList') ? place : null;
    },
    addrange: (values = null) => {
      list.items.push(...(elementsOf(values) ?? [values]));
      return null;
    },
    clear: () => {
      list.items.splice(0);
      return null;
    },
    toarray: () => [...list.items],
    contains: (value = null) => list.items.includes(value),
  };
}

function dictionaryMethods(table: Dictionary): Readonly<Record<string, Call>> {
  return {
    containskey: (key = null) => table.has(key),
    contains: (key = null) => table.has(key),
    clear: () => {
      table.clear();
      return null;
    },
    add: (key = null, value = null) => {
      if (table.has(key))
        throw failure(`Item has already been added. Key in dictionary: '${textOf(key)}'`, {
          type: 'System.ArgumentException',
        });
      table.set(key, value);
      return null;
    },
    remove: (key = null) => {
      table.delete(key);
      return null;
    },
  };
}

/** A method of an instance; what is not known is an error as PowerShell words it. */
export function method(target: PsValue, name: string): Method {
  const key = name.toLowerCase();
  if (isNull(target))
    throw failure('You cannot call a method on a null-valued expression.', {
      id: 'InvokeMethodOnNull',
      category: 'InvalidOperation',
    });
  const own = target instanceof PsObject ? target.method(name) : undefined;
  if (own) return own;
  const table =
    typeof target === 'string'
      ? stringMethods(target)
      : target instanceof List
        ? listMethods(target)
        : target instanceof Dictionary
          ? dictionaryMethods(target)
          : {};
  const known = table[key];
  if (known) return (args) => known(...args);
  if (key === 'gettype') return () => new TypeReference(typeName(target));
  if (key === 'tostring')
    return ([format]) => (typeof format === 'string' ? formattedValue(target, format) : textOf(target));
  if (key === 'equals') return ([other = null]) => target === other;
  if (target instanceof Sized || Array.isArray(target))
    throw new NotInSubset(`the method ${name} of ${typeName(target)}`);
  throw failure(`Method invocation failed because [${typeName(target)}] does not contain a method named '${name}'.`, {
    id: 'MethodNotFound',
    category: 'InvalidOperation',
  });
}
