import { equal, order } from './compare.ts';
import { convert } from './convert.ts';
import { failure, NotInSubset } from './failure.ts';
import { formatted } from './format.ts';
import { isWhole, numberOf, typedNumber, widened } from './numbers.ts';
import { textOf, truth } from './text.ts';
import { isOfType, typeName } from './types.ts';
import { Dictionary, elementsOf, isNull, type PsValue, TypeReference } from './values.ts';
import { dotnetRegex, wildcard } from './wildcard.ts';

/** What `-match` found: `$Matches`. */
export type OnMatches = (matches: Dictionary) => void;

/** A binary operator, but for those that do not always look at both sides (-and, -or). */
export function binary(operator: string, left: PsValue, right: PsValue, onMatches: OnMatches): PsValue {
  const [, prefix = '', name = ''] =
    /^([ic]?)((?:not)?(?:eq|ne|gt|ge|lt|le|like|match|replace|split|contains|in))$/.exec(operator) ?? [];
  if (name !== '') return comparison(name, left, right, prefix === 'c', onMatches);
  switch (operator) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(operator, left, right);
    case '..':
      return range(Number(typedNumber(convert(left, 'int'))?.value), Number(typedNumber(convert(right, 'int'))?.value));
    case 'f':
      return formatted(textOf(left), elementsOf(right) ?? [right]);
    case 'join':
      return (elementsOf(left) ?? [left]).map((each) => textOf(each)).join(textOf(right));
    case 'is':
      return isOfType(left, typeOperand(right));
    case 'isnot':
      return !isOfType(left, typeOperand(right));
    case 'as':
      return convertOrNull(left, typeOperand(right));
    case 'xor':
      return truth(left) !== truth(right);
    default:
      return bitwise(operator, left, right);
  }
}

function typeOperand(value: PsValue): string {
  return value instanceof TypeReference ? value.name : textOf(value);
}

function convertOrNull(value: PsValue, type: string): PsValue {
  try {
    return convert(value, type);
  } catch (error) {
    if (error instanceof NotInSubset) throw error;
    return null;
  }
}

function range(from: number, to: number): PsValue {
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => (from <= to ? from + index : from - index));
}

function bitwise(operator: string, left: PsValue, right: PsValue): PsValue {
  const one = BigInt(typedNumber(convert(left, 'long'))?.value ?? 0);
  const two = BigInt(typedNumber(convert(right, 'long'))?.value ?? 0);
  const result =
    operator === 'band' ? one & two : operator === 'bor' ? one | two : operator === 'bxor' ? one ^ two : undefined;
  if (result === undefined) throw new NotInSubset(`the operator -${operator}`);
  return widened(typeName(left), typeName(right), result);
}

function arithmetic(operator: string, left: PsValue, right: PsValue): PsValue {
  if (operator === '+') {
    if (typeof left === 'string') return left + textOf(right);
    const elements = elementsOf(left);
    if (elements && !isNull(left)) return [...elements, ...(elementsOf(right) ?? [right])];
    if (left instanceof Dictionary && right instanceof Dictionary)
      return new Dictionary(left.ordered, [...left.entries, ...right.entries]);
    if (isNull(left)) return isNull(right) ? null : right;
  }
  if (operator === '*' && typeof left === 'string')
    return left.repeat(Number(typedNumber(convert(right, 'int'))?.value));
  if (operator === '*' && Array.isArray(left)) return Array.from({ length: Number(right) }, () => left).flat();
  return calculated(operator, operand(left, operator), operand(right, operator));
}

function operand(value: PsValue, operator: string): PsValue {
  if (typedNumber(value)) return value;
  if (isNull(value)) return 0;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'string') return convert(value, /[.e]/i.test(value) && !/^0x/i.test(value) ? 'double' : 'int');
  if (/^System\.(?:DateTime|TimeSpan)$/.test(typeName(value)))
    throw new NotInSubset(`arithmetic with ${typeName(value)}`);
  const message = `Method invocation failed because [${typeName(value)}] does not contain a method named 'op_${operator}'.`;
  throw failure(message, { id: 'MethodNotFound', category: 'InvalidOperation' });
}

