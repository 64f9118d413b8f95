import type { Secret } from './secret.ts';

/**
 * The variables of a host. A project gives its own their types by declaration merging:
 * `declare module 'walled-garden' { interface HostVars { mail_domain: string } }`.
 */
export interface HostVars {
  readonly [name: string]: unknown;
}

export const BECOME_METHODS = ['sudo', 'su', 'doas'] as const;
export type BecomeMethod = (typeof BECOME_METHODS)[number];

/** How to act as another user on a host. */
export interface Become {
  readonly user: string;
  readonly method: BecomeMethod;
  readonly password?: Secret | undefined;
}

export const TRANSPORTS = ['ssh', 'openssh', 'local'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** What is needed to log in to a host. What is undefined is left to `~/.ssh/config` and then to ssh's defaults. */
export interface ConnectionSettings {
  /** Undefined: chosen between `ssh` and `openssh` by what `ssh -G` answers. */
  readonly transport?: TransportName | undefined;
  readonly address: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  readonly privateKeyFile?: string | undefined;
  readonly privateKeyPassphrase?: Secret | undefined;
  /** Further arguments for the system's ssh (`ansible_ssh_common_args`); given to `ssh -G` too. */
  readonly sshArguments?: readonly string[] | undefined;
  /** Take an unknown host key and write it down, as `ssh -o StrictHostKeyChecking=accept-new`. A changed key never. */
  readonly acceptNewHostKeys?: boolean | undefined;
  /** How long a log-in may take, in milliseconds. */
  readonly timeout?: number | undefined;
}

/** A host as playbooks see it. */
export interface Host {
  /** Its name in the inventory. */
  readonly name: string;
  /** Where it is reached: `ansible_host`, or its name. */
  readonly address: string;
  /** The groups it is in, sorted, without `all`. */
  readonly groups: readonly string[];
  readonly vars: HostVars;
  readonly connection: ConnectionSettings;
  /** What the inventory says of becoming another user there (`ansible_become_*`). */
  readonly become: Partial<Become> & { readonly enabled?: boolean | undefined };
}

/** The inventory as playbooks see it. */
export interface Inventory {
  /** All hosts, in the order of the inventory. */
  readonly all: readonly Host[];
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /**
   * The hosts of a pattern (`web:&prod:!db1`, `~regex`, `group[0:2]`), in the order of the inventory.
   *
   * @throws UsageError where a term matches nothing, with a suggestion.
   */
  hosts(pattern: string): readonly Host[];
  /** @throws UsageError for a name that is not in the inventory. */
  host(name: string): Host;
}
