import type { Change } from '../model/change.ts';
import { milliseconds } from '../model/duration.ts';
import type { Failure } from '../model/events.ts';
import { type Application, REFUSED } from '../model/resource.ts';
import type { Output, TaskNode } from '../model/task.ts';
import type { SnippetResult } from '../session/session.ts';
import type { As, HostContext } from './context.ts';
import { commandFailure, failureOf } from './failure.ts';
import { type Answer, type FramePart, toAnswer } from './frame.ts';
import type { Candidate } from './group.ts';
import type { Leaf } from './items.ts';
import type { LookAhead } from './look-ahead.ts';
import type { Outcome } from './outcome.ts';

/** A group of candidates on its way to the target and what came back. */
export interface Applied {
  /** Leaves that were reached, in order; those behind the first failure are not among them. */
  readonly outcomes: ReadonlyMap<Leaf<TaskNode>, Outcome>;
  /** Leaves that failed, but not before they had changed something. */
  readonly touched: readonly Leaf<TaskNode>[];
}

/** Makes the scripts of a group: one transaction where the kind has such, else one each. */
function applications(group: readonly Candidate[]): readonly Application[] {
  const [first] = group;
  const together = first?.leaf.node.resource.kind.applyTogether;
  if (together && group.length > 1) {
    return [together(group.map(({ leaf, stdout }) => ({ resource: leaf.node.resource, stdout })))];
  }
  return group.map(({ assessment }) => assessment.apply());
}

function timeoutOf({ node }: Leaf<TaskNode>): number {
  return node.options.timeout === undefined ? node.resource.timeout : milliseconds(node.options.timeout);
}

function isConfidential({ assessment }: Candidate): boolean {
  return assessment.changes.some(({ sensitive }) => sensitive);
}

/** "mode is still 0644 (wanted 0600)" for what a change did not bring about. */
function stillDiffers(changes: readonly Change[]): string {
  const shown = (value: Change['before']) => (value === undefined || value === null ? 'absent' : String(value));
  return changes
    .map(({ attribute, before, after, sensitive, text }) =>
      sensitive || text
        ? `${attribute} still differs`
        : `${attribute} is still ${shown(before)} (wanted ${shown(after)})`,
    )
    .join(', ');
}

/** What was run, where the task's name does not tell it. */
function commandOf({ name, resource: { kind, id } }: TaskNode): Pick<Failure, 'command'> {
  return kind.verify || name.includes(id) ? {} : { command: id };
}

/** Why a change failed: in the words of its script, where that gives a reason. */
function changeFailure({ resource: { kind } }: TaskNode, result: SnippetResult): Failure {
  const hint =
    result.status === 127 ? 'the host does not know that command: is it installed, and in the PATH?' : undefined;
  const failure = commandFailure(kind.verify ? 'the change' : `the ${kind.name}`, toAnswer(result), hint);
  const reason = kind.verify && result.status === REFUSED ? failure.lastLines?.at(-1) : undefined;
  if (reason === undefined) return failure;
  return { ...failure, message: reason, lastLines: failure.lastLines?.slice(0, -1) ?? [] };
}

/** What became of one applied leaf: its script's end, then its second look. */
function outcomeOf(
  { leaf }: Candidate,
  changes: readonly Change[],
  result: SnippetResult,
  proof: Answer | undefined,
): Outcome {
  const { resource, options } = leaf.node;
  const output: Output = { stdout: result.stdout, stderr: result.stderr, status: result.status };
  const failed = result.outcome === 'timed-out' || (options.failedWhen?.(output) ?? result.status !== 0);
  if (failed) {
    return {
      status: 'failed',
      changes,
      output,
      failure: { ...changeFailure(leaf.node, result), ...commandOf(leaf.node) },
    };
  }
  if (options.changedWhen && !options.changedWhen(output)) return { status: 'ok', changes: [], output };
  // What has no state to read (a restart) cannot be looked at a second time either.
  if (!resource.kind.verify || resource.probe() === null) return { status: 'changed', changes, output };
  if (!proof) {
    const failure = { message: 'applied, but the second look at the state gave no answer', lastLines: [] };
    return { status: 'failed', changes, output, failure };
  }
  if (proof.status !== 0 || proof.timedOut) {
    return { status: 'failed', changes, output, failure: commandFailure('applied, but the second look', proof) };
  }
  try {
    const left = resource.assess(proof.stdout).changes;
    if (left.length === 0) return { status: 'changed', changes, output };
    return { status: 'failed', changes, output, failure: { message: `applied, but ${stillDiffers(left)}` } };
  } catch (error) {
    const { message, ...rest } = failureOf(error);
    return { status: 'failed', changes, output, failure: { ...rest, message: `applied, but ${message}` } };
  }
}

/**
 * Applies a group in one frame: first the notifications are written down, then each change in order up to the first
 * that fails, then a second look at all of them, then the probes of what comes behind.
 *
 * @throws ConnectionLost where it is not known what was done.
 */
