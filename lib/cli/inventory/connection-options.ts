import type { ConnectionSettings, Host, Inventory, TransportName } from '../../model/host.ts';
import type { Secret } from '../../model/secret.ts';

/** What the command line says of logging in. It wins over the inventory. */
export interface ConnectionOptions {
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  readonly privateKeyFile?: string | undefined;
  readonly acceptNewHostKeys?: boolean | undefined;
  /** `ssh` leaves the choice of its two transports to garden, whatever the inventory says. */
  readonly transport?: TransportName | undefined;
  /** How long a log-in may take, in milliseconds. */
  readonly timeout?: number | undefined;
  /** Further arguments for ssh, before those of the inventory: ssh takes the first of two that differ. */
  readonly sshArguments?: readonly string[] | undefined;
}

function changedConnection(connection: ConnectionSettings, options: ConnectionOptions): ConnectionSettings {
  const { transport, sshArguments = [], ...plain } = options;
  const all = [...sshArguments, ...(connection.sshArguments ?? [])];
  return {
    ...connection,
    ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)),
    ...(transport && { transport: transport === 'ssh' ? undefined : transport }),
    ...(all.length > 0 && { sshArguments: all }),
  };
}

/** The same inventory, with these options in every host's connection. */
export function withConnectionOptions(inventory: Inventory, options: ConnectionOptions): Inventory {
  const changed = new Map<Host, Host>(
    inventory.all.map((host) => [host, { ...host, connection: changedConnection(host.connection, options) }]),
  );
  // A host must be the same object wherever it is met.
  const change = (host: Host): Host => changed.get(host) ?? host;
  return {
    all: inventory.all.map(change),
    groups: inventory.groups,
    extraVars: inventory.extraVars,
    hosts: (pattern) => inventory.hosts(pattern).map(change),
    host: (name) => change(inventory.host(name)),
  };
}
