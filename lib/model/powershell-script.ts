import { Placement } from './powershell-placement.ts';
import {
  quotePowerShellBigInt,
  quotePowerShellBytes,
  quotePowerShellDate,
  quotePowerShellNumber,
  quotePowerShellText,
} from './powershell-quote.ts';
import { Secret } from './secret.ts';

/** What may stand between `${` and `}` in a `ps` template. A plain object is a hashtable, a `Map` an ordered one. */
export type PowerShellValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | Secret
  | PowerShellScript
  | readonly PowerShellValue[]
  | ReadonlyMap<string, PowerShellValue>
  | { readonly [key: string]: PowerShellValue };

type Part = string | Secret;

/**
 * A script for Windows PowerShell 5.1 in which every value is already quoted, all in ASCII. Only the templates of
 * this module make one. A secret is never in its text: the text refers to `$garden_secrets['1']`, and the session
 * sets that variable from {@link PowerShellScript.secrets}, which travel beside the script.
 */
export class PowerShellScript {
  readonly #parts: readonly Part[];

  private constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  /** Used by the templates of this module alone; scripts are written with `ps`. */
  static fromParts(parts: readonly Part[]): PowerShellScript {
    return new PowerShellScript(parts);
  }

  get parts(): readonly Part[] {
    return this.#parts;
  }

  /** What PowerShell gets. */
  get text(): string {
    const names = new Map([...this.secrets].map(([name, secret]) => [secret, name]));
    return this.#parts
      .map((part) => (part instanceof Secret ? `($garden_secrets['${names.get(part)}'])` : part))
      .join('');
  }

  /** The secrets of it, by the names that the text has for them. */
  get secrets(): ReadonlyMap<string, Secret> {
    const distinct = new Set(this.#parts.filter((part) => part instanceof Secret));
    return new Map([...distinct].map((secret, index) => [String(index + 1), secret]));
  }

  /** The text for people: `***` stands for each `Secret` in it. */
  get shown(): string {
    return this.#parts.map(String).join('');
  }

  toString(): string {
    return this.text;
  }
}

function partsOf(value: PowerShellValue): readonly Part[] {
  if (value === null) return ['$null'];
  switch (typeof value) {
    case 'string':
      return [quotePowerShellText(value)];
    case 'number':
      return [quotePowerShellNumber(value)];
    case 'bigint':
      return [quotePowerShellBigInt(value)];
    case 'boolean':
      return [value ? '$true' : '$false'];
    case 'object':
      return partsOfObject(value);
    default:
      throw new TypeError(`ps: a value of type ${typeof value} cannot be put in a script`);
  }
}

function partsOfObject(value: Exclude<PowerShellValue, string | number | bigint | boolean | null>): readonly Part[] {
  if (value instanceof Secret) return [value];
  if (value instanceof PowerShellScript) return value.parts;
  if (value instanceof Date) return [quotePowerShellDate(value)];
  if (value instanceof Uint8Array) return [quotePowerShellBytes(value)];
  if (isList(value)) return arrayParts(value);
  if (value instanceof Map) return ['([ordered]', ...tableParts([...value]), ')'];
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`ps: a ${value.constructor.name} cannot be put in a script`);
  }
  return tableParts(Object.entries(value));
}

function isList(value: unknown): value is readonly PowerShellValue[] {
  return Array.isArray(value);
}

/** The unary comma keeps an array whole that is the only element of another. */
function arrayParts(values: readonly PowerShellValue[]): readonly Part[] {
  const separated = values.flatMap((value, index): readonly Part[] =>
    index === 0 ? partsOf(value) : [', ', ...partsOf(value)],
  );
  return values.length === 1 ? ['@(,', ...separated, ')'] : ['@(', ...separated, ')'];
}

/** @throws TypeError for two keys that are one to PowerShell, which does not tell upper from lower case in them. */
function tableParts(entries: readonly (readonly [string, PowerShellValue])[]): readonly Part[] {
  const seen = new Set<string>();
  const rows = entries.flatMap(([key, value], index): readonly Part[] => {
    const same = key.toUpperCase();
    if (seen.has(same)) throw new TypeError(`ps: a hashtable cannot have the key ${key} twice`);
    seen.add(same);
    return [`${index === 0 ? '' : '; '}${quotePowerShellText(key)} = `, ...partsOf(value)];
  });
  return ['@{', ...rows, '}'];
}

/**
 * Builds a script for Windows PowerShell 5.1. Every interpolated value becomes one expression: text in quotes, an
 * array `@(…)` that stays one, a plain object a hashtable, a `Map` an ordered one, a `Date` a DateTime in UTC, bytes
 * a byte[]. A script is put in as it is. A `Secret` is only referred to.
 *
 * @example ps`Get-Item -LiteralPath ${path} -ErrorAction Stop`
 * @throws TypeError for a value that stands in a string or a comment of the template, or right beside a word, and
 * for a template whose own text is not ASCII: a programming mistake in each case.
 */
export function ps(pieces: TemplateStringsArray, ...values: readonly PowerShellValue[]): PowerShellScript {
  const placement = new Placement();
  const parts = pieces.flatMap((piece, index): readonly Part[] => {
    if (!isAscii(piece)) throw new TypeError('ps: the text of a template must be ASCII; put other text in as a value');
    const value = values[index];
    placement.read(piece);
    if (index >= values.length) return [piece];
    if (value === undefined) throw new TypeError('ps: undefined cannot be put in a script');
    const mistake = placement.mistake(pieces[index + 1] ?? '', value instanceof PowerShellScript);
    if (mistake) throw new TypeError(`ps: ${mistake}`);
    return [piece, ...partsOf(value)];
  });
  return PowerShellScript.fromParts(parts);
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

/**
 * The user's own words as a script. What is not ASCII is compiled on the host from escapes, and runs in the scope
 * that it stands in.
 */
export function verbatimPowerShell(text: string): PowerShellScript {
  return isAscii(text) ? PowerShellScript.fromParts([text]) : ps`. ([scriptblock]::Create(${text}))`;
}

/** An expression that is a SecureString of the secret. */
export function secureString(secret: Secret): PowerShellScript {
  return ps`(ConvertTo-SecureString -AsPlainText -Force -String ${secret})`;
}

/** An expression that is a PSCredential. @param user such as `CORP\admin` */
export function credential(user: string, password: Secret): PowerShellScript {
  return ps`(New-Object -TypeName System.Management.Automation.PSCredential -ArgumentList ${user}, ${secureString(password)})`;
}
