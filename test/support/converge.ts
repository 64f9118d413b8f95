import assert from 'node:assert/strict';
import type { Change } from '../../lib/model/change.ts';
import type { Application, Assessment, Resource, Upload } from '../../lib/model/resource.ts';
import type { Script } from '../../lib/model/script.ts';
import type { ScratchResult } from './scratch-root.ts';

/** Runs a script on what is tested, and says what it printed and how it ended. */
export type Run = (script: Script) => Promise<ScratchResult>;

/** Where resources are put in order: a shell, and a way to put files there. */
export interface Target {
  readonly run: Run;
  readonly upload?: (upload: Upload) => Promise<void>;
}

function asTarget(target: Run | Target): Target {
  return typeof target === 'function' ? { run: target } : target;
}

/** Runs a script that must succeed, and gives what it printed. */
export async function succeed(script: Script, run: Run): Promise<string> {
  const { status, stdout, stderr } = await run(script);
  assert.equal(status, 0, `exit status of:\n${script.text.slice(0, 4000)}\n${stderr}`);
  return stdout;
}

/** Probes a resource as it stands; its merged probe must answer the same. Undefined: it has no state to read. */
export async function probe(resource: Resource, target: Run | Target): Promise<string | undefined> {
  const { run } = asTarget(target);
  const script = resource.probe();
  if (script === null) return undefined;
  const stdout = await succeed(script, run);
  const merged = resource.kind.probeMany?.([resource]);
  if (merged) {
    assert.deepEqual(merged.split(await succeed(merged.script, run)), [stdout], 'probeMany answers as probe does');
  }
  return stdout;
}

/** Looks at a resource as a run does. */
export async function assess(resource: Resource, target: Run | Target): Promise<Assessment> {
  return resource.assess((await probe(resource, target)) ?? '');
}

/** What would change, as `plan` shows it: with the second look at the texts. */
export async function plan(resource: Resource, target: Run | Target): Promise<readonly Change[]> {
  const found = await assess(resource, target);
  const look = found.changes.length > 0 ? found.reveal() : null;
  return look ? look.read(await succeed(look.script, asTarget(target).run)) : found.changes;
}

/** Puts the files and then runs the script, as the engine does. Resolves to how the script ended. */
export async function carryOut({ script, uploads = [] }: Application, target: Run | Target): Promise<ScratchResult> {
  const { run, upload } = asTarget(target);
  for (const each of uploads) {
    assert.ok(upload, `${each.path} is to be uploaded, and this target takes no files`);
    await upload(each);
  }
  return run(script);
}

/**
 * Puts a resource in order as the engine does, and proves that it is one: a check changes nothing and says twice the
 * same, the change takes, and a second run changes nothing. Resolves to what was changed, with texts revealed; empty
 * where it was in order already.
 *
 * @throws AssertionError where one of these is not so.
 */
export async function converge(resource: Resource, target: Run | Target): Promise<readonly Change[]> {
  const planned = await plan(resource, target);
  const found = await assess(resource, target);
  assert.deepEqual(await plan(resource, target), planned, 'a check changes nothing');
  if (found.changes.length === 0) return [];

  const { status, stderr } = await carryOut(found.apply(), target);
  assert.equal(status, 0, `the change of ${resource.kind.name} ${resource.id} failed: ${stderr}`);
  if (!resource.kind.verify) return planned;
  assert.deepEqual((await assess(resource, target)).changes, [], 'a second run changes nothing');
  return planned;
}

/** Neighbours of a kind that all differ, applied as the engine applies a group; then none of them differs any more. */
export async function convergeTogether(resources: readonly Resource[], target: Run | Target): Promise<void> {
  const [first] = resources;
  assert.ok(first, 'there is something to put in order');
  const found = await probeTogether(resources, target);
  const all = resources.map((resource, index) => ({ resource, stdout: found[index] ?? '' }));
  const { applyTogether } = first.kind;
  const applications = applyTogether
    ? [applyTogether(all)]
    : all.map(({ resource, stdout }) => resource.assess(stdout).apply());
  for (const application of applications) {
    const { status, stderr } = await carryOut(application, target);
    assert.equal(status, 0, `the change failed: ${stderr}`);
  }
  const after = await probeTogether(resources, target);
  for (const [index, resource] of resources.entries()) {
    assert.deepEqual(resource.assess(after[index] ?? '').changes, [], `${resource.id} is in order`);
  }
}

/** Probes many by one script, and proves that every one of them alone would have answered the same. */
export async function probeTogether(resources: readonly Resource[], target: Run | Target): Promise<readonly string[]> {
  const { run } = asTarget(target);
  const merged = resources[0]?.kind.probeMany?.(resources);
  assert.ok(merged, 'this kind can be probed together');
  const parts = merged.split(await succeed(merged.script, run));
  for (const [index, resource] of resources.entries()) {
    const script = resource.probe();
    assert.ok(script, `${resource.id} has a state to read`);
    assert.equal(parts[index], await succeed(script, run), `${resource.id}: the merged probe answers as its own`);
  }
  return parts;
}
