import { setTimeout as delay } from 'node:timers/promises';
import { milliseconds } from '../model/duration.ts';
import { NotYetKnown } from '../model/handle.ts';
import type { PlayContext } from '../model/role.ts';
import type { StepNode } from '../model/step.ts';
import type { TaskNode } from '../model/task.ts';
import type { WaitNode } from '../model/wait.ts';
import { judge, type Verdict } from './conditions.ts';
import { type Confirmations, UNARMED } from './confirmation.ts';
import type { HostContext } from './context.ts';
import { commandFailure, failureOf } from './failure.ts';
import { factPart, isFact } from './gather.ts';
import type { Leaf } from './items.ts';
import type { Asking, LeftOut } from './left-out.ts';
import { isProbe, isTask, type LookAhead } from './look-ahead.ts';
import type { Notifications } from './notifications.ts';
import type { Outcome } from './outcome.ts';
import { withLateSecrets } from './secrets.ts';
import { runStep, type StepServices } from './step-runner.ts';
import type { TaskRunner } from './task-runner.ts';
import { wait } from './wait-runner.ts';

/** What a host's way through a play is made with. */
export interface Tools {
  readonly context: HostContext;
  readonly lookAhead: LookAhead;
  readonly notifications: Notifications;
  readonly confirmations: Confirmations;
  readonly tasks: TaskRunner;
  readonly leftOut: LeftOut;
  readonly playContext: PlayContext;
  readonly services: Omit<StepServices, 'flush'>;
}

function isStep(leaf: Leaf): leaf is Leaf<StepNode> {
  return leaf.node.type === 'step';
}

function isWait(leaf: Leaf): leaf is Leaf<WaitNode> {
  return leaf.node.type === 'wait';
}

/** Whether there is something to look at: a step, a wait and what is done every time (a restart) have nothing. */
function hasState(leaf: Leaf): boolean {
  if (isTask(leaf)) return leaf.node.resource.probe() !== null;
  return !isStep(leaf) && !isWait(leaf);
}

