import { lines, type Script, sh } from '../../../model/script.ts';

/** Stands before every section; no file that is read here has such a character (ASCII record separator). */
const MARK = '\x1e';

/** A script that prints the output of several scripts, each under its name; what one of them complains of is dropped. */
export function sections(parts: Readonly<Record<string, Script>>): Script {
  return lines([
    ...Object.entries(parts).map(([name, script]) => sh`printf '\\036%s\n' ${name}; { ${script}; } 2>/dev/null`),
    sh`:`,
  ]);
}

/** Prints a file, or nothing where there is none. */
export function contentOf(path: string): Script {
  return sh`[ ! -r ${path} ] || cat ${path}`;
}

/** The sections by name. A section that is missing is empty. */
export function readSections(stdout: string): (name: string) => string {
  const found = new Map<string, string>();
  for (const part of stdout.split(MARK).slice(1)) {
    const end = part.indexOf('\n');
    found.set(part.slice(0, end), part.slice(end + 1));
  }
  return (name) => found.get(name) ?? '';
}

/** The lines of a text, without empty ones. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
