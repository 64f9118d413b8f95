import type { z } from 'zod';
import type { Mistake } from './errors.ts';
import { UsageError } from './errors.ts';
import type { Fact } from './fact.ts';
import type { Get } from './handle.ts';
import type { Host, Inventory, Vars } from './host.ts';
import { asNodes, type CommonOptions, type Node, type TaskLike } from './node.ts';
import { parse } from './schema.ts';
import { CallSite } from './site.ts';

/** What a function that makes a role's parameters can look at. All of it is known before a host is touched. */
export interface PlayContext {
  readonly host: Host;
  readonly vars: Vars;
  readonly inventory: Inventory;
}

/** What a role's `tasks` can look at. */
export interface RoleContext<Params> extends PlayContext {
  readonly params: Params;
  /** A fact of the host. Facts that are not in the role's `facts` cost a round trip of their own. */
  readonly get: Get;
}

export interface RoleDefinition<Schema extends z.ZodType> {
  /** One or two sentences for `garden doc`. */
  readonly description: string;
  /** Use `z.strictObject`, and `.describe()` on every parameter. */
  readonly params: Schema;
  /** Facts that `tasks` will ask for; they come in one round trip. */
  readonly facts?: readonly Fact<unknown>[];
  /**
   * The list of tasks. It is data, made before anything runs, and depends on nothing but its arguments. It may be
   * waited for (a certificate that is issued, a password that another program knows), but must not touch a host.
   */
  tasks(context: RoleContext<z.output<Schema>>): readonly TaskLike[] | Promise<readonly TaskLike[]>;
}

/** Parameters, or a function that makes them for each host. */
export type RoleInput<Schema extends z.ZodType> = z.input<Schema> | ParamsFunction<Schema>;

type ParamsFunction<Schema extends z.ZodType> = (context: PlayContext) => z.input<Schema> | Promise<z.input<Schema>>;

/** A role in a play, with its parameters. */
export interface RoleNode {
  readonly type: 'role';
  readonly name: string;
  readonly options: CommonOptions;
  readonly facts: readonly Fact<unknown>[];
  readonly site: CallSite;
  /** What is wrong with the parameters for this host; empty when nothing is. */
  check(context: PlayContext): Promise<readonly Mistake[]>;
  /**
   * The tasks for this host.
   *
   * @throws UsageError for wrong parameters; NotYetKnown for a fact that has not been read.
   */
  tasks(context: PlayContext & { readonly get: Get }): Promise<readonly Node[]>;
}

/** Makes a role's node for a play. Also carries what `garden doc` shows. */
export interface Role<Schema extends z.ZodType> {
  (input: RoleInput<Schema>, options?: CommonOptions): RoleNode;
  readonly roleName: string;
  readonly description: string;
  readonly schema: Schema;
}

function isThunk<Schema extends z.ZodType>(input: RoleInput<Schema>): input is ParamsFunction<Schema> {
  return typeof input === 'function';
}

/** Defines a role: typed parameters and the tasks that follow from them. */
export function role<Schema extends z.ZodType>(name: string, definition: RoleDefinition<Schema>): Role<Schema> {
  const make = (input: RoleInput<Schema>, options: CommonOptions = {}): RoleNode => {
    const site = CallSite.here();
    const parseFor = async (context: PlayContext) =>
      parse(definition.params, isThunk<Schema>(input) ? await input(context) : input);
    return {
      type: 'role',
      name,
      options,
      facts: definition.facts ?? [],
      site,
      async check(context) {
        const parsed = await parseFor(context);
        return 'mistakes' in parsed ? parsed.mistakes : [];
      },
      async tasks(context) {
        const parsed = await parseFor(context);
        if ('mistakes' in parsed) throw new UsageError(parsed.mistakes);
        return asNodes(await definition.tasks({ ...context, params: parsed.value }));
      },
    };
  };
  return Object.assign(make, { roleName: name, description: definition.description, schema: definition.params });
}
