import type { TaskReference } from '../model/events.ts';
import type { CallSite } from '../model/site.ts';
import { type BlockItem, type Confirmation, compileHandler, type Item, type Leaf, type RoleItem } from './compile.ts';
import { located, Stopped, TaskFailed } from './failure.ts';
import { LeafRunner, type Tools } from './leaf-runner.ts';
import { isTask } from './look-ahead.ts';
import type { Meeting, Slots } from './meeting.ts';
import { handlerKey } from './notifications.ts';
import type { Outcome } from './outcome.ts';

/** What the hosts of a batch have in common. */
export interface BatchContext {
  readonly slots: Slots;
  readonly meeting: Meeting;
  /** Why the batch was given up; undefined while it goes on. */
  stopped(): string | undefined;
}

/** Leads one host through the items of a play, in their order. */
export class HostRun {
  readonly #tools: Tools;
  readonly #batch: BatchContext;
  readonly #leaves: LeafRunner;
  /** The roles that are under way, innermost last: whose handlers a flush runs. */
  readonly #roles: RoleItem[] = [];
  /** Above 0 while an `always` is being done, which an interruption does not stop. */
  #always = 0;

  constructor(tools: Tools, batch: BatchContext) {
    this.#tools = tools;
    this.#batch = batch;
    this.#leaves = new LeafRunner(tools, () => this.#flush());
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
      if (block.confirm) await this.#confirm(block.confirm);
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

  async #confirm(confirm: Confirmation): Promise<void> {
    // What the handlers do (a service that reads its new files) is part of what may cut the host off.
    await this.#flush();
    const { confirmations } = this.#tools;
    if (!confirmations.isArmed(confirm)) return;
    const { reference, site } = confirm;
    await this.#tell(reference, site, () => confirmations.settle(confirm));
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
    const { context } = this.#tools;
    const batch = this.#batch;
    const stop = batch.stopped() ?? (context.run.signal.aborted ? 'interrupted' : undefined);
    if (stop !== undefined && this.#always === 0) throw new Stopped(stop);
    if (leaf.node.type === 'flush') return this.#flush();
    if (leaf.node.type === 'barrier') {
      await batch.slots.yieldWhile(batch.meeting.arrive(context.host.name, leaf.reference.path));
      return;
    }
    if (!leaf.once) return this.#report(leaf, () => this.#leaves.perform(leaf));
    const claim = context.run.once.claim(leaf.reference.path);
    if ('theirs' in claim) {
      const well = await batch.slots.yieldWhile(claim.theirs);
      return this.#report(leaf, async () => (well ? skippedHere() : failedElsewhere()));
    }
    let well = false;
    try {
      await this.#report(leaf, () => this.#leaves.perform(leaf));
      well = true;
    } finally {
      claim.mine(well);
    }
  }

  async #report(leaf: Leaf, perform: () => Promise<Outcome | undefined>): Promise<void> {
    const ignoring = isTask(leaf) && leaf.node.options.ignoreErrors === true;
    await this.#tell(leaf.reference, leaf.node.site, perform, ignoring);
  }

  /** Announces a task, does it, counts it and tells how it ended. @throws TaskFailed */
  async #tell(
    task: TaskReference,
    site: CallSite,
    perform: () => Promise<Outcome | undefined>,
    ignoring = false,
  ): Promise<void> {
    const { run, host, counts } = this.#tools.context;
    const started = performance.now();
    run.emit({ type: 'task-started', host: host.name, task });
    const outcome = await perform();
    if (!outcome) return;
    const { changes, note, failure } = outcome;
    const status = ignoring && outcome.status === 'failed' ? 'ignored' : outcome.status;
    const interrupted = status === 'failed' && run.signal.aborted;
    counts.add(status);
    run.emit({
      type: 'task-finished',
      host: host.name,
      task: failure ? located(task, site) : task,
      status,
      changes,
      note,
      failure: interrupted ? { ...failure, message: 'interrupted while it ran' } : failure,
      duration: performance.now() - started,
    });
    if (status === 'failed') throw new TaskFailed(failure?.message);
  }
}

function skippedHere(): Outcome {
  return { status: 'skipped', changes: [], note: 'done by another host' };
}

function failedElsewhere(): Outcome {
  return { status: 'failed', changes: [], failure: { message: 'it failed on the host that did it for all' } };
}
