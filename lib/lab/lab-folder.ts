import { rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LABS_FOLDER, type LabNames } from './layout.ts';

/** Removes a lab's folder, and the folders above it if no other lab and nothing else of garden is in them. */
export async function removeLabFolder(names: LabNames): Promise<void> {
  await rm(names.folder, { recursive: true, force: true });
  try {
    await rmdir(LABS_FOLDER);
    await rmdir(dirname(LABS_FOLDER));
  } catch {
    // Something else is in there.
  }
}
