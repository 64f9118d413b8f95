import { relative, sep } from 'node:path';
import type { Location } from '../../model/site.ts';

/** A path as a person would type it from here. */
export function shownPath(path: string): string {
  const here = relative(process.cwd(), path);
  return here === '' || here === '..' || here.startsWith(`..${sep}`) ? path : here;
}

/** `site.ts:12:3`. */
export function shownPlace({ file, line, column }: Location): string {
  return `${shownPath(file)}:${line}:${column}`;
}
