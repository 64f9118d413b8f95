import { formatDate } from './dotnet.ts';
import { failure, NotInSubset } from './failure.ts';
import { typedNumber } from './numbers.ts';
import { textOf } from './text.ts';
import { PsObject, type PsValue } from './values.ts';

/** The operator -f: `'{0:X8} {1,-5}' -f $a, $b`. */
export function formatted(template: string, values: readonly PsValue[]): string {
  return template.replace(
    /\{\{|\}\}|\{(\d+)(?:,(-?\d+))?(?::([^}]*))?\}|[{}]/g,
    (all, index?: string, width?: string, format?: string) => {
      if (all === '{{' || all === '}}') return all.charAt(0);
      const value = index === undefined ? undefined : values[Number(index)];
      if (value === undefined) {
        throw failure(
          'Error formatting a string: Index (zero based) must be greater than or equal to zero and less than the size of the argument list..',
          {
            id: 'FormatError',
            category: 'InvalidOperation',
          },
        );
      }
      const text = format ? formattedValue(value, format) : textOf(value);
      const columns = Number(width ?? 0);
      return columns < 0 ? text.padEnd(-columns) : text.padStart(columns);
    },
  );
}

/** One value in a format of .NET: N0, X8, D3, F2, or the parts of a date. */
export function formattedValue(value: PsValue, format: string): string {
  if (value instanceof PsObject && value.typeNames[0] === 'System.DateTime' && typeof value.native === 'bigint') {
    return formatDate(value.native, textOf(value.property('Kind')?.get() ?? ''), format);
  }
  const number = typedNumber(value)?.value;
  if (number === undefined) return textOf(value);
  const [, letter = '', digits = ''] = /^([A-Za-z])(\d*)$/.exec(format) ?? [];
  switch (letter) {
    case 'x':
    case 'X': {
      const bits =
        typeof number === 'bigint' ? BigInt.asUintN(64, number) : BigInt.asUintN(32, BigInt(Math.trunc(number)));
      const text = bits.toString(16).padStart(Number(digits), '0');
      return letter === 'X' ? text.toUpperCase() : text;
    }
    case 'd':
    case 'D':
      return `${number < 0 ? '-' : ''}${String(number).replace('-', '').padStart(Number(digits), '0')}`;
    case 'f':
    case 'F':
      return Number(number).toFixed(digits === '' ? 2 : Number(digits));
    case 'n':
    case 'N': {
      const places = digits === '' ? 2 : Number(digits);
      return Number(number).toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
    }
    default:
      if (/^0+$/.test(format)) return String(number).padStart(format.length, '0');
      throw new NotInSubset(`the format "${format}"`);
  }
}
