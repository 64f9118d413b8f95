import { dirname, resolve } from 'node:path';
import { type LoadedInventory, limitNames, loadInventory } from '../../inventory/index.ts';
import type { Playbook } from '../../model/playbook.ts';
import type { SecretFinder } from '../../model/secret-request.ts';
import { harmless } from '../../report/text.ts';
import { loadModule } from '../module/load-module.ts';
import type { HostOptions } from '../options/host-options.ts';
import type { InventoryOptions } from '../options/inventory-options.ts';
import { PastRuns } from '../run/past-run.ts';
import { projectSecrets } from '../secrets.ts';
import { complain, errorStyle, type Streams } from '../streams.ts';
import { inventorySources } from './inventory-sources.ts';

/** The inventory, and the names of the hosts that `-l` leaves; undefined where there is no `-l`. */
export interface SelectedInventory {
  readonly inventory: LoadedInventory;
  readonly limit: readonly string[] | undefined;
  /** The project's secrets; what the inventory needed of them has been opened. */
  readonly secrets: SecretFinder;
}

/** A playbook that is being loaded. */
export interface ComingPlaybook {
  readonly file: string;
  readonly loaded: Promise<Playbook>;
}

/** What it says goes to standard error. */
async function bringLabUp(project: string, streams: Streams): Promise<void> {
  const { labUp } = await import('../../lab/index.ts');
  await labUp({ project, say: (line) => streams.err.write(`${line}\n`) });
}

/**
 * Brings the lab up where that is asked for, reads the inventory and applies `-l`. Warnings go to standard error.
 *
 * @param playbook beside which there may be variables, and which may say what variables hosts have
 * @throws UsageError with all mistakes.
 */
export async function readInventory(
  options: InventoryOptions & Pick<HostOptions, 'lab'>,
  folder: string,
  streams: Streams,
  playbook?: ComingPlaybook,
): Promise<SelectedInventory> {
  if (options.lab) await bringLabUp(folder, streams);
  const sources = inventorySources(options, folder, streams.environment);
  const secrets = await projectSecrets(options, folder, streams);
  const { inventory, warnings } = await loadInventory(sources, {
    extraVars: options.extraVars ?? [],
    workingDirectory: folder,
    secrets,
    loadModule,
    playbookFolder: playbook && dirname(resolve(folder, playbook.file)),
    // What is wrong with the playbook is told by whoever loads it.
    playbook: playbook?.loaded.then(
      ({ options }) => options,
      () => undefined,
    ),
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
  const failed = () => new PastRuns(folder, playbook?.file).unfinished(inventory);
  if (limit === undefined) return { inventory, limit: undefined, secrets };
  return { inventory, limit: [...limitNames(inventory, limit, failed)], secrets };
}
