import type { Host, Inventory } from '../model/host.ts';
import type { Secret } from '../model/secret.ts';

/** What the command line says of logging in. It wins over the inventory. */
export interface ConnectionOptions {
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  readonly privateKeyFile?: string | undefined;
  readonly acceptNewHostKeys?: boolean | undefined;
}

/** The same inventory, with these options in every host's connection. */
export function withConnectionOptions(inventory: Inventory, options: ConnectionOptions): Inventory {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const changed = new Map<Host, Host>(
    inventory.all.map((host) => [host, { ...host, connection: { ...host.connection, ...given } }]),
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
