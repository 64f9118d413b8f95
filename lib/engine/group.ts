import type { Assessment } from '../model/resource.ts';
import type { TaskNode } from '../model/task.ts';
import { judge } from './conditions.ts';
import type { HostContext } from './context.ts';
import type { Leaf } from './items.ts';
import { isTask, type LookAhead } from './look-ahead.ts';

/** How many neighbours go out in one frame at most. */
const LARGEST_GROUP = 500;

/** A task that differs, with the answer that shows it and what follows from it. */
export interface Candidate {
  readonly leaf: Leaf<TaskNode>;
  readonly stdout: string;
  readonly assessment: Assessment;
}

/**
 * The task and those of its neighbours that may be applied in the same frame: of the same kind, in the same block and
 * role, as the same user, all known to differ, and none able to influence another. What is in order or skipped in
 * between does not end the group; anything that is not known yet does.
 */
export function groupFrom(first: Candidate, lookAhead: LookAhead, context: HostContext): readonly Candidate[] {
  const { leaf } = first;
  const { kind } = leaf.node.resource;
  const group = [first];
  // Where each task is asked about, none may be done before its turn.
  if (standsAlone(leaf) || context.run.ask) return group;
  const as = lookAhead.as(leaf);
  for (let position = leaf.position + 1; group.length < LARGEST_GROUP; position++) {
    const next = leaf.sequence[position];
    if (!next || !isTask(next) || next.scope.path !== leaf.scope.path || next.node.resource.kind !== kind) break;
    if (standsAlone(next) || lookAhead.as(next)?.user !== as?.user) break;
    const going = verdictOf(next, context);
    if (going === 'skip') continue;
    const answer = lookAhead.known(next);
    if (going !== 'run' || answer?.status !== 0) break;
    const assessment = assessed(next, answer.stdout);
    if (!assessment) break;
    if (assessment.changes.length === 0) continue;
    if (!group.every((earlier) => kind.compatible(earlier.leaf.node.resource, next.node.resource))) break;
    group.push({ leaf: next, stdout: answer.stdout, assessment });
  }
  return group;
}

function standsAlone({ node, once }: Leaf<TaskNode>): boolean {
  const { retry, changedWhen, failedWhen, ignoreErrors } = node.options;
  return once || Boolean(retry ?? changedWhen ?? failedWhen ?? ignoreErrors);
}

function verdictOf(leaf: Leaf, { host, token, run, outlook }: HostContext): 'run' | 'skip' | undefined {
  try {
    const { go } = judge(leaf, { host, token, check: run.check, outlook });
    return go === 'unknown' ? undefined : go;
  } catch {
    return undefined;
  }
}

function assessed(leaf: Leaf<TaskNode>, stdout: string): Assessment | undefined {
  try {
    return leaf.node.resource.assess(stdout);
  } catch {
    return undefined;
  }
}
