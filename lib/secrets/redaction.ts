import { Secret, watchSecrets } from '../model/secret.ts';
import { BASE64_RUN, base64Runs, secretForms } from './forms.ts';

const MASK = '***';
/** Forms are found by their first characters; none is shorter. */
const PREFIX = 3;
const FILTER_SIZE = 1 << 16;
const WORD = /[\p{L}\p{N}]/u;

function filterSlot(text: string, at: number): number {
  const hash = text.charCodeAt(at) + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2) * 961;
  return hash & (FILTER_SIZE - 1);
}

/**
 * Puts `***` in the place of every secret it was told of, however it is written: as it is, in base64 (standard and
 * URL-safe, also as a part of a longer text), URL-encoded, escaped for JSON, XML or a shell, and, where it has several
 * lines, each line for itself. Occurrences that overlap become one `***`.
 *
 * A secret of one or two characters is replaced only where it stands alone, not beside a letter or a digit, and only
 * as it is written: anything else would make every text unreadable and, by its gaps, tell the secret. An empty one is
 * no secret. Base64 may be broken into lines anywhere; fewer than eight of its characters beside such a break stay.
 */
export class Redactor {
  /** Forms by their first characters, the longest first. */
  readonly #forms = new Map<string, string[]>();
  /** Says of most places in a text at once that no form begins there. */
  readonly #filter = new Uint8Array(FILTER_SIZE);
  /** Pieces of encoded secrets. */
  readonly #runs = new Set<string>();
  readonly #short = new Set<string>();

  add(secret: Secret | string): void {
    const value = secret instanceof Secret ? secret.reveal() : secret;
    const trimmed = value.trim();
    if (trimmed.length > 0 && trimmed.length < PREFIX) this.#short.add(trimmed);
    for (const form of secretForms(value)) this.#addForm(form);
    for (const run of base64Runs(value)) {
      this.#runs.add(run);
      this.#filter[filterSlot(run, 0)] = 1;
    }
  }

  /** The text without secrets. One pass, whatever their number. */
  redact(text: string): string {
    return this.#redactShort(this.#redactLong(text));
  }

  #addForm(form: string): void {
    const prefix = form.slice(0, PREFIX);
    const known = this.#forms.get(prefix) ?? [];
    if (known.includes(form)) return;
    this.#forms.set(
      prefix,
      [...known, form].sort((a, b) => b.length - a.length),
    );
    this.#filter[filterSlot(form, 0)] = 1;
  }

  #redactLong(text: string): string {
    if (this.#forms.size === 0) return text;
    let result = '';
    let copied = 0;
    /** Where the occurrence that was found last begins and ends; it grows while others begin inside of it. */
    let start = -1;
    let end = -1;
    for (let at = 0; at + PREFIX <= text.length; at++) {
      if (this.#filter[filterSlot(text, at)] === 0) continue;
      const length = this.#lengthAt(text, at);
      if (length === 0) continue;
      if (at >= end) {
        if (start >= 0) {
          result += text.slice(copied, start) + MASK;
          copied = end;
        }
        start = at;
      }
      end = Math.max(end, at + length);
    }
    if (start < 0) return text;
    return result + text.slice(copied, start) + MASK + text.slice(end);
  }

  /** How long the form is that begins here; 0 where there is none. */
  #lengthAt(text: string, at: number): number {
    const form = this.#forms.get(text.slice(at, at + PREFIX))?.find((candidate) => text.startsWith(candidate, at));
    if (form !== undefined) return form.length;
    return this.#runs.has(text.slice(at, at + BASE64_RUN)) ? BASE64_RUN : 0;
  }

  #redactShort(text: string): string {
    let result = text;
    for (const secret of this.#short) result = replaceAlone(result, secret);
    return result;
  }
}

function replaceAlone(text: string, secret: string): string {
  if (!text.includes(secret)) return text;
  let result = '';
  let copied = 0;
  for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + secret.length)) {
    const end = at + secret.length;
    if (WORD.test(text.charAt(at - 1)) || WORD.test(text.charAt(end))) continue;
    result += text.slice(copied, at) + MASK;
    copied = end;
  }
  return result + text.slice(copied);
}

let all: Redactor | undefined;

function redactorOfAll(): Redactor {
  if (all === undefined) {
    const made = new Redactor();
    watchSecrets((secret) => made.add(secret));
    all = made;
  }
  return all;
}

/** A text without any secret whose value is known in this process, wherever it was made: what every output goes through. */
export function withoutSecrets(text: string): string {
  return redactorOfAll().redact(text);
}
