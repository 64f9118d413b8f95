import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type t from 'tap';
import type { Change } from '../../lib/model/change.ts';
import type { Assessment, Resource } from '../../lib/model/resource.ts';
import type { ScratchRoot, Shell } from './scratch-root.ts';

const execute = promisify(execFile);

type Test = Pick<typeof t, 'equal' | 'same' | 'not'>;

/** Probes a resource in there and compares it with what should be. Throws where the probe fails. */
export async function assessIn(root: ScratchRoot, resource: Resource, shell?: Shell): Promise<Assessment> {
  const probe = resource.probe();
  if (probe === null) throw new Error(`${resource.id} has no probe`);
  const { stdout, stderr, status } = await root.run(probe, shell && { shell });
  if (status !== 0) throw new Error(`the probe of ${resource.id} ended with ${status}: ${stderr}`);
  return resource.assess(stdout);
}

/** All that was changed in there so far, with times, sizes and rights. */
async function touched(root: ScratchRoot): Promise<string> {
  return (await execute('find', [root.upper, '-printf', '%P %y %T@ %s %m %U %G %l\\n'])).stdout;
}

/**
 * Puts a resource in order: a probe alone changes nothing, applying succeeds, and a second probe finds nothing to do.
 * Resolves to the changes that were made; there must be some.
 */
export async function converges(
  t: Test,
  root: ScratchRoot,
  resource: Resource,
  { shell = 'dash' }: { readonly shell?: Shell } = {},
): Promise<readonly Change[]> {
  const name = `${resource.kind.name} ${resource.id} (${shell})`;
  const before = await touched(root);
  const { changes, apply } = await assessIn(root, resource, shell);
  t.equal(await touched(root), before, `${name}: a probe changes nothing`);
  t.not(changes.length, 0, `${name}: differs`);
  const { script, uploads = [] } = apply();
  t.same(uploads, [], `${name}: needs no uploads`);
  const { status, stderr } = await root.run(script, { shell });
  t.equal(status, 0, `${name}: applied ${stderr}`);
  t.same((await assessIn(root, resource, shell)).changes, [], `${name}: in order`);
  return changes;
}

/** Many instances probed by one script must be told the same as each of them alone. */
export async function mergedAsAlone(
  t: Test,
  root: ScratchRoot,
  resources: readonly Resource[],
  shell: Shell = 'dash',
): Promise<void> {
  const merged = resources[0]?.kind.probeMany?.(resources);
  if (!merged) throw new Error('this kind cannot be probed together');
  const { stdout, stderr, status } = await root.run(merged.script, { shell });
  t.equal(status, 0, stderr);
  const alone: string[] = [];
  for (const resource of resources) {
    const probe = resource.probe();
    if (probe) alone.push((await root.run(probe, { shell })).stdout);
  }
  t.same(merged.split(stdout), alone, `${resources[0]?.kind.name}: merged as alone (${shell})`);
}
