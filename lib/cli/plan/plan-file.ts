import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Fingerprints } from '../../engine/fingerprints.ts';
import type { HostPlan, PlannedHosts } from '../../engine/plan.ts';
import type { Change } from '../../model/change.ts';
import { UsageError } from '../../model/errors.ts';
import { fileErrorText } from '../../model/thrown.ts';
import { rewriteTexts } from '../../secrets/event-redaction.ts';
import { withoutSecrets } from '../../secrets/redaction.ts';
import { version } from '../version.ts';
import { writeWhole } from '../whole-file.ts';
import { KEPT_OPTIONS } from './kept-options.ts';

const FORMAT = 'garden plan 1';
const NEW_PLAN = 'make a new one: garden plan … -o';

const attribute = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()).readonly()]).optional();
const change = z
  .strictObject({
    attribute: z.string(),
    before: attribute,
    after: attribute,
    text: z.strictObject({ before: z.string(), after: z.string() }).optional(),
    sensitive: z.boolean().optional(),
  })
  .transform(({ before, after, ...rest }): Change => ({ before, after, ...rest }));
const task = z.strictObject({
  id: z.string(),
  path: z.string(),
  status: z.enum(['ok', 'changed', 'failed', 'skipped', 'unknown']),
  note: z.string().optional(),
  changes: z.array(change),
  once: z.boolean().optional(),
  handler: z.boolean().optional(),
  fingerprint: z.strictObject({ exact: z.string(), targets: z.array(z.string()) }).optional(),
});
const option = z.union([z.string(), z.literal(true), z.array(z.string()).readonly()]);
const contents = z.strictObject({
  format: z.literal(FORMAT),
  garden: z.string(),
  /** ISO 8601, by the controller's clock. */
  made: z.string(),
  key: z.base64(),
  playbook: z.string(),
  options: z.partialRecord(z.enum(KEPT_OPTIONS), option),
  extraVars: z.string().optional(),
  hosts: z.array(z.strictObject({ host: z.string(), inventory: z.string(), tasks: z.array(task) })),
});
const sealed = contents.extend({ seal: z.string() });
type Contents = z.output<typeof contents>;

/** What is to be done where, as `garden plan -o` found it. */
export interface Plan extends Pick<Contents, 'made' | 'playbook' | 'options' | 'extraVars'> {
  readonly fingerprints: Fingerprints;
  readonly hosts: PlannedHosts;
  /** The fingerprint of what the inventory says of each host. */
  readonly inventory: ReadonlyMap<string, string>;
}

/** The key of a new plan. It stands in the plan itself, whose secrets it keeps from being compared with those of others. */
export function newPlanKey(): Buffer {
  return randomBytes(32);
}

function entries(host: string, tasks: HostPlan, inventory: string) {
  return {
    host,
    inventory,
    tasks: [...tasks].map(([id, { path, note, changes, ...rest }]) => ({
      ...{ id, ...rest },
      ...rewriteTexts({ path, note, changes }, withoutSecrets),
    })),
  };
}

/**
 * Writes a plan, mode 0600, whole or not at all. No secret is in it; but fingerprints of changes are, together with their
 * key, so who may read it can try his guesses at a weak secret: it is as confidential as the configuration it describes.
 *
 * @throws UsageError where it cannot be written.
 */
export function writePlan(file: string, key: Buffer, plan: Omit<Plan, 'fingerprints'>): void {
  const { made, playbook, options, extraVars, hosts, inventory } = plan;
  const whole: Contents = contents.parse({
    ...{ format: FORMAT, garden: version(), made, key: key.toString('base64'), playbook, options },
    ...(extraVars !== undefined && { extraVars }),
    hosts: [...hosts].map(([host, tasks]) => entries(host, tasks, inventory.get(host) ?? '')),
  });
  const text = `${JSON.stringify({ ...whole, seal: seal(whole, key) }, undefined, 1)}\n`;
  try {
    writeWhole(file, text, 0o600);
  } catch (error) {
    throw new UsageError([{ message: `the plan cannot be written to "${file}": ${fileErrorText(error)}` }]);
  }
}

function seal(whole: Contents, key: Buffer): string {
  return new Fingerprints(key).of(JSON.stringify(whole));
}

/** @throws UsageError for a file that is none of garden's plans, or not as it was written. */
export function readPlan(file: string): Plan {
  const fail = (message: string, hint = NEW_PLAN): never => {
    throw new UsageError([{ where: file, message, hint }]);
  };
  const value = parse(read(file), fail);
  if (typeof value !== 'object' || value === null || !('format' in value)) {
    return fail('this is no plan of garden', 'a plan is made by: garden plan <playbook> -o plan.json');
  }
  if (
    'garden' in value &&
    typeof value.garden === 'string' &&
    (value.garden !== version() || value.format !== FORMAT)
  ) {
    return fail(`the plan was made by garden ${value.garden}, and this is ${version()}`);
  }
  const known = sealed.safeParse(value);
  if (!known.success) {
    const [issue] = known.error.issues;
    return fail(`the plan is damaged${issue ? ` (${issue.path.join('.') || 'at its top'}: ${issue.message})` : ''}`);
  }
  const { seal: given, ...whole } = known.data;
  const key = Buffer.from(whole.key, 'base64');
  if (seal(whole, key) !== given) return fail('the plan has been edited since it was made');
  return {
    ...whole,
    fingerprints: new Fingerprints(key),
    hosts: new Map(whole.hosts.map(({ host, tasks }) => [host, new Map(tasks.map(({ id, ...rest }) => [id, rest]))])),
    inventory: new Map(whole.hosts.map(({ host, inventory }) => [host, inventory])),
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError([{ message: `the plan "${file}" cannot be read: ${fileErrorText(error)}` }]);
  }
}

function parse(text: string, fail: (message: string, hint?: string) => never): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (text.trim() === '') return fail('the plan is empty');
    return text.trimStart().startsWith('{')
      ? fail('the plan is damaged: it is not JSON any more, or not all of it is there')
      : fail('this is no plan of garden', 'a plan is made by: garden plan <playbook> -o plan.json');
  }
}
