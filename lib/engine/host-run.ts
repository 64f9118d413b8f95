import { Locked, Unreachable } from '../model/errors.ts';
import type { TaskReference } from '../model/events.ts';
import type { CallSite } from '../model/site.ts';
import { compileHandler } from './compile.ts';
import { failureOf, located, Stopped, TaskFailed } from './failure.ts';
import type { BlockItem, Confirmation, Item, Leaf, RoleItem } from './items.ts';
import { LeafRunner, type Tools } from './leaf-runner.ts';
import { isTask } from './look-ahead.ts';
import type { Meeting, OnceEnd, Slots } from './meeting.ts';
import { handlerKey } from './notifications.ts';
import type { Outcome } from './outcome.ts';

/** What the hosts of a batch have in common. */
export interface BatchContext {
  readonly slots: Slots;
  readonly meeting: Meeting;
  /** Why the batch was given up; undefined while it goes on. */
  stopped(): string | undefined;
  /** Somebody ended the run; it is given up for all. */
  quit(): void;
}

/** Leads one host through the items of a play, in their order. */
export class HostRun {
  readonly #tools: Tools;
  readonly #batch: BatchContext;
  readonly #leaves: LeafRunner;
  /** The roles that are under way, innermost last: whose handlers a flush runs. */
  readonly #roles: RoleItem[] = [];
  /** A handler is under way. */
  #handling = false;
  /** A task of the handler under way was left out by who was asked about it. */
  #refused = false;

  constructor(tools: Tools, batch: BatchContext) {
    this.#tools = tools;
    this.#batch = batch;
    this.#leaves = new LeafRunner(tools, () => this.#flush());
  }

  /**
   * Does a whole play, which is handled like a role.
   *
   * @throws TaskFailed, Stopped; Unreachable and Locked where the host is lost.
   */
  async play(role: RoleItem): Promise<void> {
    this.#batch.meeting.expect(this.#tools.context.host.name, barriersOf([role]));
    await this.#role(role);
  }

