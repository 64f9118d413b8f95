import { dateFromText, guid, timeSpan, version } from './dotnet.ts';
import { failure, NotInSubset } from './failure.ts';
import { isNumberType, numberOf, typedNumber } from './numbers.ts';
import { textOf, truth } from './text.ts';
import { fullTypeName, isOfType, typeName } from './types.ts';
import {
  CUSTOM_OBJECT,
  customObject,
  Dictionary,
  EnumValue,
  elementsOf,
  isNull,
  List,
  NOTHING,
  PsObject,
  type PsValue,
  Sized,
  TypeReference,
} from './values.ts';

/** A cast. @throws Failure where the value cannot be converted, NotInSubset for a type that is not known */
export function convert(value: PsValue, written: string): PsValue {
  const type = fullTypeName(written);
  if (type === 'System.Object' || type === 'System.Management.Automation.PSObject') return isNull(value) ? null : value;
  if (type === 'System.Void') return NOTHING;
  if (type === 'System.String') return textOf(value);
  if (type === 'System.Boolean' || type === 'System.Management.Automation.SwitchParameter') return truth(value);
  if (isNumberType(type)) return toNumber(value, type);
  if (type.endsWith('[]') || type === 'System.Array') return toArray(value, type);
  if (isNull(value)) return null;
  if (isOfType(value, type)) return value;
  return toObject(value, type);
}

function toObject(value: PsValue, type: string): PsValue {
  switch (type) {
    case 'System.Char':
      return toCharacter(value);
    case CUSTOM_OBJECT: {
      if (!(value instanceof Dictionary)) return value;
      return customObject(Object.fromEntries(value.entries.map(([key, each]) => [textOf(key), each])));
    }
    case 'System.Collections.Specialized.OrderedDictionary':
    case 'System.Collections.Hashtable':
      if (value instanceof Dictionary) return new Dictionary(type.endsWith('OrderedDictionary'), value.entries);
      throw cannot(value, type);
    case 'System.DateTime':
      return dateFromText(textOf(value)) ?? cannotText(value, type);
    case 'System.TimeSpan': {
      const number = typedNumber(value);
      return number ? timeSpan(BigInt(number.value)) : (timeSpanFromText(textOf(value)) ?? cannotText(value, type));
    }
    case 'System.Guid':
      return guid(textOf(value)) ?? cannotText(value, type);
    case 'System.Version':
      return version(textOf(value)) ?? cannotText(value, type);
    case 'System.Text.RegularExpressions.Regex': {
      const pattern = textOf(value);
      return new PsObject(type, { native: new RegExp(pattern, 'u'), text: () => pattern });
    }
    case 'System.Type':
      return new TypeReference(fullTypeName(textOf(value)));
    default:
      if (/^System\.Collections\.(?:ArrayList|Generic\.List)/.test(type))
        return new List(type, [...(elementsOf(value) ?? [value])]);
      throw new NotInSubset(`a cast of ${typeName(value)} to [${type}]`);
  }
}

function timeSpanFromText(text: string): PsValue | undefined {
  const found = /^(-)?(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/.exec(text.trim());
  if (!found) return /^-?\d+$/.test(text.trim()) ? timeSpan(BigInt(text.trim()) * 864_000_000_000n) : undefined;
  const [, minus, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = found;
  const whole = ((BigInt(days) * 24n + BigInt(hours)) * 60n + BigInt(minutes)) * 60n + BigInt(seconds);
  const ticks = whole * 10_000_000n + BigInt(fraction.padEnd(7, '0'));
  return timeSpan(minus ? -ticks : ticks);
}

function toCharacter(value: PsValue): PsValue {
  const number = typedNumber(value);
  const text = number ? String.fromCharCode(Number(number.value)) : textOf(value);
  if (text.length !== 1) throw cannot(value, 'System.Char');
  return text;
}

function toNumber(value: PsValue, type: string): PsValue {
  if (isNull(value)) return numberOf(type, 0);
  if (typeof value === 'boolean') return numberOf(type, value ? 1 : 0);
  if (value instanceof EnumValue) return numberOf(type, value.number);
  const number = typedNumber(value);
  if (number)
    return type === 'System.Numerics.BigInteger' ? new Sized(type, BigInt(number.value)) : numberOf(type, number.value);
  if (typeof value !== 'string') throw cannot(value, type);
  const text = value.trim();
  if (text === '') return numberOf(type, 0);
  if (/^-?\d+$/.test(text))
    return type === 'System.Numerics.BigInteger' ? new Sized(type, BigInt(text)) : numberOf(type, BigInt(text));
  const hexadecimal = /^0x[0-9a-f]{1,16}$/i.test(text);
  if (hexadecimal) return numberOf(type, text.length <= 10 ? BigInt.asIntN(32, BigInt(text)) : BigInt(text));
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text)) return numberOf(type, Number(text));
  throw cannot(value, type, 'Input string was not in a correct format.');
}

function toArray(value: PsValue, type: string): PsValue {
  if (isNull(value)) return type === 'System.Array' ? null : value === null ? null : [];
  const elements = elementsOf(value) ?? [value];
  const element = type === 'System.Array' ? 'System.Object' : type.slice(0, -2);
  const converted = elements.map((each) => convert(each, element));
  if (element !== 'System.Byte') return Array.isArray(value) && element === 'System.Object' ? value : converted;
  if (value instanceof Uint8Array) return value;
  return Uint8Array.from(converted.map((each) => Number(typedNumber(each)?.value ?? 0)));
}

function cannotText(value: PsValue, type: string): never {
  throw cannot(value, type);
}

function cannot(value: PsValue, type: string, why?: string): Error {
  const message = why
    ? `Cannot convert value "${textOf(value)}" to type "${type}". Error: "${why}"`
    : `Cannot convert the "${textOf(value)}" value of type "${typeName(value)}" to type "${type}".`;
  return failure(message, {
    type: 'System.Management.Automation.PSInvalidCastException',
    id: why ? 'InvalidCastFromStringToInteger' : 'ConvertToFinalInvalidCastException',
    category: 'InvalidArgument',
  });
}
