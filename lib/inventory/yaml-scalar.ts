import type { Remark } from './findings.ts';
import { wrongTag } from './yaml-mistakes.ts';

/** A value that was written without quotes. */
export interface YamlScalar {
  readonly value: string | number | boolean | null;
  /** What people would not expect of it: the kind of surprise, and what to say of it. */
  readonly surprise?: Remark | undefined;
}

const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const INTEGER = /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*(?::[0-5]?[0-9])*|0x[0-9a-fA-F_]+)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$/;
const TIME =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(?:(Z)|([-+])(\d\d?)(?::(\d\d))?))?$/;

const QUOTES = 'if it is meant to be text, put quotes around it';

/**
 * Gives a plain scalar its type as PyYAML does, which is what Ansible reads YAML 1.1 with: `yes` and `off` are booleans,
 * `010` is 8, `1:30` is 90, `1e3` is text. What a JavaScript number cannot hold stays text, a time becomes ISO text.
 */
export function readYamlScalar(text: string): YamlScalar {
  if (NULL.test(text)) return { value: null };
  const boolean = TRUE.test(text) ? true : FALSE.test(text) ? false : undefined;
  if (boolean !== undefined) {
    if (/^(?:true|false)$/i.test(text)) return { value: boolean };
    return {
      value: boolean,
      surprise: {
        kind: 'boolean',
        message: `${text} is the boolean ${boolean}`,
        hint: `${QUOTES}, else write ${boolean}`,
      },
    };
  }
  if (INTEGER.test(text) || FLOAT.test(text)) return readNumber(text);
  const time = TIME.exec(text);
  if (time !== null) return { value: isoTime(time) };
  if (!/\{\{|\{%/.test(text)) return { value: text };
  return { value: text, surprise: templateRemark(text) };
}

/** Templates are Ansible's, and are told wherever they are met, quoted or not. */
export function templateRemark(text: string): Remark | undefined {
  if (!/\{\{|\{%/.test(text)) return undefined;
  const [first = ''] = text.trim().split('\n', 1);
  return {
    kind: 'template',
    message: `${first} is text: garden has no templates in its inventory`,
    hint: 'write the value itself, or compute it in TypeScript',
  };
}

function readNumber(text: string): YamlScalar {
  const value = numberOf(text.replaceAll('_', ''));
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    const message = `${text} is kept as text: it has more digits than a number can hold`;
    return { value: text, surprise: { kind: 'number', message } };
  }
  if (String(value) === text) return { value };
  return { value, surprise: { kind: 'number', message: `${text} is the number ${value}`, hint: QUOTES } };
}

/** Without underscores: `0b11`, `0x1f`, `017`, `1:30:00`, `1.5`. */
function numberOf(text: string): number {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(text) ?? [];
  const magnitude = digits.includes(':')
    ? digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
    : /^0[0-7]+$/.test(digits)
      ? Number.parseInt(digits, 8)
      : Number(digits);
  return sign === '-' && magnitude !== 0 ? -magnitude : magnitude;
}

/** As Python's `isoformat` gives it. */
function isoTime(match: RegExpExecArray): string {
  const [, year = '', month = '', day = '', hour = '', minute, second, fraction, utc, sign, zoneHour = '', zoneMinute] =
    match;
  const two = (text: string): string => text.padStart(2, '0');
  const parts = fraction === undefined || /^0*$/.test(fraction) ? '' : `.${fraction.slice(0, 6).padEnd(6, '0')}`;
  const zone =
    utc === undefined ? (sign === undefined ? '' : `${sign}${two(zoneHour)}:${zoneMinute ?? '00'}`) : '+00:00';
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}:${second}${parts}${zone}`;
}

/** The same for a scalar that may have a tag (`!!int`), or stands in JSON. */
export function typedScalar(text: string, tag: string | undefined, line: number, isJson: boolean): YamlScalar {
  if (tag === undefined && isJson) return { value: jsonScalar(text) };
  const read = readYamlScalar(text);
  if (tag === undefined) return read;
  const { value } = read;
  if (tag === '!!null') return { value: null };
  if (tag === '!!bool' && typeof value === 'boolean') return { value };
  if ((tag === '!!int' || tag === '!!float') && typeof value === 'number') return { value };
  throw wrongTag(tag, line);
}

/** `true`, `null` or a number; one that cannot be held exactly stays text. */
function jsonScalar(text: string): YamlScalar['value'] {
  const value: unknown = JSON.parse(text);
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'number' || !Number.isFinite(value)) return text;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? text : value;
}
