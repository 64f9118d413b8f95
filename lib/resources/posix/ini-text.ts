import ini from 'ini';
import { joinLines, splitLines } from './text-lines.ts';

/** Where a value stands in an INI file. */
export interface OptionPath {
  /** Empty: before the first section. */
  readonly section: string;
  readonly option: string;
}

const SECTION = /^\s*\[([^\]]*)\]\s*(?:[;#].*)?$/;
const OPTION = /^\s*([^=;#[\s][^=]*?)(\s*=\s*)(.*)$/;
const BLANK_OR_COMMENT = /^\s*(?:[;#].*)?$/;

/** The value of `key = value` by the rules of the `ini` package: quotes are taken off, a comment behind it is left out. */
function parseValue(text: string): string {
  const value: unknown = ini.parse(`key=${text}`).key;
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** A value so that it is read back as it was. */
function writeValue(value: string): string {
  return [value, JSON.stringify(value)].find((text) => parseValue(text) === value) ?? ini.safe(value);
}

/** The lines of a section: from the one behind its head to the head of the next. A section may stand several times. */
function ranges(lines: readonly string[], section: string): readonly (readonly [number, number])[] {
  const heads = lines.flatMap((line, index) => {
    const name = SECTION.exec(line)?.[1];
    return name === undefined ? [] : [{ name: name.trim(), index }];
  });
  const all = [{ name: '', index: -1 }, ...heads];
  return all.flatMap(({ name, index }, position) =>
    name === section && (section !== '' || index < 0)
      ? [[index + 1, all[position + 1]?.index ?? lines.length] as const]
      : [],
  );
}

/** The indexes of the lines with an option. */
function places(lines: readonly string[], { section, option }: OptionPath): readonly number[] {
  return ranges(lines, section).flatMap(([from, to]) =>
    lines.slice(from, to).flatMap((line, index) => (OPTION.exec(line)?.[1] === option ? [from + index] : [])),
  );
}

/** The value of an option, or undefined where it has none. */
export function optionIn(content: string, path: OptionPath): string | undefined {
  const { lines } = splitLines(content);
  const last = places(lines, path).at(-1);
  return last === undefined ? undefined : parseValue(OPTION.exec(lines[last] ?? '')?.[3] ?? '');
}

/** Behind the last option of the section, so that blank lines and comments before the next one stay with that. */
function endOf(lines: readonly string[], [from, to]: readonly [number, number]): number {
  const last = lines.slice(from, to).findLastIndex((line) => !BLANK_OR_COMMENT.test(line));
  return from + last + 1;
}

/** The content with an option set to a value, or without it where the value is undefined. */
export function editOption(
  content: string,
  { value, ...path }: OptionPath & { readonly value: string | undefined },
): string {
  const text = splitLines(content);
  const { lines } = text;
  const found = places(lines, path);
  if (value === undefined) {
    const gone = new Set(found);
    return gone.size === 0 ? content : joinLines({ ...text, lines: lines.filter((_, index) => !gone.has(index)) });
  }
  const last = found.at(-1);
  if (last !== undefined) {
    const line = lines[last] ?? '';
    const [, , separator = '=', written = ''] = OPTION.exec(line) ?? [];
    if (parseValue(written) === value || written.trimEnd() === value) return content;
    const key = line.slice(0, line.indexOf('=')).trimEnd();
    return joinLines({ ...text, lines: lines.toSpliced(last, 1, key + separator + writeValue(value)) });
  }
  const separator = lines.map((line) => OPTION.exec(line)?.[2]).find((each) => each !== undefined) ?? ' = ';
  const added = `${path.option}${separator}${writeValue(value)}`;
  const range = ranges(lines, path.section).at(-1);
  if (range) return joinLines({ ...text, lines: lines.toSpliced(endOf(lines, range), 0, added) });
  const gap = lines.length > 0 && lines.at(-1) !== '' ? [''] : [];
  return joinLines({ ...text, lines: [...lines, ...gap, `[${path.section}]`, added] });
}
