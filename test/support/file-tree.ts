import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A folder with all that is in it: for every path what it is, as one line of text. */
export type FileTree = ReadonlyMap<string, string>;

/** How the line of a folder begins: its type, as in st_mode (inode(7)). */
const FOLDER = '40000 ';

/** Something that a running system writes by itself, and why it does. */
export interface OwnWriting {
  readonly why: string;
  readonly paths: RegExp;
}

/**
 * Type, mode, owner, size, time of the last change and content of everything in a folder. The content is hashed, so a
 * write that puts size and time back is seen too. In an overlay's upper folder a removed file is a device 0/0.
 */
export async function fileTree(folder: string): Promise<FileTree> {
  const found = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    const line = await unlessGone(() => describe(join(folder, path)));
    if (line === undefined) return;
    found.set(path || '/', line);
    if (!line.startsWith(FOLDER)) return;
    for (const name of (await unlessGone(() => readdir(join(folder, path)))) ?? []) await visit(`${path}/${name}`);
  };
  await visit('');
  return found;
}

/** What came, went or became different between two looks, but for what the system writes by itself; a line each. */
export function treeChanges(before: FileTree, after: FileTree, own: readonly OwnWriting[]): readonly string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths
    .filter((path) => before.get(path) !== after.get(path) && !own.some(({ paths }) => paths.test(path)))
    .map((path) => `${path}: ${before.get(path) ?? 'not there'} → ${after.get(path) ?? 'gone'}`);
}

async function describe(path: string): Promise<string> {
  const status = await lstat(path, { bigint: true });
  const type = (status.mode & 0o170000n).toString(8);
  const mode = (status.mode & 0o7777n).toString(8);
  const content = status.isFile() ? await hash(path) : status.isSymbolicLink() ? await readlink(path) : '';
  // A folder's size says how often it was filled, not what is in it.
  const size = status.isDirectory() ? '-' : status.size;
  return `${type} ${mode} ${status.uid}:${status.gid} ${size} ${status.rdev} ${status.mtimeNs} ${content}`.trimEnd();
}

/** Undefined for what went away while it was looked at. */
async function unlessGone<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function hash(path: string): Promise<string> {
  const sum = createHash('sha256');
  await pipeline(createReadStream(path), sum);
  return sum.digest('hex');
}
