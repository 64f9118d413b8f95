import type { Change } from '../model/change.ts';
import { ConnectionLost, UnmetPrecondition } from '../model/errors.ts';
import type { Failure } from '../model/events.ts';
import type { Assessment } from '../model/resource.ts';
import type { TaskNode } from '../model/task.ts';
import { applyGroup } from './apply-group.ts';
import { Confirmations, UNARMED } from './confirmation.ts';
import type { HostContext } from './context.ts';
import { commandFailure, failureOf, Stopped } from './failure.ts';
import type { Answer } from './frame.ts';
import { LOSSES_BORNE } from './frames.ts';
import { type Candidate, groupFrom } from './group.ts';
import type { Leaf } from './items.ts';
import type { LookAhead } from './look-ahead.ts';
import type { Notifications } from './notifications.ts';
import type { Outcome } from './outcome.ts';
import { withLateSecrets } from './secrets.ts';

/** Puts the resources of tasks in order on one host: probe, diff, apply, and a second look. */
export class TaskRunner {
  readonly #context: HostContext;
  readonly #lookAhead: LookAhead;
  readonly #notifications: Notifications;
  readonly #confirmations: Confirmations;
  /** What a group has done for leaves whose turn has not come yet. */
  readonly #ahead = new Map<Leaf, Outcome>();
  /** Leaves whose change may have been made before the connection broke. */
  readonly #attempted = new Set<Leaf>();

  constructor(
    context: HostContext,
    lookAhead: LookAhead,
    notifications: Notifications,
    confirmations = new Confirmations(context),
  ) {
    this.#context = context;
    this.#lookAhead = lookAhead;
    this.#notifications = notifications;
    this.#confirmations = confirmations;
  }

  /** Does one task, or takes over what its group has done already. */
  async run(leaf: Leaf<TaskNode>): Promise<Outcome> {
    const done = this.#ahead.get(leaf);
    if (done) {
      this.#ahead.delete(leaf);
      return done;
    }
    for (let losses = 1; ; losses++) {
      try {
        return await this.#converge(leaf);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        await this.#context.link.reconnect(error);
        const lost = this.#unknowable(leaf) ?? (losses === LOSSES_BORNE ? brokenOff(error) : undefined);
        if (lost) return lost;
      }
    }
  }

