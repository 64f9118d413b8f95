import { PsObject } from './values.ts';

/** Ticks (100 ns since the year 1) of 1970-01-01. */
const EPOCH = 621_355_968_000_000_000n;
const PER_SECOND = 10_000_000n;

/** A DateTime. @param ticks since the year 1 @param kind Utc, Local or Unspecified; local time is UTC here */
export function dateTime(ticks: bigint, kind: string): PsObject {
  const date = new Date(Number((ticks - EPOCH) / 10_000n));
  return new PsObject(['System.DateTime', 'System.ValueType'], {
    native: ticks,
    properties: {
      Ticks: ticks,
      Kind: kind,
      Year: date.getUTCFullYear(),
      Month: date.getUTCMonth() + 1,
      Day: date.getUTCDate(),
      Hour: date.getUTCHours(),
      Minute: date.getUTCMinutes(),
      Second: date.getUTCSeconds(),
      Millisecond: date.getUTCMilliseconds(),
    },
    methods: {
      ToUniversalTime: () => dateTime(ticks, 'Utc'),
      ToLocalTime: () => dateTime(ticks, 'Local'),
      AddSeconds: ([seconds]) => dateTime(ticks + BigInt(Math.round(Number(seconds) * 1e7)), kind),
      AddMinutes: ([minutes]) => dateTime(ticks + BigInt(Math.round(Number(minutes) * 6e8)), kind),
      AddHours: ([hours]) => dateTime(ticks + BigInt(Math.round(Number(hours) * 3.6e10)), kind),
      AddDays: ([days]) => dateTime(ticks + BigInt(Math.round(Number(days) * 8.64e11)), kind),
      ToString: ([format]) => (typeof format === 'string' ? formatDate(ticks, kind, format) : generalDate(date)),
    },
    text: () => generalDate(date),
  });
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function generalDate(date: Date): string {
  const day = `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${String(date.getUTCFullYear()).padStart(4, '0')}`;
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

/** A date in a format of .NET: `o`, `s`, or one of parts such as yyyy-MM-dd. */
export function formatDate(ticks: bigint, kind: string, format: string): string {
  const date = new Date(Number((ticks - EPOCH) / 10_000n));
  const fraction = String(((ticks % PER_SECOND) + PER_SECOND) % PER_SECOND).padStart(7, '0');
  const iso = date.toISOString().slice(0, 19);
  if (format === 'o' || format === 'O')
    return `${iso}.${fraction}${kind === 'Utc' ? 'Z' : kind === 'Local' ? '+00:00' : ''}`;
  if (format === 's') return iso;
  if (format === 'u') return `${iso.replace('T', ' ')}Z`;
  return format.replace(/'([^']*)'|yyyy|MM|dd|HH|mm|ss|f{1,7}|\\(.)/g, (part, quoted?: string, escaped?: string) => {
    if (quoted !== undefined) return quoted;
    if (escaped !== undefined) return escaped;
    if (part.startsWith('f')) return fraction.slice(0, part.length);
    const at: Readonly<Record<string, readonly [number, number]>> = {
      yyyy: [0, 4],
      MM: [5, 7],
      dd: [8, 10],
      HH: [11, 13],
      mm: [14, 16],
      ss: [17, 19],
    };
    return iso.slice(...(at[part] ?? [0, 0]));
  });
}

export function dateFromText(text: string): PsObject | undefined {
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}:\d{2}:\d{2}))?$/.exec(text.trim());
  const plain = american
    ? `${american[3]}-${two(Number(american[1]))}-${two(Number(american[2]))}T${(american[4] ?? '00:00:00').padStart(8, '0')}`
    : text.trim();
  if (!/^\d{4}-\d{2}-\d{2}/.test(plain)) return undefined;
  const zoned = /(?:Z|[+-]\d{2}:\d{2})$/.test(plain);
  const full = /^\d{4}-\d{2}-\d{2}$/.test(plain) ? `${plain}T00:00:00` : plain.replace(' ', 'T');
  const milliseconds = Date.parse(zoned ? full : `${full}Z`);
  return Number.isNaN(milliseconds)
    ? undefined
    : dateTime(EPOCH + BigInt(milliseconds) * 10_000n, zoned ? 'Local' : 'Unspecified');
}

export function now(): PsObject {
  return dateTime(EPOCH + BigInt(Date.now()) * 10_000n, 'Local');
}

/** A TimeSpan. @param ticks of 100 ns */
export function timeSpan(ticks: bigint): PsObject {
  const absolute = ticks < 0n ? -ticks : ticks;
  const seconds = absolute / PER_SECOND;
  const days = seconds / 86_400n;
  const clock = [(seconds / 3600n) % 24n, (seconds / 60n) % 60n, seconds % 60n]
    .map((part) => two(Number(part)))
    .join(':');
  const rest = absolute % PER_SECOND;
  const text = `${ticks < 0n ? '-' : ''}${days > 0n ? `${days}.` : ''}${clock}${rest > 0n ? `.${String(rest).padStart(7, '0')}` : ''}`;
  const total = Number(ticks) / 1e7;
  return new PsObject(['System.TimeSpan', 'System.ValueType'], {
    native: ticks,
    properties: {
      Ticks: ticks,
      Days: Number(days),
      Hours: Number((seconds / 3600n) % 24n),
      Minutes: Number((seconds / 60n) % 60n),
      Seconds: Number(seconds % 60n),
      TotalMilliseconds: total * 1000,
      TotalSeconds: total,
      TotalMinutes: total / 60,
      TotalHours: total / 3600,
      TotalDays: total / 86_400,
    },
    text: () => text,
  });
}

export function guid(text: string): PsObject | undefined {
  const found = /^[{(]?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})[})]?$/i.exec(text.trim())?.[1]?.toLowerCase();
  if (found === undefined) return undefined;
  return new PsObject(['System.Guid', 'System.ValueType'], {
    native: found,
    properties: { Guid: found },
    text: () => found,
  });
}

export function version(text: string): PsObject | undefined {
  const parts = /^\d+(?:\.\d+){1,3}$/.test(text.trim()) ? text.trim().split('.').map(Number) : undefined;
  if (!parts) return undefined;
  const [major = -1, minor = -1, build = -1, revision = -1] = parts;
  return new PsObject('System.Version', {
    // As a number, so that versions compare: four parts of 32 bits each, an absent one before all.
    native: [major, minor, build, revision].reduce((sum, part) => (sum << 32n) + BigInt(part + 1), 0n),
    properties: { Major: major, Minor: minor, Build: build, Revision: revision },
    text: () => parts.join('.'),
  });
}
