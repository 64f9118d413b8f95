import type { z } from 'zod';
import { type Change, compareStates, type State } from './change.ts';
import { UsageError } from './errors.ts';
import { parse } from './schema.ts';
import type { Script } from './script.ts';
import { CallSite } from './site.ts';

export type Platform = 'posix' | 'windows';

/** A file that must be on the target before an `apply` script runs; it goes as a stream, not inside the script. */
export interface Upload {
  /** Where it is put: a temporary path beside the file it is for. Made with mode 0600. */
  readonly path: string;
  /** A path on the controller, or the bytes themselves. */
  readonly content: { readonly file: string } | Uint8Array;
}

/**
 * The exit status of a change's script that was not made for a reason that the script itself gives, as its last line on
 * standard error: EX_DATAERR of sysexits.h.
 */
export const REFUSED = 65;

/** What makes a change: a script and the files it needs. */
export interface Application {
  readonly script: Script;
  readonly uploads?: readonly Upload[] | undefined;
}

/** One resource that differs, with all that is known of it, as `together.apply` gets it. */
export interface Pending<Params, Current> {
  readonly params: Params;
  readonly current: Current;
  readonly changes: readonly Change[];
}

/**
 * What an author writes to make a kind of resource. All functions are pure: they know no session and decide from
 * their arguments alone.
 */
export interface ResourceDefinition<Schema extends z.ZodType, Current extends State> {
  /** One or two sentences for `garden doc` and the reference. */
  readonly description: string;
  readonly platform: Platform;
  /** Use `z.strictObject`, and `.describe()` on every parameter. */
  readonly params: Schema;
  /** What tells this instance from others of its kind on the same host: a path, a name. Used in the task's name. */
  id(params: z.output<Schema>): string;
  /** A read-only script that prints the present state; exit status other than 0 fails the task. Null: there is no state to read, it is always applied (`command` without `creates`). */
  probe(params: z.output<Schema>): Script | null;
  /**
   * Parses what the probe printed.
   *
   * @throws UnmetPrecondition where what it needs does not exist on the host.
   */
  read(stdout: string, params: z.output<Schema>): Current;
  /** What should be. Attributes that are undefined are left alone. */
  desired(params: z.output<Schema>, current: Current): State;
  /** Replaces the comparison attribute by attribute. */
  diff?(current: Current, desired: State, params: z.output<Schema>): Change[];
  /** A second read-only look, only made where something differs and differences are to be shown: the old text of a file. */
  reveal?: {
    probe(params: z.output<Schema>, changes: readonly Change[]): Script | null;
    read(stdout: string, params: z.output<Schema>, changes: readonly Change[]): Change[];
  };
  /** The script that makes the changes. Where a step of it fails it must exit with another status than 0. */
  apply(params: z.output<Schema>, changes: readonly Change[], current: Current): Script | Application;
  /** Many of this kind probed by one script. Each part of the answer must be what `probe` alone would have printed. */
  probeMany?: {
    script(many: readonly z.output<Schema>[]): Script;
    split(stdout: string, many: readonly z.output<Schema>[]): readonly string[];
  };
  /** Neighbouring tasks of this kind that differ may be applied without probing in between. */
  together?: {
    /** Whether `next` is independent of what `earlier` does. */
    compatible(earlier: z.output<Schema>, next: z.output<Schema>): boolean;
    /** One script for all of them (a transaction). Without it their own scripts run one after another. */
    apply?(all: readonly Pending<z.output<Schema>, Current>[]): Script | Application;
  };
  /** False where a second look cannot prove that the change took (a command). True by default. */
  readonly verify?: boolean;
  /** The files and folders that `apply` may write: what `confirmed` keeps a copy of. */
  owns?(params: z.output<Schema>): readonly string[];
  /** How long `apply` may take, in milliseconds; 10 minutes by default. */
  timeout?(params: z.output<Schema>): number;
}

/** What a resource's state was found to be, and how to change it. */
export interface Assessment {
  readonly changes: readonly Change[];
  /** The second look, or null where there is none to take. */
  reveal(): { readonly script: Script; read(stdout: string): readonly Change[] } | null;
  apply(): Application;
}

