import type { Cursor } from './cursor.ts';
import type { Expression } from './syntax.ts';

const MULTIPLIERS: Readonly<Record<string, bigint>> = {
  kb: 1n << 10n,
  mb: 1n << 20n,
  gb: 1n << 30n,
  tb: 1n << 40n,
  pb: 1n << 50n,
};

const NUMBER = /(?:0x([0-9a-f]+)|((?:\d+(?:\.(?!\.)\d*)?|\.\d+))(e[+-]?\d+)?)(l)?(kb|mb|gb|tb|pb)?(?![\w.](?!\.))/iy;

/** A number in code: Int32 where it fits, then Int64, then Double; hexadecimal ones of 8 digits are the bits of an Int32. */
export function parseNumber(cursor: Cursor): Expression | undefined {
  const position = cursor.position;
  const found = cursor.match(NUMBER);
  if (!found) return undefined;
  const [, hexadecimal, mantissa, exponent, long, unit] = found;
  const factor = MULTIPLIERS[unit?.toLowerCase() ?? ''] ?? 1n;
  if (mantissa !== undefined && (exponent !== undefined || mantissa.includes('.'))) {
    if (long) cursor.fail('a fraction with the suffix L is not part of the subset', position);
    const value = Number(mantissa + (exponent ?? '')) * Number(factor);
    return { kind: 'literal', value, double: true, ...position };
  }
  const digits = hexadecimal === undefined ? BigInt(mantissa ?? '0') : hexadecimalValue(hexadecimal);
  const value = digits * factor;
  if (BigInt.asIntN(64, value) !== value) return { kind: 'literal', value: Number(value), double: true, ...position };
  const isInt32 = !long && BigInt.asIntN(32, value) === value;
  return { kind: 'literal', value: isInt32 ? Number(value) : value, ...position };
}

function hexadecimalValue(digits: string): bigint {
  const value = BigInt(`0x${digits}`);
  if (digits.length <= 8) return BigInt.asIntN(32, value);
  return BigInt.asIntN(64, value);
}
