import { relative, sep } from 'node:path';

/** A path as a person would type it from here: relative, where it is below the folder that garden was started in. */
export function shownPath(path: string): string {
  const here = relative(process.cwd(), path);
  return here === '' || here === '..' || here.startsWith(`..${sep}`) ? path : here;
}

/** The same for a place, or a text of several: `/srv/site/web.ts:12, from /srv/site/site.ts:3`. */
export function shownPlaces(text: string): string {
  return text.replace(/(?<![^\s(])\/[^\s:]+(?=:\d)/g, shownPath);
}
