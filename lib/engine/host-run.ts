import { setTimeout as delay } from 'node:timers/promises';
import { milliseconds } from '../model/duration.ts';
import type { PlayContext } from '../model/role.ts';
import type { StepNode } from '../model/step.ts';
import type { TaskNode } from '../model/task.ts';
import type { WaitNode } from '../model/wait.ts';
import { type BlockItem, compileHandler, type Item, type Leaf, type RoleItem } from './compile.ts';
import { judge, type Verdict } from './conditions.ts';
import type { HostContext } from './context.ts';
import { commandFailure, failureOf, located, Stopped, TaskFailed } from './failure.ts';
import { isProbe, isTask, type LookAhead } from './look-ahead.ts';
import type { Meeting, Slots } from './meeting.ts';
import { handlerKey, type Notifications } from './notifications.ts';
import type { Outcome } from './outcome.ts';
import { runStep, type StepServices } from './step-runner.ts';
import type { TaskRunner } from './task-runner.ts';
import { wait } from './wait-runner.ts';

/** What the hosts of a batch have in common. */
export interface BatchContext {
  readonly slots: Slots;
  readonly meeting: Meeting;
  /** Why the batch was given up; undefined while it goes on. */
  stopped(): string | undefined;
}

/** What a host's way through a play is made with. */
export interface Tools {
  readonly context: HostContext;
  readonly batch: BatchContext;
  readonly lookAhead: LookAhead;
  readonly notifications: Notifications;
  readonly tasks: TaskRunner;
  readonly playContext: PlayContext;
  readonly services: Omit<StepServices, 'flush'>;
}

function isStep(leaf: Leaf): leaf is Leaf<StepNode> {
  return leaf.node.type === 'step';
}

function isWait(leaf: Leaf): leaf is Leaf<WaitNode> {
  return leaf.node.type === 'wait';
}

/** Leads one host through the items of a play, in their order. */
export class HostRun {
  readonly #tools: Tools;
  /** The roles that are under way, innermost last: whose handlers a flush runs. */
  readonly #roles: RoleItem[] = [];
  /** Above 0 while an `always` is being done, which an interruption does not stop. */
  #always = 0;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /**
   * Does a role's items and then its handlers.
   *
   * @throws TaskFailed, Stopped; Unreachable and Locked where the host is lost.
   */
  async role(role: RoleItem): Promise<void> {
    this.#roles.push(role);
    await this.#items(role.items);
    await this.#runHandlers(role);
    this.#roles.pop();
  }

