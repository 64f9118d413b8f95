import { z } from 'zod';
import { problemsOf } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import type { Remark } from './findings.ts';
import type { Origin } from './origin.ts';
import type { SourceContext } from './source-context.ts';
import { decryptVault } from './vault-text.ts';

/** A JSON object. */
export type Answer = Readonly<Record<string, unknown>>;

/** A group as an inventory program gives it. */
export interface ProgramGroup {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly vars: Answer;
  readonly children: readonly string[];
}

const KEYS = ['hosts', 'vars', 'children'];
const name = z.string({ error: 'this must be a name' }).min(1);
const names = z.array(name, { error: 'this must be a list of names' }).default([]);
const vars = z.record(z.string(), z.unknown(), { error: 'this must be an object of variables' });
const groupShape = z.object({ hosts: names, vars: vars.default({}), children: names });
const metaShape = z.object({ hostvars: z.record(z.string(), vars).optional() });

/** Reads what a program printed when it was asked; undefined where it is no JSON object, and the findings say why. */
export async function readProgramAnswer(
  text: string,
  asked: string,
  origin: Origin,
  context: SourceContext,
): Promise<Answer | undefined> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The message may hold a part of the text, which may hold a secret: only its place is told.
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const line = at === undefined ? '' : `: it goes wrong in line ${text.slice(0, Number(at)).split('\n').length}`;
    const message = text.trim() === '' ? 'the program prints nothing' : `what the program prints is no JSON${line}`;
    context.findings.mistake(origin, { kind: 'program', message: `${asked}: ${message}` });
    return undefined;
  }
  if (!isObject(value)) {
    context.findings.mistake(origin, { message: `${asked}: what the program prints is no JSON object` });
    return undefined;
  }
  const decoded = await decode(value, origin, context);
  return isObject(decoded) ? decoded : {};
}

/** The groups of an answer to `--list`. What has another shape is a mistake, with its path in the answer. */
export function programGroups(answer: Answer, wrong: (remark: Remark) => void): readonly ProgramGroup[] {
  return Object.entries(answer).flatMap(([group, value]) => {
    if (group === '_meta') return [];
    const result = groupShape.safeParse(wholeGroup(group, value));
    if (result.success) return [{ name: group, ...result.data }];
    for (const { message } of problemsOf(groupShape, result.error, 'key'))
      wrong({ message: `${group}.${message}`, hint: SHAPE });
    return [];
  });
}

const SHAPE = 'a group is a list of hosts, or {"hosts": ["web1"], "vars": {}, "children": []}';

/** A list is of hosts; an object with none of the keys of a group are variables of a host of that name. */
function wholeGroup(name: string, value: unknown): unknown {
  if (!isObject(value)) return { hosts: value };
  return KEYS.some((key) => key in value) ? value : { hosts: [name], vars: value };
}

/** The variables of hosts under `_meta`; undefined where the answer has none, and each host must be asked for. */
export function hostVariables(
  answer: Answer,
  hosts: readonly string[],
  wrong: (remark: Remark) => void,
  warn: (remark: Remark) => void,
): ReadonlyMap<string, Answer> | undefined {
  if (!('_meta' in answer)) return undefined;
  const result = metaShape.safeParse(answer._meta);
  if (!result.success) {
    for (const { message } of problemsOf(metaShape, result.error, 'key'))
      wrong({ message: `_meta.${message}`, hint: 'it holds {"hostvars": {"web1": {}}}' });
    return new Map();
  }
  const { hostvars } = result.data;
  if (hostvars === undefined) return undefined;
  const known = new Set(hosts);
  for (const host of Object.keys(hostvars)) {
    if (known.has(host)) continue;
    warn({ kind: 'meta', message: `_meta.hostvars has "${host}", which is in no group, so it is left out` });
  }
  return new Map(Object.entries(hostvars).filter(([host]) => known.has(host)));
}

function isObject(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Encrypted values are written in JSON as `{"__ansible_vault": "…"}`, and those without templates as `__ansible_unsafe`. */
async function decode(value: unknown, origin: Origin, context: SourceContext): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => decode(item, origin, context)));
  if (!isObject(value)) return value;
  const { __ansible_vault: vault, __ansible_unsafe: unsafe } = value;
  if (typeof unsafe === 'string') return unsafe;
  if (typeof vault !== 'string') {
    const entries = Object.entries(value).map(
      async ([key, inner]) => [key, await decode(inner, origin, context)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }
  const clear = await decryptVault(vault, origin, context);
  return clear === undefined ? null : new Secret(clear);
}
