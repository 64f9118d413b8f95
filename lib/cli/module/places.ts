import type { Location } from '../../model/site.ts';
import { shownPath } from '../../report/places.ts';

/** `site.ts:12:3`. */
export function shownPlace({ file, line, column }: Location): string {
  return `${shownPath(file)}:${line}:${column}`;
}