function calculated(operator: string, left: PsValue, right: PsValue): PsValue {
  const [one, two] = [typedNumber(left), typedNumber(right)];
  if (!one || !two) throw new NotInSubset(`the operator ${operator} of these values`);
  const dividing = operator === '/' || operator === '%';
  if (isWhole(one) && isWhole(two)) {
    const [a, b] = [BigInt(one.value), BigInt(two.value)];
    if (dividing && b === 0n) {
      throw failure('Attempted to divide by zero.', { type: 'System.DivideByZeroException', id: 'RuntimeException' });
    }
    if (operator !== '/' || a % b === 0n) {
      const value =
        operator === '+'
          ? a + b
          : operator === '-'
            ? a - b
            : operator === '*'
              ? a * b
              : operator === '/'
                ? a / b
                : a % b;
      return widened(one.type, two.type, value);
    }
  }
  const [a, b] = [Number(one.value), Number(two.value)];
  const value =
    operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b;
  return numberOf('System.Double', value);
}

function comparison(
  name: string,
  left: PsValue,
  right: PsValue,
  caseSensitive: boolean,
  onMatches: OnMatches,
): PsValue {
  if (name === 'contains' || name === 'notcontains' || name === 'in' || name === 'notin') {
    const [list, item] = name.endsWith('in') && !name.endsWith('contains') ? [right, left] : [left, right];
    const found = (elementsOf(list) ?? [list]).some((each) => equal(each, item, caseSensitive));
    return found !== name.startsWith('not');
  }
  const elements = elementsOf(left);
  if (name === 'replace') {
    const [pattern = '', by = ''] = elementsOf(right) ?? [right];
    const regex = dotnetRegex(textOf(pattern), caseSensitive ? 'g' : 'gi');
    const replaced = (each: PsValue) => textOf(each).replace(regex, dotnetReplacement(textOf(by)));
    return elements && !isNull(left) ? elements.map(replaced) : replaced(left);
  }
  if (name === 'split') return (elements ?? [left]).flatMap((each) => split(textOf(each), right, caseSensitive));
  const holds = test(name, right, caseSensitive, elements ? () => undefined : onMatches);
  return elements && !isNull(left) ? elements.filter(holds) : holds(left);
}

/** `${name}` in a replacement is `$<name>` in JavaScript, `$0` is `$&`. */
function dotnetReplacement(text: string): string {
  return text
    .replace(/\$\{(\w+)\}/g, (_, name: string) => (/^\d+$/.test(name) ? `$${name}` : `$<${name}>`))
    .replace(/\$0/g, '$$&');
}

/** Splits by a regular expression. @param by the pattern, and how many parts at most, and `SimpleMatch` */
function split(text: string, by: PsValue, caseSensitive: boolean): PsValue[] {
  const [pattern = ' ', most = 0, options] = elementsOf(by) ?? [by];
  if (options !== undefined && !/^simplematch$/i.test(textOf(options))) throw new NotInSubset('this option of -split');
  const source = options === undefined ? textOf(pattern) : textOf(pattern).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const parts = text.split(dotnetRegex(source, caseSensitive ? '' : 'i')).map((part) => part ?? '');
  const limit = Number(most);
  if (limit <= 0 || parts.length <= limit) return parts;
  const regex = dotnetRegex(source, caseSensitive ? 'g' : 'gi');
  const ends = [...text.matchAll(regex)].slice(0, limit - 1);
  const last = ends.at(-1);
  return [...parts.slice(0, limit - 1), last ? text.slice(last.index + last[0].length) : text];
}

function test(name: string, right: PsValue, caseSensitive: boolean, onMatches: OnMatches): (left: PsValue) => boolean {
  switch (name) {
    case 'eq':
      return (left) => equal(left, right, caseSensitive);
    case 'ne':
      return (left) => !equal(left, right, caseSensitive);
    case 'gt':
      return (left) => order(left, right, caseSensitive) > 0;
    case 'ge':
      return (left) => order(left, right, caseSensitive) >= 0;
    case 'lt':
      return (left) => order(left, right, caseSensitive) < 0;
    case 'le':
      return (left) => order(left, right, caseSensitive) <= 0;
    case 'like':
    case 'notlike': {
      const pattern = wildcard(textOf(right), caseSensitive);
      return (left) => pattern.test(textOf(left)) === (name === 'like');
    }
    case 'match':
    case 'notmatch': {
      const regex = dotnetRegex(textOf(right), caseSensitive ? '' : 'i');
      return (left) => matches(regex, textOf(left), onMatches) === (name === 'match');
    }
    default:
      throw new NotInSubset(`the operator -${name}`);
  }
}

function matches(regex: RegExp, text: string, onMatches: OnMatches): boolean {
  const found = regex.exec(text);
  if (!found) return false;
  const groups = new Dictionary(false);
  found.forEach((group, index) => {
    if (group !== undefined) groups.set(index, group);
  });
  for (const [name, group] of Object.entries(found.groups ?? {})) if (group !== undefined) groups.set(name, group);
  onMatches(groups);
  return true;
}