/** A kind of resource, shared by all its instances. */
export interface ResourceKind {
  readonly name: string;
  readonly description: string;
  readonly platform: Platform;
  readonly schema: z.ZodType;
  readonly verify: boolean;
  /** Null where this kind cannot be probed together. */
  readonly probeMany:
    | ((many: readonly Resource[]) => { readonly script: Script; split(stdout: string): readonly string[] })
    | null;
  /** Whether `next` may be applied after `earlier` in the same frame; both are of this kind. */
  compatible(earlier: Resource, next: Resource): boolean;
  /** One transaction for all of them; null where they are applied one by one. */
  readonly applyTogether: ((all: readonly { resource: Resource; stdout: string }[]) => Application) | null;
}

/** One thing on a host that has a state: a file, a package, a service. */
export interface Resource {
  readonly type: 'resource';
  readonly kind: ResourceKind;
  readonly id: string;
  readonly site: CallSite;
  readonly timeout: number;
  /** The files and folders that a change may write. */
  readonly owns: readonly string[];
  probe(): Script | null;
  /** @throws UnmetPrecondition, or another error where the answer cannot be understood. */
  assess(stdout: string): Assessment;
}

/** Makes resources of one kind. Parameters are checked at once; a wrong one is a `UsageError` with its place. */
export interface ResourceFactory<Schema extends z.ZodType> {
  (params: z.input<Schema>): Resource;
  readonly kind: ResourceKind;
  /** The definition's own pure functions, for tests and the reference. */
  readonly schema: Schema;
}

const TEN_MINUTES = 600_000;

function application(made: Script | Application): Application {
  return 'script' in made ? made : { script: made };
}

/** Defines a kind of resource. */
export function resource<Schema extends z.ZodType, Current extends State>(
  name: string,
  definition: ResourceDefinition<Schema, Current>,
): ResourceFactory<Schema> {
  type Params = z.output<Schema>;
  const known = new WeakMap<Resource, Params>();
  const paramsOf = (instance: Resource): Params => {
    const params = known.get(instance);
    if (params === undefined) throw new TypeError(`${instance.id} is not a resource of kind ${name}`);
    return params;
  };
  const examine = (stdout: string, params: Params) => {
    const current = definition.read(stdout, params);
    const desired = definition.desired(params, current);
    const changes = definition.diff?.(current, desired, params) ?? compareStates(current, desired);
    return { params, current, changes };
  };

  const { probeMany, together } = definition;
  const kind: ResourceKind = {
    name,
    description: definition.description,
    platform: definition.platform,
    schema: definition.params,
    verify: definition.verify ?? true,
    probeMany: probeMany
      ? (many) => {
          const all = many.map(paramsOf);
          return { script: probeMany.script(all), split: (stdout) => probeMany.split(stdout, all) };
        }
      : null,
    compatible: (earlier, next) => together?.compatible(paramsOf(earlier), paramsOf(next)) ?? false,
    applyTogether: together?.apply
      ? (all) =>
          application(
            together.apply?.(all.map(({ resource, stdout }) => examine(stdout, paramsOf(resource)))) ?? never(),
          )
      : null,
  };

  const make = (input: z.input<Schema>): Resource => {
    const site = CallSite.here();
    const parsed = parse(definition.params, input);
    if ('mistakes' in parsed) {
      const at = site.location;
      const where = at ? `${at.file}:${at.line}, ${name}` : name;
      throw new UsageError(parsed.mistakes.map((mistake) => ({ where, ...mistake })));
    }
    const params = parsed.value;
    // Asked for more than once in a run, and the same each time.
    let probe: Script | null | undefined;
    const instance: Resource = {
      type: 'resource',
      kind,
      id: definition.id(params),
      site,
      timeout: definition.timeout?.(params) ?? TEN_MINUTES,
      owns: definition.owns?.(params) ?? [],
      probe() {
        if (probe === undefined) probe = definition.probe(params);
        return probe;
      },
      assess(stdout) {
        const { current, changes } = examine(stdout, params);
        return {
          changes,
          reveal() {
            const script = definition.reveal?.probe(params, changes) ?? null;
            if (script === null) return null;
            return { script, read: (text) => definition.reveal?.read(text, params, changes) ?? changes };
          },
          apply: () => application(definition.apply(params, changes, current)),
        };
      },
    };
    known.set(instance, params);
    return instance;
  };
  return Object.assign(make, { kind, schema: definition.params });
}

function never(): never {
  throw new TypeError('unreachable');
}
