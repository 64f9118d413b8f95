import { Secret } from './secret.ts';

/** What may stand between `${` and `}` in an `sh` template. */
export type ShellValue = string | number | Secret | Script | readonly (string | number | Secret)[];

/**
 * A shell script in which every value is already quoted. Only the `sh` template makes one, so a script can
 * never be put together from raw values.
 */
export class Script {
  /** The text for people: `***` stands for each `Secret` in it. A part of it can be shown, which no redaction could mend. */
  readonly shown: string;
  /** Undefined: there is no secret in it, so that it is what people may see. */
  readonly #reveal: (() => string) | undefined;

  private constructor(shown: string, reveal: (() => string) | undefined) {
    this.shown = shown;
    this.#reveal = reveal;
  }

  /**
   * Used by the templates of this module alone; scripts are written with `sh`.
   *
   * @param reveal makes the text where there are secrets in it, when it is needed: they may not have been fetched yet
   */
  static fromQuoted(shown: string, reveal?: () => string): Script {
    return new Script(shown, reveal);
  }

  /** What the shell gets. @throws GardenError for a secret in it that has not been fetched */
  get text(): string {
    return this.#reveal?.() ?? this.shown;
  }

  get holdsSecret(): boolean {
    return this.#reveal !== undefined;
  }

  toString(): string {
    return this.text;
  }
}

/**
 * Quotes one value as one word of a POSIX shell (POSIX.1-2017, XCU 2.2.2: within single quotes every
 * character stands for itself).
 *
 * @throws TypeError for a NUL character, which no shell word can hold.
 */
export function quote(value: string): string {
  if (value.includes('\0')) throw new TypeError('a shell word cannot hold a NUL character');
  if (/^[A-Za-z0-9_./:=@%+,-]+$/.test(value)) return value;
  return `'${value.replaceAll("'", "'\\''")}'`;
}

function word(value: ShellValue): string {
  if (value instanceof Script) return value.text;
  if (value instanceof Secret) return quote(value.reveal());
  if (typeof value === 'number') return quote(String(value));
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return value.map(word).join(' ');
  throw new TypeError(`sh: a value of type ${value === null ? 'null' : typeof value} cannot be put in a script`);
}

/** The same word as people may see it. */
function shownWord(value: ShellValue): string {
  if (value instanceof Script) return value.shown;
  if (value instanceof Secret) return String(value);
  return Array.isArray(value) ? value.map(shownWord).join(' ') : word(value);
}

function holdsSecret(value: ShellValue): boolean {
  if (value instanceof Script) return value.holdsSecret;
  return value instanceof Secret || (Array.isArray(value) && value.some((each) => each instanceof Secret));
}

function joined(parts: TemplateStringsArray, words: readonly string[]): string {
  return parts.reduce((text, part, index) => text + (words[index - 1] ?? '') + part);
}

/**
 * Builds a script for a POSIX `sh`. Every interpolated value becomes one quoted word, an array becomes one
 * word an element, and a `Script` is put in as it is.
 *
 * @example sh`getent group ${name} || true`
 */
export function sh(parts: TemplateStringsArray, ...values: readonly ShellValue[]): Script {
  const shown = joined(parts, values.map(shownWord));
  return values.some(holdsSecret)
    ? Script.fromQuoted(shown, () => joined(parts, values.map(word)))
    : Script.fromQuoted(shown);
}

/** Joins scripts, one a line, so that they run one after another. */
export function lines(scripts: readonly Script[]): Script {
  const shown = scripts.map((script) => script.shown).join('\n');
  return scripts.some(holdsSecret)
    ? Script.fromQuoted(shown, () => scripts.map((script) => script.text).join('\n'))
    : Script.fromQuoted(shown);
}

/**
 * A script that prints exactly these bytes. Text goes as a quoted word to the shell's own `printf`; bytes that
 * no shell word can hold (NUL, or what is not UTF-8) go through `base64 -d`, which coreutils and busybox both
 * have.
 */
export function printBytes(content: string | Uint8Array): Script {
  if (typeof content === 'string' && !content.includes('\0')) return sh`printf %s ${content}`;
  const bytes = Buffer.from(content);
  const text = bytes.toString('utf8');
  if (!text.includes('\0') && Buffer.from(text, 'utf8').equals(bytes)) return sh`printf %s ${text}`;
  return sh`printf %s ${bytes.toString('base64')} | base64 -d`;
}

/** The user's own words as a script: what stands in a `command` resource is a script already, by intention. */
export function verbatim(text: string): Script {
  if (text.includes('\0')) throw new TypeError('a script cannot hold a NUL character');
  return Script.fromQuoted(text);
}