/** Does single tasks, probes, waits and steps on one host. */
export class LeafRunner {
  readonly #tools: Tools;
  readonly #flush: () => Promise<void>;
  readonly #asking: Asking = {
    as: (leaf) => this.#tools.lookAhead.as(leaf),
    verdict: (leaf) => this.#verdict(leaf),
  };

  constructor(tools: Tools, flush: () => Promise<void>) {
    this.#tools = tools;
    this.#flush = flush;
  }

  /** Does a leaf if its conditions are met. Undefined: there is nothing to tell of it. */
  async perform(leaf: Leaf): Promise<Outcome | undefined> {
    const { context } = this.#tools;
    const verdict = await this.#verdict(leaf);
    if (verdict.go === 'skip') {
      if (isTask(leaf)) leaf.node.set(context.token, { changed: false, output: undefined });
      return { status: 'skipped', changes: [], note: verdict.because };
    }
    if (verdict.go === 'unknown') {
      context.outlook.planned++;
      if (isTask(leaf) || isProbe(leaf)) context.outlook.doubt(leaf.node);
      return { status: 'unknown', changes: [], note: verdict.because };
    }
    if (context.run.verify && !hasState(leaf)) {
      if (isTask(leaf)) leaf.node.set(context.token, { changed: false, output: undefined });
      return { status: 'skipped', changes: [], note: 'has no state that could be verified' };
    }
    if (isTask(leaf)) return this.#task(leaf);
    if (isProbe(leaf)) return this.#probe(leaf);
    if (isWait(leaf)) {
      await this.#flush();
      return wait(leaf.node.options, context, this.#tools.lookAhead.as(leaf));
    }
    if (isStep(leaf)) return this.#step(leaf);
    return undefined;
  }

  /** Leaves a leaf out that somebody was asked about. */
  pass(leaf: Leaf): Outcome {
    if (isTask(leaf)) leaf.node.set(this.#tools.context.token, { changed: false, output: undefined });
    return { status: 'skipped', changes: [], note: 'left out at the question' };
  }

  /** What another host did for all: its results are known here too. */
  async takeOver(leaf: Leaf, { status, output }: Outcome): Promise<Outcome> {
    const { token } = this.#tools.context;
    if (isTask(leaf)) leaf.node.set(token, { changed: status === 'changed', output });
    if (isProbe(leaf) && output) leaf.node.answer(token, output);
    return { status: 'skipped', changes: [], note: 'done by another host' };
  }

  /** Judges its conditions; facts, and probes that are left out, are read where they ask for them. @throws what a condition throws */
  async #verdict(leaf: Leaf): Promise<Verdict> {
    const { context, lookAhead } = this.#tools;
    const { host, token, run, outlook } = context;
    for (;;) {
      try {
        return await withLateSecrets(run.secrets, () => judge(leaf, { host, token, check: run.check, outlook }));
      } catch (error) {
        if (!(error instanceof NotYetKnown)) throw error;
        if (isFact(error.handle)) {
          await context.frames.ask(lookAhead.as(leaf), [factPart([error.handle], context)]);
        } else if (!(await this.#tools.leftOut.ask(error.handle, this.#asking))) {
          throw error;
        }
      }
    }
  }

  async #task(leaf: Leaf<TaskNode>): Promise<Outcome> {
    const { tasks, context } = this.#tools;
    const { retry } = leaf.node.options;
    let outcome = await tasks.run(leaf);
    for (let attempt = 2; outcome.failure && retry && attempt <= retry.attempts; attempt++) {
      const text = `${leaf.node.name}: ${outcome.failure.message}; attempt ${attempt} of ${retry.attempts} follows`;
      context.run.emit({ type: 'message', host: context.host.name, level: 'info', text });
      await delay(milliseconds(retry.delay ?? '5s'), undefined, { signal: context.run.signal }).catch(() => undefined);
      if (context.run.signal.aborted) break;
      tasks.again();
      outcome = await tasks.run(leaf);
    }
    leaf.node.set(context.token, { changed: outcome.status === 'changed', output: outcome.output });
    if (outcome.status === 'unknown') context.outlook.doubt(leaf.node);
    return outcome;
  }

  async #probe(leaf: Leaf): Promise<Outcome | undefined> {
    const { context, lookAhead } = this.#tools;
    if (!isProbe(leaf)) return undefined;
    const answer = await lookAhead.answer(leaf);
    if (!answer || answer.timedOut) {
      return {
        status: 'failed',
        changes: [],
        failure: commandFailure('the question', answer ?? { stdout: '', stderr: '', status: -1 }),
      };
    }
    try {
      leaf.node.answer(context.token, answer);
    } catch (error) {
      if (context.run.check && context.outlook.planned > 0) {
        context.outlook.doubt(leaf.node);
        return {
          status: 'unknown',
          changes: [],
          note: `its answer cannot be read before the planned changes are made: ${failureOf(error).message}`,
        };
      }
      return { status: 'failed', changes: [], failure: failureOf(error) };
    }
    if (context.run.check && context.outlook.planned > 0) context.outlook.doubt(leaf.node);
    return { status: 'ok', changes: [], output: answer };
  }

  async #step(leaf: Leaf<StepNode>): Promise<Outcome> {
    const { context, lookAhead, services, confirmations, leftOut } = this.#tools;
    await leftOut.askBefore(leaf, this.#asking);
    if (!context.run.check) {
      const failure = context.run.guard?.refuse(context.host.name, leaf, lookAhead.as(leaf));
      if (failure) return { status: 'failed', changes: [], failure };
      lookAhead.invalidate();
      const as = lookAhead.as(leaf);
      await context.frames.ask(as, confirmations.arm(leaf.scope, as));
      const { confirm } = leaf.scope;
      if (confirm && !confirmations.isArmed(confirm)) return { status: 'failed', changes: [], failure: UNARMED };
    }
    const outcome = await runStep(leaf, context, { ...services, flush: () => this.#flush() });
    if (!context.run.check) lookAhead.invalidate();
    return outcome;
  }
}
