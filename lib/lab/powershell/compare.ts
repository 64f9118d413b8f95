import { convert } from './convert.ts';
import { failure, NotInSubset } from './failure.ts';
import { typedNumber } from './numbers.ts';
import { textOf, truth } from './text.ts';
import { fullTypeName, typeName } from './types.ts';
import { EnumValue, elementsOf, isNull, PsObject, type PsValue, ScriptBlock, TypeReference } from './values.ts';

/** Whether two values are equal as `-eq` sees it: the right one is converted to the type of the left one. */
export function equal(left: PsValue, right: PsValue, caseSensitive = false): boolean {
  if (isNull(left) || isNull(right)) return isNull(left) && isNull(right);
  if (typeof left === 'object' && left === right) return true;
  if (typeof left === 'string') return sameText(left, textOf(right), caseSensitive);
  if (left instanceof EnumValue)
    return typeof right === 'string' ? sameText(left.name, right, false) : left.number === numberIn(right);
  if (left instanceof TypeReference) return sameText(left.name, fullTypeName(textOf(right)), false);
  if (typeof left === 'boolean') return left === truth(right);
  if (left instanceof PsObject && left.native === undefined) return false;
  if (left instanceof ScriptBlock || elementsOf(left)) return false;
  try {
    return order(left, right, caseSensitive) === 0;
  } catch (error) {
    // What cannot be converted is not equal; the comparisons of size are errors there.
    if (error instanceof NotInSubset) throw error;
    return false;
  }
}

function numberIn(value: PsValue): number | undefined {
  if (value instanceof EnumValue) return value.number;
  const number = typedNumber(value);
  return number && Number(number.value);
}

function sameText(left: string, right: string, caseSensitive: boolean): boolean {
  return caseSensitive ? left === right : left.toLowerCase() === right.toLowerCase();
}

/** Below zero, zero or above, as `-lt` and `Sort-Object` see it. @throws Failure where they cannot be compared */
export function order(left: PsValue, right: PsValue, caseSensitive = false): number {
  if (isNull(left) || isNull(right)) return Number(isNull(right)) - Number(isNull(left));
  const number = typedNumber(left);
  if (number) return compareNumbers(number.value, right, typedNumber(right)?.value, number.type);
  if (typeof left === 'string') return compareText(left, textOf(right), caseSensitive);
  if (typeof left === 'boolean') return Number(left) - Number(truth(right));
  if (left instanceof EnumValue) return left.number - (numberIn(right) ?? Number.NaN);
  if (left instanceof PsObject && typeof left.native === 'bigint') {
    const other = convert(right, typeName(left));
    const native = other instanceof PsObject && typeof other.native === 'bigint' ? other.native : 0n;
    return left.native < native ? -1 : Number(left.native > native);
  }
  if (left instanceof PsObject && left.text) return compareText(left.text(), textOf(right), caseSensitive);
  throw failure(`Cannot compare "${textOf(left)}" because it is not IComparable.`, {
    id: 'NotIcomparable',
    category: 'InvalidOperation',
  });
}

function compareNumbers(
  left: number | bigint,
  right: PsValue,
  other: number | bigint | undefined,
  type: string,
): number {
  const converted = other ?? typedNumber(convertOperand(right, type))?.value ?? 0;
  return left < converted ? -1 : Number(left > converted);
}

/** A number in text becomes whatever number it is: 1 -lt '1.5'. */
function convertOperand(value: PsValue, type: string): PsValue {
  return convert(value, typeof value === 'string' && /[.e]/i.test(value) ? 'double' : type);
}

function compareText(left: string, right: string, caseSensitive: boolean): number {
  const [one, two] = caseSensitive ? [left, right] : [left.toLowerCase(), right.toLowerCase()];
  if (one === two) return 0;
  return one.localeCompare(two, 'en-US') || (one < two ? -1 : 1);
}