export async function applyGroup(
  group: readonly Candidate[],
  parts: { readonly before: readonly FramePart[]; readonly changes: ReadonlyMap<Leaf, readonly Change[]> },
  context: HostContext,
  lookAhead: LookAhead,
  as: As,
): Promise<Applied> {
  const made = applications(group);
  const [first] = group;
  const last = group.at(-1);
  if (!first || !last) return { outcomes: new Map(), touched: [] };
  const transaction = made.length < group.length;
  for (const upload of made.flatMap(({ uploads = [] }) => uploads)) {
    await (await context.link.session(as)).upload(upload);
  }

  let results: readonly SnippetResult[] = [];
  const changing: FramePart = {
    snippets: made.map(({ script }, index) => {
      const leaf = (group[index] ?? first).leaf;
      return {
        script,
        timeout: timeoutOf(leaf),
        critical: leaf.node.options.failedWhen === undefined,
        confidential: (transaction ? group : group.slice(index, index + 1)).some(isConfidential),
      };
    }),
    take: (taken) => {
      results = taken;
    },
  };
  const proofs = new Map<Leaf, Answer>();
  const proving = lookAhead.probesOf(
    group.map(({ leaf }) => leaf).filter((leaf) => leaf.node.resource.kind.verify),
    (leaf, answer) => proofs.set(leaf, answer),
  );
  lookAhead.invalidate(group.length);
  const ahead = lookAhead.part(last.leaf, as, last.leaf.position + 1);

  await context.frames.send(as, [...parts.before, changing, proving, ahead], {
    onLine: (part, index, line, stream) => {
      const leaf = (group[index] ?? first).leaf;
      if (part === changing) {
        context.run.emit({ type: 'task-output', host: context.host.name, task: leaf.reference, line, stream });
      }
    },
  });

  // A failure skips all that stands behind it in the frame, the second look at what was changed before it too.
  const unproven = group.filter(({ leaf }, index) => {
    const result = results[transaction ? 0 : index];
    if (!result || result.outcome === 'skipped' || proofs.has(leaf)) return false;
    const well = result.status === 0 && result.outcome === 'done';
    return well ? leaf.node.resource.kind.verify : leaf.node.handlers.length > 0;
  });
  if (unproven.length > 0) {
    const leaves = unproven.map(({ leaf }) => leaf);
    await context.frames.ask(as, [lookAhead.probesOf(leaves, (leaf, answer) => proofs.set(leaf, answer))]);
  }

  const outcomes = new Map<Leaf<TaskNode>, Outcome>();
  for (const [index, candidate] of group.entries()) {
    const result = results[transaction ? 0 : index];
    const changes = parts.changes.get(candidate.leaf) ?? [];
    if (!result || result.outcome === 'skipped') {
      // Only where what goes before failed has nothing been reached at all.
      if (index === 0) outcomes.set(candidate.leaf, { status: 'failed', changes: [], failure: unannounced(as) });
      break;
    }
    const alone = outcomeOf(candidate, changes, result, proofs.get(candidate.leaf));
    const outcome = transaction && result.status !== 0 ? inCommon(alone, group) : alone;
    outcomes.set(candidate.leaf, outcome);
    if (outcome.status === 'failed' && transaction && result.status !== 0) break;
  }
  const touched = group
    .filter(({ leaf }, index) => {
      const failed = transaction ? results[0]?.status !== 0 : outcomes.get(leaf)?.status === 'failed';
      const reached = results[transaction ? 0 : index]?.outcome !== 'skipped';
      return failed && reached && hasMoved(leaf, parts.changes.get(leaf) ?? [], proofs.get(leaf));
    })
    .map(({ leaf }) => leaf);
  return { outcomes, touched };
}

/** Whether a change that failed has changed something all the same. */
function hasMoved({ node }: Leaf<TaskNode>, wanted: readonly Change[], proof: Answer | undefined): boolean {
  // What leaves no trace is done anew by the next run, which then notifies.
  if (node.resource.probe() === null) return false;
  if (proof?.status !== 0) return true;
  try {
    const keys = (changes: readonly Change[]) =>
      JSON.stringify(changes.map(({ attribute, before, after }) => [attribute, before, after]));
    return keys(node.resource.assess(proof.stdout).changes) !== keys(wanted);
  } catch {
    return true;
  }
}

/** A transaction is told of by its first task, but it may be another's fault. */
function inCommon(outcome: Outcome, group: readonly Candidate[]): Outcome {
  if (!outcome.failure) return outcome;
  const others = group.slice(1).map(({ leaf }) => `"${leaf.node.name}"`);
  const message = `${outcome.failure.message}; it was done in one transaction together with ${others.join(', ')}`;
  return { ...outcome, failure: { ...outcome.failure, message } };
}

function unannounced(as: As) {
  return {
    message: 'nothing was changed: the notification of its handlers could not be written on the host first',
    hint: `see that the disk is not full and that ${as?.user ?? 'the user who logs in'} may write to garden's state folder`,
  };
}
