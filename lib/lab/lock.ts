import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import { GardenError } from '../model/errors.ts';

/**
 * Takes the lock of a folder by a helper process, flock(1), which lives only as long as its standard input is open:
 * however this process ends, the lock ends with it.
 */
async function lockFolder(folder: string, wait: boolean): Promise<ChildProcess | undefined> {
  const options = wait ? [] : ['--nonblock'];
  const helper = spawn('flock', ['--exclusive', ...options, folder, 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const complaints: Buffer[] = [];
  helper.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  return new Promise((resolve, reject) => {
    helper.once('error', (cause) => reject(new GardenError(`could not lock ${folder}: ${cause.message}`, { cause })));
    helper.stdout.once('data', () => resolve(helper));
    // flock(1): exit code 1 and no word of complaint mean that another process has the lock.
    helper.once('close', (code) => {
      const said = Buffer.concat(complaints).toString().trim();
      if (code === 1 && said === '') resolve(undefined);
      else reject(new GardenError(`could not lock ${folder}: ${said || `flock ended with ${code}`}`));
    });
  });
}

/** Runs `work` under the lock of a folder that exists, unless another process has it. */
export async function withLockIfFree(folder: string, work: () => Promise<void>): Promise<void> {
  const helper = await lockFolder(folder, false);
  if (helper === undefined) return;
  try {
    await work();
  } finally {
    await release(helper);
  }
}

async function inode(folder: string): Promise<number | undefined> {
  try {
    return (await stat(folder)).ino;
  } catch {
    return undefined;
  }
}

async function release(helper: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => helper.once('close', resolve));
  helper.stdin?.end();
  await ended;
}

/**
 * Runs `work` while no other process holds the lock of this folder, which is made if it is not there. The holder may
 * remove the folder: whoever waited for it then starts over with a new one.
 *
 * @param waiting called when there is somebody to wait for
 */
export async function withLock<T>(folder: string, waiting: () => void, work: () => Promise<T>): Promise<T> {
  for (;;) {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const before = await inode(folder);
    if (before === undefined) continue;
    let helper = await lockFolder(folder, false);
    if (helper === undefined) {
      waiting();
      helper = await lockFolder(folder, true);
    }
    if (helper === undefined) continue;
    try {
      if ((await inode(folder)) === before) return await work();
    } finally {
      await release(helper);
    }
  }
}
