/** Printable ASCII: what stands for itself within single quotes, whatever the code page of the reader. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Ticks (100 ns since the year 1) of 1970-01-01T00:00:00Z, as .NET counts time. */
const EPOCH_TICKS = 621_355_968_000_000_000n;

/**
 * Quotes one text as one PowerShell expression that is exactly this text, and ASCII. PowerShell takes U+2018 to
 * U+201B for single quotes too and reads non-ASCII by the code page of the day; so a text with anything but
 * printable ASCII goes as `([regex]::Unescape('…'))`, with `\uXXXX` for each UTF-16 code unit that is not. That
 * also carries NUL, line ends and lone surrogates, all of which a .NET string can hold.
 */
export function quotePowerShellText(text: string): string {
  if (PLAIN.test(text)) return singleQuoted(text);
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `([regex]::Unescape(${singleQuoted(escaped)}))`;
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A number as PowerShell reads it in every culture: Int32 or Int64 for a whole one, Double else. Negative ones stand
 * in parentheses, so that they are a value wherever they stand.
 *
 * @throws TypeError for NaN and the infinities.
 */
export function quotePowerShellNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`ps: ${value} cannot be put in a script`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return `([double]'${value}')`;
  const literal = String(value);
  return /^[0-9.]+$/.test(literal) ? literal : `(${literal})`;
}

/** A whole number as Int64, or as System.Numerics.BigInteger where it does not fit. */
export function quotePowerShellBigInt(value: bigint): string {
  const type = BigInt.asIntN(64, value) === value ? 'long' : 'bigint';
  return `([${type}]'${value}')`;
}

/**
 * A point in time as a DateTime in UTC.
 *
 * @throws TypeError for one that is not valid.
 */
export function quotePowerShellDate(value: Date): string {
  const milliseconds = value.getTime();
  if (Number.isNaN(milliseconds)) throw new TypeError('ps: an invalid date cannot be put in a script');
  return `([datetime]::new(([long]'${EPOCH_TICKS + BigInt(milliseconds) * 10_000n}'), 'Utc'))`;
}

/** Bytes as a byte[]. */
export function quotePowerShellBytes(value: Uint8Array): string {
  return `([Convert]::FromBase64String('${Buffer.from(value).toString('base64')}'))`;
}
