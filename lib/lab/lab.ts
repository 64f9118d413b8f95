import { readFile } from 'node:fs/promises';
import { Secret } from '../model/secret.ts';
import { inventoryFile } from './inventory-file.ts';
import { hostAddress, type LabNames } from './layout.ts';
import type { LabState } from './state.ts';

/** A host of a lab that is up. */
export interface LabHost {
  readonly name: string;
  readonly address: string;
  readonly groups: readonly string[];
  /** The folder with all that distinguishes the host's file system from the image. */
  readonly upper: string;
}

/** A lab that is up. */
export interface Lab {
  readonly name: string;
  readonly inventory: string;
  readonly privateKeyFile: string;
  readonly knownHostsFile: string;
  /** For the users `root`, `operator` (sudo without a password) and `deploy` (sudo with one) the key is enough to log in. */
  readonly deployPassword: Secret;
  readonly hosts: readonly LabHost[];
}

/** Describes a lab that has been made. */
export async function describeLab(names: LabNames, state: LabState, project: string): Promise<Lab> {
  return {
    name: names.lab,
    inventory: inventoryFile(project, names.lab),
    privateKeyFile: names.privateKeyFile,
    knownHostsFile: names.knownHostsFile,
    deployPassword: new Secret((await readFile(names.passwordFile, 'utf8')).trim()),
    hosts: state.topology.hosts.map((host) => ({
      name: host.name,
      address: hostAddress(state.number, state.topology, host),
      groups: host.groups,
      upper: names.host(host.name).upper,
    })),
  };
}