  /** What groups have done for leaves whose turn will not come any more. */
  takeAhead(): readonly (readonly [Leaf, Outcome])[] {
    const left = [...this.#ahead];
    this.#ahead.clear();
    return left;
  }

  /** Forgets what was read, so that another attempt looks again. */
  again(): void {
    this.#lookAhead.invalidate();
  }

  async #converge(leaf: Leaf<TaskNode>): Promise<Outcome> {
    const answer = await this.#lookAhead.answer(leaf);
    if (this.#context.link.interrupted) throw new Stopped('interrupted');
    const looked = await this.#assess(leaf, answer);
    if ('status' in looked) return looked;
    const { changes } = looked.assessment;
    if (changes.length === 0) {
      this.#lookAhead.widen();
      if (!this.#attempted.delete(leaf)) return { status: 'ok', changes, note: this.#planNote(leaf, 'ok') };
      return this.#changed(leaf, { status: 'changed', changes, note: 'made before the connection was lost' });
    }
    if (!this.#context.run.check)
      return this.#apply({ leaf, stdout: answer?.stdout ?? '', assessment: looked.assessment });
    this.#context.outlook.planned++;
    const shown = this.#context.run.diff ? await this.#lookAhead.reveal(leaf, changes) : changes;
    return this.#changed(leaf, { status: 'changed', changes: shown, assessment: looked.assessment });
  }

  async #assess(
    leaf: Leaf<TaskNode>,
    answer: Answer | undefined,
  ): Promise<Outcome | { readonly assessment: Assessment }> {
    const { run, outlook } = this.#context;
    const uncertain = run.check && outlook.planned > 0;
    if (!answer && leaf.node.resource.probe() !== null) {
      return { status: 'failed', changes: [], failure: { message: 'reading the present state gave no answer' } };
    }
    if (answer && (answer.status !== 0 || answer.timedOut)) {
      const failure = commandFailure('reading the present state', answer);
      if (uncertain && !answer.timedOut) return unknown(failure.lastLines?.at(-1) ?? failure.message);
      return { status: 'failed', changes: [], failure };
    }
    try {
      // A content that is made late may ask for a secret late.
      const assess = () => leaf.node.resource.assess(answer?.stdout ?? '');
      return { assessment: await withLateSecrets(run.secrets, assess) };
    } catch (error) {
      const failure = failureOf(error);
      if (uncertain && error instanceof UnmetPrecondition) return unknown(failure.message);
      return { status: 'failed', changes: [], failure };
    }
  }

  async #apply(first: Candidate): Promise<Outcome> {
    const { run, host } = this.#context;
    const as = this.#lookAhead.as(first.leaf);
    const refusal = this.#refusal(first);
    if (refusal) return { status: 'failed', changes: first.assessment.changes, failure: refusal };
    const group = this.#asPlanned(groupFrom(first, this.#lookAhead, this.#context));
    const changes = new Map<Leaf, readonly Change[]>();
    for (const { leaf, assessment } of group) {
      const plain = assessment.changes;
      changes.set(leaf, run.diff ? await this.#lookAhead.reveal(leaf, plain) : plain);
    }
    for (const { leaf } of group) {
      run.emit({ type: 'task-applying', host: host.name, task: leaf.reference, changes: changes.get(leaf) ?? [] });
    }
    const announced = this.#notifications.announce(
      group.map(({ leaf }) => leaf),
      as,
    );
    for (const { leaf } of group) this.#attempted.add(leaf);
    const before = [...this.#confirmations.arm(first.leaf.scope, as), ...(announced ? [announced.part] : [])];
    const applied = await applyGroup(group, { before, changes }, this.#context, this.#lookAhead, as);
    const { confirm } = first.leaf.scope;
    if (confirm && !this.#confirmations.isArmed(confirm)) {
      return { status: 'failed', changes: [], failure: UNARMED };
    }
    for (const { leaf } of group) this.#attempted.delete(leaf);

    for (const [leaf, outcome] of applied.outcomes) {
      const note = outcome.status === 'changed' ? this.#planNote(leaf, 'changed') : undefined;
      this.#ahead.set(leaf, this.#changed(leaf, note === undefined ? outcome : { ...outcome, note }));
    }
    // Half a change is one: the next run may find nothing left to do, and would never run its handlers.
    for (const leaf of applied.touched) this.#notifications.notify(leaf, as);
    if (announced) this.#notifications.withdraw(announced.fresh, as);
    const own = this.#ahead.get(first.leaf);
    this.#ahead.delete(first.leaf);
    return own ?? { status: 'failed', changes: [], failure: { message: 'the change gave no result' } };
  }

  /** Why the run's plan does not let a change be made. */
  #refusal({ leaf, assessment }: Candidate): Failure | undefined {
    const { run, host } = this.#context;
    return run.guard?.refuse(host.name, leaf, this.#lookAhead.as(leaf), assessment);
  }

  /** The group up to the first that is not planned so; its own turn will tell why. */
  #asPlanned(group: readonly Candidate[]): readonly Candidate[] {
    const end = group.findIndex((candidate) => this.#refusal(candidate));
    return end === -1 ? group : group.slice(0, end);
  }

  #planNote(leaf: Leaf, status: 'ok' | 'changed'): string | undefined {
    const { run, host } = this.#context;
    return run.guard?.note(host.name, leaf, status);
  }

  /** Passes an outcome on; a change that was made (or planned) notifies its handlers. */
  #changed(leaf: Leaf<TaskNode>, outcome: Outcome): Outcome {
    if (this.#context.run.verify) return outcome;
    const as = this.#context.run.check ? null : this.#lookAhead.as(leaf);
    if (outcome.status === 'changed') this.#notifications.notify(leaf, as);
    return outcome;
  }

  /** After a lost connection: whether a command that leaves no trace was under way, so that nobody can say if it ran. */
  #unknowable(leaf: Leaf<TaskNode>): Outcome | undefined {
    this.#lookAhead.invalidate();
    if (!this.#attempted.has(leaf) || leaf.node.resource.kind.verify) return undefined;
    if (leaf.node.resource.probe() !== null) return undefined;
    this.#attempted.delete(leaf);
    const failure = {
      message: 'the connection was lost while it ran, and nothing on the host tells whether it finished',
      hint: 'look at the host; give the command `creates` or `unless`, so that garden can find out by itself',
    };
    return { status: 'failed', changes: [], failure };
  }
}

function brokenOff({ message }: ConnectionLost): Outcome {
  const failure = {
    message: `the connection was lost ${LOSSES_BORNE} times while it was under way: ${message}`,
    hint: 'does the change itself cut the connection? then make it with `detached`, or in a step',
  };
  return { status: 'failed', changes: [], failure };
}

function unknown(reason: string): Outcome {
  return { status: 'unknown', changes: [], note: `cannot be told before the planned changes are made: ${reason}` };
}
