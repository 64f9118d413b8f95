import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a folder holds. */
export interface FolderEntry {
  readonly name: string;
  /** The whole path. */
  readonly path: string;
  readonly isFolder: boolean;
}

/** A folder in a folder in a folder …: more of them are a link that leads back. */
export const DEEPEST_FOLDER = 16;

/** What a folder holds, in the order of the names' characters, as Python sorts them; links that lead nowhere are left out. */
export async function listFolder(path: string): Promise<readonly FolderEntry[]> {
  const names = (await readdir(path)).sort(byCodePoint);
  const entries = await Promise.all(
    names.map(async (name): Promise<FolderEntry | undefined> => {
      const stats = await stat(join(path, name)).catch(() => undefined);
      return stats && { name, path: join(path, name), isFolder: stats.isDirectory() };
    }),
  );
  return entries.filter((entry) => entry !== undefined);
}

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Names that Ansible passes over in a folder of inventories: hidden ones, variables, and files that are no inventory. */
const IGNORED_NAME = /^\.|^(?:host_vars|group_vars|vars_plugins)$/;
const IGNORED_ENDING = /(?:\.pyc|\.pyo|\.swp|\.bak|~|\.rpm|\.md|\.txt|\.rst|\.orig|\.cfg|\.retry)$/;

/** Whether an entry of a folder of inventories is passed over. */
export function isNoInventory(name: string): boolean {
  return IGNORED_NAME.test(name) || IGNORED_ENDING.test(name);
}

/** Whether a file's ending says that it holds no variables: a backup, a note. */
export function isNote(name: string): boolean {
  return name.startsWith('.') || IGNORED_ENDING.test(name);
}
