import type { z } from 'zod';
import type { Secret } from './secret.ts';

/**
 * What variables hosts have, where a project declares them; its schema is the place to take them from:
 * `declare module 'walled-garden' { interface HostVars extends z.infer<typeof hostVars> {} }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be merged with the project's declaration
export interface HostVars {}

/** The variables of a host: those that the project has declared, and nothing else; any where it has declared none. */
export type Vars = [keyof HostVars] extends [never] ? Readonly<Record<string, unknown>> : Readonly<HostVars>;

/**
 * What variables hosts have, at run time: `z.object` for those that must be right, `z.strictObject` where there are no
 * others. It decides types, not the look of the text: `z.string()` keeps `007` and `yes` as they were written.
 */
export type HostVarsSchema = z.ZodObject;

export const BECOME_METHODS = ['sudo', 'su', 'doas'] as const;
export type BecomeMethod = (typeof BECOME_METHODS)[number];

/** How to act as another user on a host. */
export interface Become {
  readonly user: string;
  readonly method: BecomeMethod;
  readonly password?: Secret | undefined;
}

/** How a host can be reached. Hosts that are reached by `winrm` can be listed, but not yet be talked to. */
export const TRANSPORTS = ['ssh', 'openssh', 'local', 'winrm'] as const;
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
  readonly vars: Vars;
  readonly connection: ConnectionSettings;
  /** What the inventory says of becoming another user there (`ansible_become_*`). */
  readonly become: Partial<Become> & { readonly enabled?: boolean | undefined };
}

/** The inventory as playbooks see it. */
export interface Inventory {
  /** All hosts, in the order of the inventory. */
  readonly all: readonly Host[];
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** The names of the variables that the command line gives (`-e`): nothing in a playbook wins over them. */
  readonly extraVars?: ReadonlySet<string> | undefined;
  /**
   * The hosts of a pattern (`web:&prod:!db1`, `~regex`, `group[0:2]`), in the order of the inventory.
   *
   * @throws UsageError where a term matches nothing, with a suggestion.
   */
  hosts(pattern: string): readonly Host[];
  /** @throws UsageError for a name that is not in the inventory. */
  host(name: string): Host;
}
