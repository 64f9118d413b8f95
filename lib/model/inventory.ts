import type { z } from 'zod';
import type { Duration } from './duration.ts';
import type { BecomeMethod, HostVarsSchema, TransportName, Vars } from './host.ts';
import type { Secret } from './secret.ts';
import { CallSite } from './site.ts';

/** The variables that an inventory may set: those of its own schema, else those that the project has declared. */
export type VarsOf<Schema extends HostVarsSchema> = HostVarsSchema extends Schema ? Vars : z.input<Schema>;

/** How hosts are reached, and variables for them. What is nearer to a host wins. */
export interface HostGroupSettings<HostVariables> {
  readonly port?: number;
  /** Who logs in. */
  readonly user?: string;
  readonly password?: Secret;
  /** `ssh` (the default) leaves the choice between garden's own client and the system's to garden. */
  readonly connection?: TransportName;
  readonly privateKeyFile?: string;
  readonly privateKeyPassphrase?: Secret;
  /** Further arguments for the system's ssh, a word each: `['-J', 'bastion']`. */
  readonly sshArguments?: readonly string[];
  /** How long a log-in may take. */
  readonly timeout?: Duration;
  /** Whether to act as another user; a play, a task and the command line may say otherwise. */
  readonly become?: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: BecomeMethod;
  readonly becomePassword?: Secret;
  readonly vars?: Partial<HostVariables>;
}

/** A host of a typed inventory. */
export interface InventoryHost<HostVariables> extends HostGroupSettings<HostVariables> {
  /** Where it is reached; its name by default. */
  readonly address?: string;
}

/** A group of a typed inventory. */
export interface InventoryGroup<HostVariables> extends HostGroupSettings<HostVariables> {
  /** By name, which may hold ranges: `web[1:3]`. A list of names where there is nothing to say about them. */
  readonly hosts?: Readonly<Record<string, InventoryHost<HostVariables>>> | readonly string[];
  /** Groups within it, by name. A list names groups that are described elsewhere. */
  readonly groups?: Readonly<Record<string, InventoryGroup<HostVariables>>> | readonly string[];
  /** Decides between groups of the same depth whose variables differ: the higher one wins; 1 by default. */
  readonly priority?: number;
}

/** What `inventory()` takes: the group of all hosts. */
export interface InventoryDefinition<Schema extends HostVarsSchema>
  extends Omit<InventoryGroup<VarsOf<Schema>>, 'priority'> {
  /** What variables a host has; it decides their types, whatever a value looks like where it is written. */
  readonly hostVars?: Schema;
}

/** An inventory that is written in TypeScript: the default export of its module, or what a function there resolves to. */
export interface TypedInventory {
  readonly type: 'inventory';
  readonly definition: object;
  readonly site: CallSite;
}

/**
 * An inventory in TypeScript. It is the group of all hosts: what it says itself counts for all of them, its `hosts` are
 * in no other group, and its `groups` hold the rest.
 */
export function inventory<Schema extends HostVarsSchema = HostVarsSchema>(
  definition: InventoryDefinition<Schema>,
): TypedInventory {
  return { type: 'inventory', definition, site: CallSite.here() };
}

/** Whether a module's default export was made by {@link inventory}. */
export function isTypedInventory(value: unknown): value is TypedInventory {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'inventory' &&
    'definition' in value
  );
}
