import { numberText, typedNumber } from './numbers.ts';
import { typeName } from './types.ts';
import {
  CUSTOM_OBJECT,
  Dictionary,
  EnumValue,
  elementsOf,
  isNull,
  PsObject,
  type PsValue,
  ScriptBlock,
  TypeReference,
} from './values.ts';

/** What a value is in a string, and as a [string]: arrays are joined by `separator`, which `$OFS` sets. */
export function textOf(value: PsValue, separator = ' '): string {
  if (isNull(value)) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  const number = typedNumber(value);
  if (number) return numberText(number.value);
  const elements = elementsOf(value);
  if (elements) return elements.map((element) => textOf(element)).join(separator);
  if (value instanceof EnumValue) return value.name;
  if (value instanceof ScriptBlock) return value.block.text;
  if (value instanceof TypeReference) return value.name;
  if (value instanceof PsObject && !(value instanceof Dictionary)) return objectText(value);
  return typeName(value);
}

function objectText(value: PsObject): string {
  if (value.text) return value.text();
  if (value.typeNames[0] !== CUSTOM_OBJECT) return value.typeNames[0] ?? '';
  return `@{${value.properties.map((property) => `${property.name}=${textOf(property.get())}`).join('; ')}}`;
}

/** What `if` takes a value for. */
export function truth(value: PsValue): boolean {
  if (isNull(value)) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value !== '';
  const number = typedNumber(value);
  if (number) return Number(number.value) !== 0;
  const elements = elementsOf(value);
  if (!elements) return value instanceof EnumValue ? value.number !== 0 : true;
  const [first] = elements;
  return first !== undefined && (elements.length > 1 || truth(first));
}
