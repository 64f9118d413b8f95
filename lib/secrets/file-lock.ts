import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { GardenError } from '../model/errors.ts';
import { errorCode } from '../model/thrown.ts';

/** How long to wait for another process that changes the file, in milliseconds. */
const PATIENCE = 30_000;
const RETRY = 25;

/** Whether whoever wrote this into a lock is gone. Of a process on another machine nobody can say. */
function isStale(holder: string): boolean {
  const [pid = '', host = ''] = holder.trim().split(' ');
  if (host !== hostname() || !/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Takes the lock away that a crash left. One at a time: between a second look and the removal nobody else may put a
 * lock that is alive in its place.
 */
async function takeAway(lock: string): Promise<void> {
  const turn = `${lock}.stale`;
  try {
    await writeFile(turn, '', { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // Somebody else is at it.
    if (errorCode(error) === 'EEXIST') return delay(RETRY);
    throw error;
  }
  try {
    const holder = await readIfThere(lock);
    if (holder !== undefined && isStale(holder)) await rm(lock, { force: true });
  } finally {
    await rm(turn, { force: true });
  }
}

/**
 * Runs `work` while no other process on this machine does so for the same file. The lock is a file beside it; one that
 * a crash left is found out by its process, which is gone.
 *
 * @throws GardenError where another process holds it for too long.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const own = `${lock}.${randomBytes(4).toString('hex')}`;
  await writeFile(own, `${process.pid} ${hostname()} ${randomBytes(8).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    const start = performance.now();
    for (;;) {
      try {
        // Whole from its first moment, unlike a file that is made first and written then.
        await link(own, lock);
        break;
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
      }
      const holder = await readIfThere(lock);
      if (performance.now() - start > PATIENCE) {
        throw new GardenError(
          `another process is changing ${path}: ${holder?.trim().split(' ').slice(0, 2).join(' on ')}`,
          {
            hint: `if it is gone, remove ${lock}*`,
          },
        );
      }
      await (holder !== undefined && isStale(holder) ? takeAway(lock) : delay(RETRY));
    }
    try {
      return await work();
    } finally {
      await rm(lock, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}
