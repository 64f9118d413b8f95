/** What an error says, in its own words; of anything else that was thrown, its text. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error, e.g. `ENOENT`; undefined for other errors. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const FILE_ERRORS: ReadonlyMap<string | undefined, string> = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['ENOTDIR', 'what should be a folder is none'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'it may not be touched by this user'],
  ['EPERM', 'it may not be touched by this user'],
  ['EROFS', 'its file system is read-only'],
  ['ENOSPC', 'the disk is full'],
]);

/** Why a file could not be read or written, to be put behind what was tried. */
export function fileErrorText(error: unknown): string {
  return FILE_ERRORS.get(errorCode(error)) ?? errorText(error);
}
