import { quote } from '../model/script.ts';

/** Below this, a line of a secret or an encoded form says too little to be looked for in a text. */
const SHORTEST = 3;

/**
 * How base64 writes these bytes inside a longer text, whatever stands around them. A byte's characters depend on its
 * place in a group of three, so there are three alignments, each with the characters cut off that its neighbours
 * share; where the bytes end the text, those at the end are known too (RFC 4648, section 4).
 */
function base64Forms(bytes: Buffer): string[] {
  const forms: string[] = [];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const start = Math.ceil((before * 8) / 6);
    forms.push(encoded.slice(start), encoded.slice(start).replace(/=+$/, ''));
    forms.push(encoded.slice(start, Math.floor(((before + bytes.length) * 8) / 6)));
  }
  return [...forms, ...forms.map(urlSafe)];
}

function urlSafe(form: string): string {
  return form.replaceAll('+', '-').replaceAll('/', '_');
}

/** `%41`: as browsers write it, as RFC 3986 and forms do, with digits of either case. Half a surrogate pair is no text. */
function urlForms(value: string): string[] {
  const plain = encodeURIComponent(Buffer.from(value).toString());
  const strict = plain.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [plain, strict, plain.replaceAll('%20', '+'), strict.replaceAll('%20', '+')];
  return [...forms, ...forms.map((form) => form.replace(/%../g, (digits) => digits.toLowerCase()))];
}

/** Between the quotes of a JSON text, with characters beyond ASCII as they are or as `\u`; also JSON inside of JSON. */
function jsonForms(value: string): string[] {
  const inner = (text: string): string => JSON.stringify(text).slice(1, -1);
  const once = inner(value);
  const ascii = once.replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [once, ascii, inner(once), inner(ascii)];
}

/** As shells show words: `'it'\''s'` (dash; also scripts within scripts, where each quote is quoted again), `'it'"'"'s'`, `it\'s` (`printf %q`), between double quotes, `$'…'`. */
function shellForms(value: string): string[] {
  const inner = (text: string): string => text.replaceAll("'", "'\\''");
  const once = inner(value);
  const forms = [
    once,
    inner(once),
    inner(inner(once)),
    value.replaceAll("'", `'"'"'`),
    value.replace(/[^\w@%+=:,./\n\u0080-\uffff-]/g, '\\$&'),
    value.replace(/[\\"$`]/g, '\\$&'),
    value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t'),
  ];
  return value.includes('\0') ? forms : [quote(value), ...forms];
}

function xmlForm(value: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return value.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** Every way in which a secret may be written in a text, itself first. Those of each of its lines are among them. */
export function secretForms(value: string): readonly string[] {
  const pieces = new Set([value, value.trim(), ...value.split(/\r?\n/).map((line) => line.trim())]);
  const forms = [...pieces]
    .filter((piece) => piece.length >= SHORTEST)
    .flatMap((piece) => [
      piece,
      ...base64Forms(Buffer.from(piece)),
      ...urlForms(piece),
      ...jsonForms(piece),
      ...shellForms(piece),
      xmlForm(piece),
    ]);
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST);
}

/**
 * So many characters of base64 are recognised by themselves, wherever an encoded secret was broken into lines. They stand
 * for six bytes: fewer would be met by chance.
 */
export const BASE64_RUN = 8;
/** Of a longer secret, in bytes, only the beginning is looked for in that way. */
const MOST_BYTES = 32_768;

/** Every run of {@link BASE64_RUN} characters in the base64 of a longer text that holds this secret. */
export function base64Runs(value: string): ReadonlySet<string> {
  const runs = new Set<string>();
  const bytes = Buffer.from(value.trim()).subarray(0, MOST_BYTES);
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    for (let at = Math.ceil((before * 8) / 6); at + BASE64_RUN <= end; at++) {
      const run = encoded.slice(at, at + BASE64_RUN);
      runs.add(run).add(urlSafe(run));
    }
  }
  return runs;
}
