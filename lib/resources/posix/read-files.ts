import { Script, sh } from '../../model/script.ts';

/** A file to be read: an absolute path, or a word of the shell that becomes one (`~user/.ssh/authorized_keys`). */
export type FileWord = string | Script;

/** A file's lines without their ends; undefined where there is no such file. */
type FileLines = readonly string[] | undefined;

/** The part of a definition that reads whole, small files: for one instance or for many. */
export interface FileReading<Params> {
  script(many: readonly Params[]): Script;
  split(stdout: string, many: readonly Params[]): readonly string[];
  /** What was read for one instance, in the order of its paths. @throws Error for a file that may not be read. */
  read(stdout: string, params: Params): readonly FileLines[];
}

function wordText(word: FileWord): string {
  return (word instanceof Script ? word : sh`${word}`).text;
}

/**
 * Prints files as numbered lines: `2+` says that the second file is there, `2-` that it is but may not be read, and
 * `2 text` is a line of it. One awk reads them all, so the number of processes does not grow with theirs.
 */
function numberedLines(words: readonly string[]): Script {
  const looks = words.map((word, index) => Script.fromQuoted(`look ${index + 1} ${word}`));
  return sh`set --
look() {
  if [ ! -f "$2" ]; then return 0; fi
  if [ -r "$2" ]; then echo "$1+"; files="$files $1"; eval "file_$1=\\$2"; else echo "$1-"; fi
}
files=
${Script.fromQuoted(looks.map(({ text }) => text).join('\n'))}
for number in $files; do
  eval "file=\\$file_$number"
  set -- "$@" "number=$number" "$file"
done
[ $# -eq 0 ] || awk '{ print number " " $0 }' "$@"`;
}

function wordsOf<Params>(pathsOf: (params: Params) => readonly FileWord[], many: readonly Params[]): readonly string[] {
  return [...new Set(many.flatMap((params) => pathsOf(params).map(wordText)))];
}

/** Splits numbered lines by their number. */
function byNumber(stdout: string): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  for (const line of stdout.split('\n')) {
    const [, digits, rest] = /^(\d+)([ +-].*)$/s.exec(line) ?? [];
    if (digits === undefined || rest === undefined) continue;
    const lines = found.get(Number(digits)) ?? [];
    lines.push(rest);
    found.set(Number(digits), lines);
  }
  return found;
}

/** How a kind of resource reads the files that its state is in. Files that several instances share are read once. */
export function readingFiles<Params>(pathsOf: (params: Params) => readonly FileWord[]): FileReading<Params> {
  return {
    script: (many) => numberedLines(wordsOf(pathsOf, many)),
    split(stdout, many) {
      const numbers = new Map(wordsOf(pathsOf, many).map((word, index) => [word, index + 1]));
      const all = byNumber(stdout);
      return many.map((params) => {
        const parts = wordsOf(pathsOf, [params]).map((word, index) =>
          (all.get(numbers.get(word) ?? 0) ?? []).map((rest) => `${index + 1}${rest}\n`),
        );
        const marks = parts.flatMap((lines) => lines.slice(0, 1));
        return [...marks, ...parts.flatMap((lines) => lines.slice(1))].join('');
      });
    },
    read(stdout, params) {
      const all = byNumber(stdout);
      const words = wordsOf(pathsOf, [params]);
      return pathsOf(params).map((word) => {
        const lines = all.get(words.indexOf(wordText(word)) + 1);
        if (lines?.[0]?.startsWith('-')) throw new Error(`${wordText(word)} may not be read by this user`);
        return lines?.slice(1).map((line) => line.slice(1));
      });
    },
  };
}
