import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../../model/errors.ts';
import type { HostOptions } from '../options/host-options.ts';
import type { Environment } from '../streams.ts';

/** Where `garden lab up` writes the lab's inventory, in the project. */
const LAB_INVENTORY = join('.garden', 'lab', 'inventory.ini');

/** Where a project keeps its own, so that it need not be named. */
const PROJECT_INVENTORIES = ['inventory', join('inventory', 'hosts')].flatMap((path) =>
  ['ts', 'ini', 'yaml', 'yml'].map((ending) => `${path}.${ending}`),
);

/** Stands for `-i` where that is not given. */
const VARIABLE = 'GARDEN_INVENTORY';

/**
 * Where the inventory is read from: what `-i` names, else the variable GARDEN_INVENTORY, else the lab that is up, else the
 * project's own. The lab comes before the project's own: who has brought it up is rehearsing, and must not meet the real
 * hosts by leaving out a word. Undefined where there is none.
 *
 * @throws UsageError where the project has two.
 */
export function findInventory(
  { inventory, lab }: Pick<HostOptions, 'inventory' | 'lab'>,
  folder: string,
  environment: Environment,
): readonly string[] | undefined {
  if (inventory !== undefined) return inventory;
  const named = environment[VARIABLE];
  if (named && !lab) return [named];
  if (existsSync(join(folder, LAB_INVENTORY))) return [LAB_INVENTORY];
  const [own, another] = PROJECT_INVENTORIES.filter((path) => existsSync(join(folder, path)));
  if (own !== undefined && another !== undefined) {
    throw new UsageError([
      { message: `this project has two inventories, ${own} and ${another}`, hint: `Name one: -i ${own}` },
    ]);
  }
  return own === undefined ? undefined : [own];
}

/** The same. @throws UsageError also where there is none. */
export function inventorySources(
  options: Pick<HostOptions, 'inventory' | 'lab'>,
  folder: string,
  environment: Environment,
): readonly string[] {
  const found = findInventory(options, folder, environment);
  if (found !== undefined) return found;
  const [other] = otherLabs(folder);
  throw new UsageError([
    {
      message: 'no inventory: garden does not know any hosts',
      hint:
        other === undefined
          ? `Name one with -i hosts.ini (or -i "host1,host2,"), write ${PROJECT_INVENTORIES[0]}, or rehearse on the lab: add --lab.`
          : `Name one with -i, such as that of the lab which is up: -i ${other}`,
    },
  ]);
}

/** Inventories of labs with names of their own. */
function otherLabs(folder: string): readonly string[] {
  try {
    return readdirSync(join(folder, dirname(LAB_INVENTORY)))
      .filter((name) => name.endsWith('.ini'))
      .map((name) => join(dirname(LAB_INVENTORY), name));
  } catch {
    return [];
  }
}