  /** Does a role's items and then its handlers. */
  async #role(role: RoleItem): Promise<void> {
    this.#roles.push(role);
    await this.#items(role.items);
    await this.#runHandlers(role);
    this.#roles.pop();
  }

  async #items(items: readonly Item[]): Promise<void> {
    for (const item of items) {
      if (item.type === 'role') await this.#role(item);
      else if (item.type === 'block') await this.#block(item);
      else await this.#leaf(item);
    }
  }

  async #block(block: BlockItem): Promise<void> {
    const depth = this.#roles.length;
    const { link, counts } = this.#tools.context;
    const { failed } = counts;
    try {
      await this.#items(block.tasks);
      if (block.confirm) await this.#confirm(block.confirm);
    } catch (error) {
      if (!(error instanceof TaskFailed) || block.rescue.length === 0) throw error;
      this.#roles.length = depth;
      counts.rescue(failed);
      this.#passed(block.tasks);
      await this.#items(block.rescue);
    } finally {
      this.#roles.length = depth;
      this.#passed([...block.tasks, ...block.rescue]);
      await link.spare(() => this.#items(block.always));
    }
  }

  /** The host has left these items behind, however it went with them: it is not waited for at their barriers. */
  #passed(items: readonly Item[]): void {
    this.#batch.meeting.pass(this.#tools.context.host.name, barriersOf(items));
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
      if (!notifications.isPending(key, handler)) continue;
      const get = <T>(handle: { get(token: object): T }) => handle.get(context.token);
      this.#handling = true;
      this.#refused = false;
      try {
        await this.#items(await compileHandler(handler, role.scope, { ...playContext, get }));
      } finally {
        this.#handling = false;
      }
      // What was refused has not run: it stays pending.
      if (!this.#refused) notifications.done(key, handler);
    }
  }

  async #flush(): Promise<void> {
    // What waits in a handler would else run that very handler first, and so on for ever.
    if (this.#handling) return;
    for (const role of [...this.#roles].reverse()) await this.#runHandlers(role);
  }

  async #leaf(leaf: Leaf): Promise<void> {
    try {
      await this.#perform(leaf);
    } catch (error) {
      // Neighbours that went out in the same frame have been changed: that is told, whatever stops the host here.
      for (const [done, outcome] of this.#tools.tasks.takeAhead()) {
        await this.#tell(done.reference, done.node.site, async () => outcome).catch(() => undefined);
      }
      throw error;
    }
  }

  async #perform(leaf: Leaf): Promise<void> {
    const { context } = this.#tools;
    const batch = this.#batch;
    const stop = this.#stop();
    if (stop !== undefined) throw new Stopped(stop);
    if (leaf.node.type === 'flush') return this.#flush();
    if (leaf.node.type === 'barrier') {
      await batch.slots.yieldWhile(batch.meeting.arrive(context.host.name, leaf.reference.path));
      return;
    }
    if (!(await this.#isWanted(leaf))) return this.#report(leaf, async () => this.#leaves.pass(leaf));
    if (!leaf.once) return this.#report(leaf, () => this.#leaves.perform(leaf));
    const claim = context.run.once.claim(leaf.reference.path);
    if ('theirs' in claim) {
      const end = await batch.slots.yieldWhile(claim.theirs);
      // It may have changed what this host shares with the other.
      this.#tools.lookAhead.invalidate();
      return this.#report(leaf, async () => (end ? this.#leaves.takeOver(leaf, end) : failedElsewhere()));
    }
    let end: OnceEnd;
    try {
      let outcome: OnceEnd;
      await this.#report(leaf, async () => {
        outcome = await this.#leaves.perform(leaf);
        return outcome;
      });
      end = outcome;
    } finally {
      claim.mine(end);
    }
  }

  /** Asks whether a task is to be done, where everything is asked about. @throws Stopped where that ends the run */
  async #isWanted({ reference }: Leaf): Promise<boolean> {
    const { run, host, link } = this.#tools.context;
    const answer = await run.ask?.(reference, host.name);
    if (answer === 'stop' && !link.spared) {
      if (!run.signal.aborted) this.#batch.quit();
      throw new Stopped(this.#stop());
    }
    if (answer !== 'leave-out') return true;
    this.#refused = true;
    return false;
  }

  /** Why the host is to stop here; what is always to be done is done all the same. */
  #stop(): string | undefined {
    const { link } = this.#tools.context;
    if (link.spared) return undefined;
    return this.#batch.stopped() ?? (link.interrupted ? 'interrupted' : undefined);
  }

  async #report(leaf: Leaf, perform: () => Promise<Outcome | undefined>): Promise<void> {
    const ignoring = isTask(leaf) && leaf.node.options.ignoreErrors === true;
    const { context, lookAhead } = this.#tools;
    const recorded = async () => {
      const outcome = await perform();
      if (outcome) context.run.recorder?.record(context.host.name, leaf, outcome, lookAhead.as(leaf));
      return outcome;
    };
    await this.#tell(leaf.reference, leaf.node.site, recorded, ignoring);
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
    const outcome = await perform().catch((error: unknown) => failedByMistake(error, run.signal));
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

/** What is wrong with one task (a mistake in its code, a full disk) fails that task; what befalls the host goes on. */
function failedByMistake(error: unknown, signal: AbortSignal): Outcome {
  const ofTheHost =
    error instanceof TaskFailed ||
    error instanceof Stopped ||
    error instanceof Unreachable ||
    error instanceof Locked ||
    (signal.aborted && error instanceof Error && error.name === 'AbortError');
  if (ofTheHost) throw error;
  return { status: 'failed', changes: [], failure: failureOf(error) };
}

function barriersOf(items: readonly Item[]): readonly string[] {
  return items.flatMap((item): readonly string[] => {
    if (item.type === 'leaf') return item.node.type === 'barrier' ? [item.reference.path] : [];
    if (item.type === 'role') return barriersOf(item.items);
    return barriersOf([...item.tasks, ...item.rescue, ...item.always]);
  });
}

function failedElsewhere(): Outcome {
  return { status: 'failed', changes: [], failure: { message: 'it failed on the host that did it for all' } };
}