  async #items(items: readonly Item[]): Promise<void> {
    for (const item of items) {
      if (item.type === 'role') await this.role(item);
      else if (item.type === 'block') await this.#block(item);
      else await this.#leaf(item);
    }
  }

  async #block(block: BlockItem): Promise<void> {
    const depth = this.#roles.length;
    try {
      await this.#items(block.tasks);
    } catch (error) {
      if (!(error instanceof TaskFailed) || block.rescue.length === 0) throw error;
      this.#roles.length = depth;
      this.#tools.context.counts.rescue();
      await this.#items(block.rescue);
    } finally {
      this.#roles.length = depth;
      this.#always++;
      await this.#items(block.always);
      this.#always--;
    }
  }

  async #runHandlers(role: RoleItem): Promise<void> {
    const { notifications, playContext, context, lookAhead } = this.#tools;
    if (role.handlers.length === 0) return;
    // Where every task was skipped, no frame has yet asked what an earlier run left behind.
    const as = lookAhead.asIn(role.scope);
    const recall = notifications.recall(as);
    if (recall.length > 0) await context.frames.ask(as, recall);
    for (const handler of role.handlers) {
      const key = handlerKey(role.scope, handler);
      if (!notifications.isPending(key)) continue;
      const get = <T>(handle: { get(token: object): T }) => handle.get(context.token);
      await this.#items(await compileHandler(handler, role.scope, { ...playContext, get }));
      notifications.done(key);
    }
  }

  async #flush(): Promise<void> {
    for (const role of [...this.#roles].reverse()) await this.#runHandlers(role);
  }

  async #leaf(leaf: Leaf): Promise<void> {
    const { context, batch } = this.#tools;
    const stop = batch.stopped() ?? (context.run.signal.aborted ? 'interrupted' : undefined);
    if (stop !== undefined && this.#always === 0) throw new Stopped(stop);
    if (leaf.node.type === 'flush') return this.#flush();
    if (leaf.node.type === 'barrier') {
      await batch.slots.yieldWhile(batch.meeting.arrive(context.host.name, leaf.reference.path));
      return;
    }
    if (!leaf.once) return this.#report(leaf, () => this.#perform(leaf));
    const claim = context.run.once.claim(leaf.reference.path);
    if ('theirs' in claim) {
      const well = await batch.slots.yieldWhile(claim.theirs);
      return this.#report(leaf, async () => (well ? skipped('done by another host') : failedElsewhere()));
    }
    let well = false;
    try {
      await this.#report(leaf, () => this.#perform(leaf));
      well = true;
    } finally {
      claim.mine(well);
    }
  }

  /** Announces a leaf, does it, counts it and tells how it ended. @throws TaskFailed */
  async #report(leaf: Leaf, perform: () => Promise<Outcome | undefined>): Promise<void> {
    const { run, host, counts } = this.#tools.context;
    const started = performance.now();
    run.emit({ type: 'task-started', host: host.name, task: leaf.reference });
    const outcome = await perform();
    if (!outcome) return;
    const ignored = outcome.status === 'failed' && isTask(leaf) && leaf.node.options.ignoreErrors === true;
    const status = ignored ? 'ignored' : outcome.status;
    const interrupted = status === 'failed' && run.signal.aborted;
    counts.add(status);
    run.emit({
      type: 'task-finished',
      host: host.name,
      task: outcome.failure ? located(leaf.reference, leaf.node.site) : leaf.reference,
      status,
      changes: outcome.changes,
      note: outcome.note,
      failure: interrupted ? { ...outcome.failure, message: 'interrupted while it ran' } : outcome.failure,
      duration: performance.now() - started,
    });
    if (status === 'failed') throw new TaskFailed(outcome.failure?.message);
  }

  async #perform(leaf: Leaf): Promise<Outcome | undefined> {
    const { context } = this.#tools;
    let verdict: Verdict;
    try {
      verdict = judge(leaf, {
        host: context.host,
        token: context.token,
        check: context.run.check,
        outlook: context.outlook,
      });
    } catch (error) {
      return { status: 'failed', changes: [], failure: failureOf(error) };
    }
    if (verdict.go === 'skip') return skipped('its condition is not met');
    if (verdict.go === 'unknown') {
      context.outlook.planned++;
      return { status: 'unknown', changes: [], note: verdict.because };
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
        return {
          status: 'unknown',
          changes: [],
          note: `its answer cannot be read before the planned changes are made: ${failureOf(error).message}`,
        };
      }
      return { status: 'failed', changes: [], failure: failureOf(error) };
    }
    if (context.run.check && context.outlook.planned > 0) context.outlook.doubt(leaf.node);
    return { status: 'ok', changes: [] };
  }

  async #step(leaf: Leaf<StepNode>): Promise<Outcome> {
    const { context, lookAhead, services } = this.#tools;
    if (!context.run.check) lookAhead.invalidate();
    const outcome = await runStep(leaf, context, { ...services, flush: () => this.#flush() });
    if (!context.run.check) lookAhead.invalidate();
    return outcome;
  }
}

function skipped(note: string): Outcome {
  return { status: 'skipped', changes: [], note };
}

function failedElsewhere(): Outcome {
  return { status: 'failed', changes: [], failure: { message: 'it failed on the host that did it for all' } };
}
