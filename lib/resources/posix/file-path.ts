import { createHash } from 'node:crypto';
import { z } from 'zod';

/**
 * An absolute path, written in one way: without doubled slashes, `.` parts and slashes at its end. Blanks, quotes and
 * line ends are part of a name as any other character; `..` is refused, since what it means depends on links.
 */
export const absolutePath = z
  .string()
  .refine((path) => path.startsWith('/'), 'an absolute path')
  .refine((path) => !path.includes('\0'), 'a path cannot hold a NUL character')
  .refine((path) => !path.split('/').includes('..'), 'a path without ".."')
  .transform(
    (path) =>
      `/${path
        .split('/')
        .filter((part) => part !== '' && part !== '.')
        .join('/')}`,
  );

/** Folders that a system stands on (FHS 3.0 and Debian's own): never removed, whatever a playbook says. */
const FOUNDATIONS = new Set([
  ...'bin boot dev etc home lib lib32 lib64 libx32 media mnt opt proc root run sbin srv sys tmp usr var'.split(' '),
  ...'bin games include lib lib32 lib64 libexec libx32 local sbin share src'.split(' ').map((name) => `usr/${name}`),
  ...'backups cache lib lib/apt lib/dpkg local lock log mail opt run spool tmp'.split(' ').map((name) => `var/${name}`),
]);

/** A path that may be removed with all that is in it. */
export const removablePath = absolutePath.refine(
  (path) => path !== '/' && !FOUNDATIONS.has(path.slice(1)),
  'this folder belongs to the system and is not removed',
);

/** The folder that a path is in. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** Whether one of the two is the other, or lies in it. */
export function overlap(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

/** The longest name of a file, in bytes (NAME_MAX of limits.h on Linux). */
const LONGEST_NAME = 255;

/**
 * Where a new version of a file is made before it takes the file's place: hidden beside it, so that the rename stays in
 * one file system and `*.conf` does not match it. Always the same name, so that what a crash left is overwritten.
 */
export function temporaryBeside(path: string): string {
  const folder = folderOf(path);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const temporary = `.${name}.garden`;
  const fits = Buffer.byteLength(temporary) <= LONGEST_NAME;
  const short = `.${createHash('sha256').update(name).digest('hex')}.garden`;
  return `${folder === '/' ? '' : folder}/${fits ? temporary : short}`;
}
