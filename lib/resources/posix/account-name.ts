import { z } from 'zod';

/**
 * A name of a user or group as useradd(8) of Debian takes it, without what other tools would trip over: it starts with
 * a letter or `_` and has at most 32 characters.
 */
export const accountName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_.-]{0,30}[A-Za-z0-9_.$-]?$/,
    'a name of a user or group starts with a letter or "_", has letters, digits and "_.-" and at most 32 characters',
  );

/** An absolute path without a slash at its end, and without parts that could be normalised away. */
export const plainPath = z
  .string()
  .refine(
    (path) => path === '/' || (path.startsWith('/') && path.split('/').slice(1).every(isPlainPart)),
    'an absolute path, without "//", "." and "..", line ends or a slash at its end',
  );

function isPlainPart(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !/[\0\n]/.test(part);
}
