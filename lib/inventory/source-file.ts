import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { nearest } from '../model/suggestion.ts';
import { errorCode, errorText } from '../model/thrown.ts';
import type { Remark } from './findings.ts';

/** Why a file cannot be read, in words, and for one that does not exist the name beside it that was likely meant. */
export async function describeFileError(error: unknown, name: string, folder: string): Promise<Remark> {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const parent = dirname(name);
    const beside = await readdir(resolve(folder, parent)).catch(() => []);
    const meant = nearest(basename(name), beside);
    return {
      message: `there is no such file${meant === undefined ? '' : ` (did you mean "${join(parent, meant)}"?)`}`,
    };
  }
  if (code === 'EACCES' || code === 'EPERM') return { message: 'the file may not be read by this user' };
  if (code === 'EISDIR') return { message: 'this is a folder, not a file' };
  return { message: `the file cannot be read: ${errorText(error)}` };
}

/** The text of a file's bytes; undefined where they are no UTF-8 text. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A path as messages name it: relative to the working directory, where it is in there. */
export function shownPath(path: string, workingDirectory: string): string {
  const shown = relative(workingDirectory, path);
  return shown.startsWith('..') ? path : shown;
}
