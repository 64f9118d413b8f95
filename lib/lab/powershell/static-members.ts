import { randomUUID } from 'node:crypto';
import { convert } from './convert.ts';
import { dateTime, guid, now, timeSpan } from './dotnet.ts';
import { failure, NotInSubset } from './failure.ts';
import { numberOf, typedNumber } from './numbers.ts';
import { textOf } from './text.ts';
import { elementsOf, isNull, List, PsObject, type PsValue } from './values.ts';
import { dotnetRegex, escapeRegex } from './wildcard.ts';

type Static = (...args: PsValue[]) => PsValue;

function plain(value: PsValue | undefined): string {
  return textOf(value ?? null);
}

function whole(value: PsValue | undefined): bigint {
  return BigInt(typedNumber(convert(value ?? 0, 'long'))?.value ?? 0);
}

function double(value: PsValue | undefined): number {
  return Number(typedNumber(convert(value ?? 0, 'double'))?.value ?? 0);
}

function bytes(value: PsValue | undefined): Uint8Array {
  const converted = convert(value ?? null, 'byte[]');
  return converted instanceof Uint8Array ? converted : new Uint8Array();
}

function encoding(name: BufferEncoding): PsObject {
  return new PsObject('System.Text.Encoding', {
    methods: {
      GetString: ([value]) => Buffer.from(bytes(value)).toString(name),
      GetBytes: ([value]) => new Uint8Array(Buffer.from(plain(value), name)),
    },
  });
}

function fromBase64(text: string): Uint8Array {
  const clean = text.replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(clean) || clean.length % 4 !== 0) {
    throw failure(
      'Exception calling "FromBase64String" with "1" argument(s): "The input is not a valid Base-64 string."',
      {
        type: 'System.Management.Automation.MethodInvocationException',
        id: 'FormatException',
      },
    );
  }
  return new Uint8Array(Buffer.from(clean, 'base64'));
}

/** What [regex]::Unescape does with the escapes that are texts; any other is an error of .NET. */
function unescapeRegex(text: string): string {
  const signs: Readonly<Record<string, string>> = {
    n: '\n',
    r: '\r',
    t: '\t',
    f: '\f',
    v: '\v',
    a: '\x07',
    e: '\x1b',
    0: '\0',
  };
  return text.replace(
    /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([\s\S]))/gi,
    (_, unicode?: string, short?: string, sign = '') => {
      const code = unicode ?? short;
      return code === undefined ? (signs[sign] ?? sign) : String.fromCharCode(Number.parseInt(code, 16));
    },
  );
}

const STATICS: Readonly<Record<string, Static>> = {
  'System.Text.RegularExpressions.Regex::unescape': (text) => unescapeRegex(plain(text)),
  'System.Text.RegularExpressions.Regex::escape': (text) => escapeRegex(plain(text)),
  'System.Text.RegularExpressions.Regex::ismatch': (text, pattern) => dotnetRegex(plain(pattern), '').test(plain(text)),
  'System.Text.RegularExpressions.Regex::replace': (text, pattern, by) =>
    plain(text).replace(dotnetRegex(plain(pattern), 'g'), plain(by)),
  'System.String::join': (by, ...values) =>
    values
      .flatMap((each) => elementsOf(each) ?? [each])
      .map((each) => textOf(each))
      .join(plain(by)),
  'System.String::isnullorempty': (text) => plain(text) === '',
  'System.String::isnullorwhitespace': (text) => plain(text).trim() === '',
  'System.Convert::frombase64string': (text) => fromBase64(plain(text)),
  'System.Convert::tobase64string': (value) => Buffer.from(bytes(value)).toString('base64'),
  'System.Convert::toint32': (value, base) =>
    base === undefined
      ? convert(value ?? null, 'int')
      : numberOf('System.Int32', Number.parseInt(plain(value), Number(base))),
  'System.Math::abs': (value) =>
    typedNumber(value ?? 0)?.type === 'System.Int32'
      ? Math.abs(Number(value))
      : numberOf('System.Double', Math.abs(double(value))),
  'System.Math::round': (value, digits) =>
    numberOf('System.Double', Number(double(value).toFixed(Number(digits ?? 0)))),
  'System.Math::floor': (value) => numberOf('System.Double', Math.floor(double(value))),
  'System.Math::ceiling': (value) => numberOf('System.Double', Math.ceil(double(value))),
  'System.Math::max': (one, two) => (double(one) >= double(two) ? one : two) ?? null,
  'System.Math::min': (one, two) => (double(one) <= double(two) ? one : two) ?? null,
  'System.DateTime::new': (ticks, kind) => dateTime(whole(ticks), kind === undefined ? 'Unspecified' : plain(kind)),
  'System.DateTime::get_now': () => now(),
  'System.DateTime::get_utcnow': () => dateTime(BigInt(Date.now()) * 10_000n + 621_355_968_000_000_000n, 'Utc'),
  'System.DateTime::parse': (text) => convert(plain(text), 'datetime'),
  'System.TimeSpan::fromseconds': (value) => timeSpan(BigInt(Math.round(double(value) * 1e7))),
  'System.TimeSpan::fromminutes': (value) => timeSpan(BigInt(Math.round(double(value) * 6e8))),
  'System.Guid::newguid': () => guid(randomUUID()) ?? null,
  'System.Guid::get_empty': () => guid('00000000-0000-0000-0000-000000000000') ?? null,
  'System.Text.Encoding::get_utf8': () => encoding('utf8'),
  'System.Text.Encoding::get_unicode': () => encoding('utf16le'),
  'System.Text.Encoding::get_ascii': () => encoding('ascii'),
  'System.Environment::get_newline': () => '\r\n',
  'System.Int32::get_maxvalue': () => 2 ** 31 - 1,
  'System.Int64::get_maxvalue': () => 2n ** 63n - 1n,
  'System.IO.Path::combine': (...parts) => parts.map((part) => plain(part).replace(/\\$/, '')).join('\\'),
  'System.IO.Path::getfilename': (path) => plain(path).split('\\').at(-1) ?? '',
  'System.IO.Path::getdirectoryname': (path) => plain(path).split('\\').slice(0, -1).join('\\'),
  'System.IO.Path::getextension': (path) => /\.[^.\\]+$/.exec(plain(path))?.[0] ?? '',
  'System.Collections.ArrayList::new': () => new List('System.Collections.ArrayList'),
};

/** `[Type]::Member(…)`. @param name for a property: `get_Name` */
export function callStatic(type: string, name: string, args: readonly PsValue[]): PsValue {
  const found = STATICS[`${type}::${name.toLowerCase()}`];
  if (found) return found(...args);
  if (name.toLowerCase() === 'new' && /^System\.Collections\.Generic\.List\[/.test(type)) return new List(type);
  if (name.toLowerCase() === 'parse' && !isNull(args[0] ?? null)) return convert(args[0] ?? null, type);
  throw new NotInSubset(`[${type}]::${name.replace(/^get_/, '')}`);
}
