import type { Vars } from '../model/host.ts';

/** A layer-2 network of the lab: one bridge. */
export interface LabNetwork {
  /** At most 6 letters and digits: interface names are made of it. */
  readonly name: string;
  /** The third byte of its addresses, 0 to 255: `10.x.number.0/24`. */
  readonly number: number;
}

/** A full Debian with systemd and sshd, in a container. */
export interface LabContainer {
  readonly kind: 'container';
  /** Its host name, and its name in the inventory. */
  readonly name: string;
  readonly network: string;
  /** The last byte of its address, 2 to 253. */
  readonly number: number;
  readonly groups: readonly string[];
  readonly vars?: Vars | undefined;
}

/** What a lab can consist of; further kinds join the union. */
export type LabHostDefinition = LabContainer;

/** The networks and hosts of a lab, and what its inventory says of them. */
export interface Topology {
  readonly networks: readonly LabNetwork[];
  readonly hosts: readonly LabHostDefinition[];
  readonly groupVars: Readonly<Record<string, Vars>>;
}

/** The lab that `garden lab up` builds: two sites, a proxy in front of a back end in each of them, one log host. */
export const DEFAULT_TOPOLOGY: Topology = {
  networks: [
    { name: 'east', number: 1 },
    { name: 'west', number: 2 },
  ],
  hosts: [
    { kind: 'container', name: 'proxy-east', network: 'east', number: 11, groups: ['proxies', 'east'] },
    { kind: 'container', name: 'web-east', network: 'east', number: 21, groups: ['backends', 'east'] },
    { kind: 'container', name: 'web-west', network: 'west', number: 21, groups: ['backends', 'west'] },
    { kind: 'container', name: 'log-east', network: 'east', number: 31, groups: ['syslog', 'east'] },
    { kind: 'container', name: 'client-east', network: 'east', number: 41, groups: ['clients', 'east'] },
  ],
  groupVars: { east: { site: 'east' }, west: { site: 'west' } },
};
