import { rmSync } from 'node:fs';
import { access, constants, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../model/errors.ts';

/** tmpfs and ramfs, by statfs(2): what is written there is in memory. */
const IN_MEMORY = new Set([0x01021994, 0x858458f6]);
const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function isInMemory(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return IN_MEMORY.has((await statfs(folder)).type);
  } catch {
    return false;
  }
}

async function place(candidates: readonly (string | undefined)[], onDisk: boolean): Promise<string> {
  for (const folder of candidates) if (folder && (await isInMemory(folder))) return folder;
  if (onDisk) return tmpdir();
  throw new UsageError([
    {
      message: 'there is no file system in memory here, so the text would be written to a disk',
      hint: 'give --on-disk if that does not matter, or use garden vault get and set',
    },
  ]);
}

/**
 * Makes a folder for texts that must not stay anywhere, and takes it away when `work` has ended or the process is told
 * to. Ctrl-C is left to the program that runs in the meantime.
 *
 * @param runtimeFolder XDG_RUNTIME_DIR, where there is one
 * @throws UsageError where there is no file system in memory, unless `onDisk`.
 */
export async function withPrivateFolder<T>(
  { runtimeFolder, onDisk }: { readonly runtimeFolder: string | undefined; readonly onDisk: boolean },
  work: (folder: string) => Promise<T>,
): Promise<T> {
  // Mode 0700.
  const folder = await mkdtemp(join(await place([runtimeFolder, '/dev/shm'], onDisk), 'garden-'));
  const end = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGINT') return;
    rmSync(folder, { recursive: true, force: true });
    for (const each of ENDINGS) process.off(each, end);
    process.kill(process.pid, signal);
  };
  for (const each of ENDINGS) process.on(each, end);
  try {
    return await work(folder);
  } finally {
    for (const each of ENDINGS) process.off(each, end);
    await rm(folder, { recursive: true, force: true });
  }
}
