import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { GardenError } from '../model/errors.ts';
import { $, succeeded } from './command.ts';
import { stopContainers } from './container.ts';
import { existingControlGroups } from './control-groups.ts';
import { removeUnfinishedImages } from './image.ts';
import { inventoryFile, removeInventory } from './inventory-file.ts';
import { removeLabFolder } from './lab-folder.ts';
import { cacheFolder, DEFAULT_LAB, LabNames } from './layout.ts';
import { withLock } from './lock.ts';
import { namespaceExists, removeNamespaceFolder, removeNetworks } from './network.ts';
import { labProcesses } from './processes.ts';
import { checkBasics } from './requirements.ts';
import { type LabState, readState } from './state.ts';
import type { LabOptions } from './up.ts';

/** What is there of a lab, in words; empty where it is down. */
export async function findRemains(names: LabNames): Promise<readonly string[]> {
  const processes = await labProcesses(names);
  return [
    ...(processes.length > 0 ? [`${processes.length} processes (${processes.map(({ pid }) => pid).join(', ')})`] : []),
    ...(namespaceExists(names) ? [`the network namespace ${names.namespace}`] : []),
    ...(await existingControlGroups(names)).map((folder) => `the control group ${folder}`),
    ...(existsSync(names.folder) ? [`the folder ${names.folder}`] : []),
  ];
}

/** Unmounts what somebody has mounted below the lab's folder, the last mount first, so that removing it removes nothing else. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').map((line) => line.split(' ')[4] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).reverse()) {
    await succeeded(`unmount ${mount}`, $`umount ${mount}`);
  }
}

async function state(names: LabNames): Promise<LabState | undefined> {
  try {
    return await readState(names);
  } catch (error) {
    // A damaged file must not stop the clean-up: the rest is found by name.
    if (error instanceof GardenError) return undefined;
    throw error;
  }
}

/**
 * Removes a lab with all that belongs to it, whatever state it is in: what its state file says, and what is found by name.
 * The image stays in the cache. Resolves to whether there was anything to remove.
 *
 * @throws GardenError where something could not be removed.
 */
export async function labDown({ name = DEFAULT_LAB, project, say }: LabOptions): Promise<boolean> {
  const names = new LabNames(name);
  await checkBasics();
  const inventory = inventoryFile(project, names.lab);
  await removeUnfinishedImages(cacheFolder(process.env));
  if ((await findRemains(names)).length === 0) {
    await removeInventory(inventory);
    say(`lab: ${names.lab} is not up`);
    return false;
  }
  const waiting = () => say(`lab: waiting for another garden that works on the lab ${names.lab} …`);
  await withLock(names.folder, waiting, async () => {
    const known = await state(names);
    await stopContainers(names);
    await removeNetworks(names);
    if (known?.madeNamespaceFolder) await removeNamespaceFolder();
    for (const file of new Set([inventory, ...(known?.inventories ?? [])])) await removeInventory(file);
    await unmountBelow(names.folder);
    // The state file is in there: it is removed when all else is gone.
    await removeLabFolder(names);
  });
  const remains = await findRemains(names);
  if (remains.length > 0) {
    throw new GardenError(`could not remove all of the lab ${names.lab}; there still is\n${remains.join('\n')}`, {
      hint: 'Try garden lab down once more.',
    });
  }
  say(`lab: ${names.lab} is down, nothing of it is left`);
  return true;
}
