import { failure } from './failure.ts';
import { type PsValue, Sized } from './values.ts';

/** A number with the full name of its .NET type. */
export interface TypedNumber {
  readonly type: string;
  readonly value: number | bigint;
}

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  'System.Byte': [0n, 255n],
  'System.SByte': [-128n, 127n],
  'System.Int16': [-32768n, 32767n],
  'System.UInt16': [0n, 65535n],
  'System.Int32': [-(2n ** 31n), 2n ** 31n - 1n],
  'System.UInt32': [0n, 2n ** 32n - 1n],
  'System.Int64': [-(2n ** 63n), 2n ** 63n - 1n],
  'System.UInt64': [0n, 2n ** 64n - 1n],
};

export function isNumberType(type: string): boolean {
  return type in RANGES || isFloat(type) || type === 'System.Numerics.BigInteger';
}

function isFloat(type: string): boolean {
  return type === 'System.Double' || type === 'System.Single' || type === 'System.Decimal';
}

export function typedNumber(value: PsValue): TypedNumber | undefined {
  if (typeof value === 'bigint') return { type: 'System.Int64', value };
  if (value instanceof Sized) return { type: value.type, value: value.value };
  if (typeof value !== 'number') return undefined;
  if (!Number.isInteger(value)) return { type: 'System.Double', value };
  const fits = value >= -(2 ** 31) && value < 2 ** 31;
  return fits ? { type: 'System.Int32', value } : { type: 'System.Int64', value: BigInt(value) };
}

/** A number of a type; whole types round half to even, as .NET converts. @throws Failure where it does not fit */
export function numberOf(type: string, value: number | bigint): PsValue {
  if (isFloat(type)) {
    const double = Number(value);
    return type === 'System.Double' && !Number.isInteger(double) ? double : new Sized(type, double);
  }
  const whole = typeof value === 'bigint' ? value : wholeOf(type, value);
  const range = RANGES[type];
  if (range && (whole < range[0] || whole > range[1])) throw tooBig(type, value);
  if (type === 'System.Int32') return Number(whole);
  return type === 'System.Int64' ? whole : new Sized(type, type === 'System.UInt64' || !range ? whole : Number(whole));
}

function wholeOf(type: string, value: number): bigint {
  if (!Number.isFinite(value)) throw tooBig(type, value);
  const floor = Math.floor(value);
  const isHalf = value - floor === 0.5;
  return BigInt(isHalf ? (floor % 2 === 0 ? floor : floor + 1) : Math.round(value));
}

function tooBig(type: string, value: number | bigint): Error {
  const short = type.replace(/^System\./, '');
  return failure(
    `Cannot convert value "${value}" to type "${type}". Error: "Value was either too large or too small for ${/^[AEIOU]/.test(short) ? 'an' : 'a'} ${short}."`,
    {
      type: 'System.Management.Automation.PSInvalidCastException',
      id: 'InvalidCastIConvertible',
      category: 'InvalidArgument',
    },
  );
}

/** The result of arithmetic on whole numbers: the widest of the two types, and wider where it does not fit. */
export function widened(left: string, right: string, value: bigint): PsValue {
  const isWide = [left, right].some(
    (type) => type === 'System.Int64' || type === 'System.UInt32' || type === 'System.UInt64',
  );
  if (!isWide && BigInt.asIntN(32, value) === value) return Number(value);
  if (isWide && BigInt.asIntN(64, value) === value) return value;
  return numberOf('System.Double', Number(value));
}

export function isWhole(number: TypedNumber): boolean {
  return !isFloat(number.type);
}

/** A number as .NET writes it in the invariant culture. */
export function numberText(value: number | bigint): string {
  if (typeof value === 'bigint') return String(value);
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const magnitude = Math.abs(value);
  if (value !== 0 && (magnitude >= 1e15 || magnitude < 1e-5)) {
    const [mantissa = '', exponent = ''] = precise(value).split('e');
    return `${mantissa}E${exponent.replace(/([+-])(\d)$/, '$10$2')}`;
  }
  return String(Number(value.toPrecision(15)));
}

function precise(value: number): string {
  return Number(value.toPrecision(15)).toExponential();
}
