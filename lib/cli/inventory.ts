import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { limitNames, loadInventory } from '../inventory/index.ts';
import { UsageError } from '../model/errors.ts';
import type { Inventory } from '../model/host.ts';
import { harmless } from '../report/text.ts';
import type { HostOptions } from './options/host-options.ts';
import { complain, errorStyle, type Streams } from './streams.ts';

/** Where `garden lab up` writes the lab's inventory, in the project. */
const LAB_INVENTORY = join('.garden', 'lab', 'inventory.ini');

/**
 * What `-i` names, else the inventory of the lab that is up.
 *
 * @throws UsageError where there is neither.
 */
function inventorySources(options: HostOptions, folder: string): readonly string[] {
  if (options.inventory !== undefined) return options.inventory;
  const lab = join(folder, LAB_INVENTORY);
  if (existsSync(lab)) return [lab];
  const [other] = otherLabs(folder);
  throw new UsageError([
    {
      message: 'no inventory: garden does not know any hosts',
      hint:
        other === undefined
          ? 'Name one with -i inventory/hosts.ini (or -i "host1,host2,"), or rehearse on the lab: add --lab.'
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

/** The inventory, and the names of the hosts that `-l` leaves; undefined where there is no `-l`. */
export interface SelectedInventory {
  readonly inventory: Inventory;
  readonly limit: readonly string[] | undefined;
}

/**
 * Reads the inventory and applies `-l`. Warnings go to standard error.
 *
 * @throws UsageError with all mistakes.
 */
export async function readInventory(
  options: HostOptions,
  folder: string,
  streams: Streams,
): Promise<SelectedInventory> {
  const sources = inventorySources(options, folder);
  const { inventory, warnings } = await loadInventory(sources, {
    extraVars: options.extraVars ?? [],
    workingDirectory: folder,
  });
  const style = errorStyle(streams);
  complain(
    streams,
    warnings.map(({ message, where, hint }) =>
      style.yellow(
        harmless(`warning: ${where === undefined ? '' : `${where}: `}${message}${hint ? ` (${hint})` : ''}`),
      ),
    ),
  );
  const { limit } = options;
  if (limit === undefined) return { inventory, limit: undefined };
  return { inventory, limit: [...limitNames(inventory, limit)] };
}
