import type { HostVarsSchema } from '../model/host.ts';
import { problemsOf } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import { nearest } from '../model/suggestion.ts';
import { errorText } from '../model/thrown.ts';
import type { InventoryData } from './data.ts';
import type { Findings, Remark } from './findings.ts';
import { readLiteral } from './literal.ts';
import { type Origin, place } from './origin.ts';
import { soundsSecret } from './setting-names.ts';
import { FALSE, TRUE, writtenText } from './settings.ts';
import type { ResolvedVariable, ResolvedVariables } from './variables.ts';

const COMMAND_LINE = '-e';
/** The level of a value that nothing sets but the schema. */
const DEFAULT_LEVEL = 'default';
const DEFAULT_ORIGIN: Origin = { source: 'hostVars' };
const PLAYBOOK_ORIGIN: Origin = { source: "the playbook's vars" };

const SOME_SECRET = new Secret({ reveal: () => '' });

/** Something that is wrong at one place, and for which hosts. */
interface Refusal {
  readonly origin: Origin;
  readonly remark: Remark;
  readonly hosts: Set<string>;
}

/** What variables hosts have, and what is set elsewhere, over the inventory. */
type Schemas = InventoryData['schemas'];

/** The variables of one host. */
interface Checked {
  readonly host: string;
  readonly variables: ResolvedVariables;
  /** Where the host is named. */
  readonly origin: Origin;
}

/**
 * Gives the variables of hosts the types that the schemas of the project want, and finds what does not fit. A value that
 * was written as text is read as what is wanted: `port: z.number()` takes `8080`, and `z.string()` keeps `007`.
 */
export class HostVarsCheck {
  readonly #schemas: Schemas;
  readonly #refusals = new Map<string, Refusal>();
  readonly #findings: Findings;

  constructor(schemas: Schemas, findings: Findings) {
    this.#schemas = schemas;
    this.#findings = findings;
  }

  /** The same variables with their types, and those that the schemas give by default. */
  typed(host: string, variables: ResolvedVariables, origin: Origin): ResolvedVariables {
    let typed = variables;
    for (const [schema, over] of this.#schemas) typed = this.#apply(schema, over, { host, variables: typed, origin });
    return typed;
  }

  /** Tells what does not fit, once for all hosts that have it from the same place. */
  tell(): void {
    for (const { origin, remark, hosts } of this.#refusals.values()) {
      const [first = '', ...others] = hosts;
      const more = others.length === 0 ? '' : ` and ${others.length} more`;
      this.#findings.mistake(origin, { ...remark, message: `${remark.message} (host ${first}${more})` });
    }
  }

  #apply(schema: HostVarsSchema, over: object, checked: Checked): ResolvedVariables {
    try {
      return this.#parse(schema, over, checked);
    } catch (error) {
      // The schema is the project's own code.
      const message = `the schema cannot check it: ${errorText(error)}`;
      this.#refuse(checked.host, DEFAULT_ORIGIN, { message });
      return checked.variables;
    }
  }

  #parse(schema: HostVarsSchema, over: object, { host, variables, origin }: Checked): ResolvedVariables {
    const set = new Map(Object.entries(over).filter(([name]) => variables.get(name)?.level !== COMMAND_LINE));
    const input = {
      ...Object.fromEntries(
        // Ansible's settings are no variables of the project's, unless it says so.
        [...variables]
          .filter(([name]) => name in schema.shape || !name.startsWith('ansible_'))
          .map(([name, variable]) => [name, suitable(schema, variable)]),
      ),
      ...Object.fromEntries(set),
    };
    for (const name of Object.keys(schema.shape)) this.#settle(variables.get(name));
    const result = schema.safeParse(input);
    if (!result.success) {
      for (const { message, path } of problemsOf(schema, result.error, 'variable')) {
        const name = String(path[0]);
        const variable = variables.get(name);
        if (set.has(name)) this.#refuse(host, PLAYBOOK_ORIGIN, { message });
        else if (variable !== undefined) this.#refuse(host, variable.origin, wrong(message, variable));
        else this.#refuse(host, origin, missing(message, path, schema, variables));
      }
      return variables;
    }
    const typed = new Map(variables);
    for (const [name, value] of Object.entries(result.data)) {
      if (name in over && !variables.has(name)) continue;
      const variable = variables.get(name);
      const made = variable ?? { name, level: DEFAULT_LEVEL, rank: 0, origin: DEFAULT_ORIGIN };
      if (value !== undefined) typed.set(name, { ...made, value });
    }
    return typed;
  }

  /** What a value looks like is no matter any more. */
  #settle(variable: ResolvedVariable | undefined): void {
    for (let at = variable; at !== undefined; at = at.overrode) this.#findings.settle(at.origin, at.name);
  }

  #refuse(host: string, origin: Origin, remark: Remark): void {
    const key = `${place(origin)} ${remark.message}`;
    const known = this.#refusals.get(key) ?? { origin, remark, hosts: new Set<string>() };
    this.#refusals.set(key, known);
    known.hosts.add(host);
  }
}

/** The value as the schema wants it, as far as what was written can be read so; else the value as it is. */
function suitable(schema: HostVarsSchema, variable: ResolvedVariable): unknown {
  const { [variable.name]: wanted } = schema.shape;
  if (wanted === undefined) return variable.value;
  const fits = (reading: unknown): boolean => wanted.safeParse(reading).success;
  for (const reading of readings(variable)) if (fits(reading)) return reading;
  const text = writtenText(variable);
  // Made only where one is wanted: what was made a secret is struck out of all output.
  return text !== undefined && fits(SOME_SECRET) ? new Secret(text) : variable.value;
}

/** What a value can be read as; first as it is. */
function* readings({ value, text }: ResolvedVariable): Generator<unknown> {
  yield value;
  if (text === undefined) return;
  yield text;
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) yield Number(text);
  if (TRUE.test(text)) yield true;
  if (text !== '' && FALSE.test(text)) yield false;
  const literal = readLiteral(text);
  if (literal !== undefined) yield literal.value;
  try {
    yield JSON.parse(text);
  } catch {
    // It is no JSON.
  }
}

function wrong(message: string, { name, value }: ResolvedVariable): Remark {
  const secret = value instanceof Secret || soundsSecret(name);
  const shown = secret ? '' : `; it is ${JSON.stringify(value)}`;
  const hint = value instanceof Secret ? 'it is a secret: say z.instanceof(Secret) in the schema' : undefined;
  return { message: `${message}${message.startsWith('unknown ') ? '' : shown}`, hint };
}

/** A variable that was mistyped where it is set is told along with the one that is missing. */
function missing(
  message: string,
  path: readonly PropertyKey[],
  schema: HostVarsSchema,
  variables: ResolvedVariables,
): Remark {
  const [name] = path;
  if (name === undefined) return { message };
  const others = [...variables.keys()].filter((name) => !(name in schema.shape) && !name.startsWith('ansible_'));
  const meant = variables.get(nearest(String(name), others) ?? '');
  if (meant === undefined) return { message };
  return { message, hint: `${place(meant.origin)} sets "${meant.name}": is that what was meant?` };
}
