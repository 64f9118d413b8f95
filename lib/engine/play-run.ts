import { GardenError, Locked, Unreachable } from '../model/errors.ts';
import type { Fact } from '../model/fact.ts';
import { type Get, NotYetKnown } from '../model/handle.ts';
import type { Handler } from '../model/handler.ts';
import type { Play } from '../model/play.ts';
import type { PlayContext } from '../model/role.ts';
import { resolveBecome } from './become.ts';
import { type CompiledPlay, compilePlay } from './compile.ts';
import { Confirmations } from './confirmation.ts';
import type { As, HostContext } from './context.ts';
import { failureOf, Stopped, TaskFailed, Unlisted } from './failure.ts';
import { factPart, isFact } from './gather.ts';
import { type BatchContext, HostRun } from './host-run.ts';
import type { Item, RoleItem } from './items.ts';
import { LeftOut } from './left-out.ts';
import { LookAhead } from './look-ahead.ts';
import { handlerKey, Notifications } from './notifications.ts';
import { withLateSecrets } from './secrets.ts';
import { applyAlone } from './single.ts';
import { TaskRunner } from './task-runner.ts';

/** The facts that a play's roles say they will ask for. */
function declaredFacts({ options: { roles = [], tasks = [] } }: Play): readonly Fact<unknown>[] {
  const nodes = [...roles, ...(typeof tasks === 'function' ? [] : tasks)];
  return [...new Set(nodes.flatMap((node) => (node.type === 'role' ? node.facts : [])))];
}

/** The handlers of a play by the keys that they have on the host. */
function allHandlers(play: RoleItem): ReadonlyMap<string, ReadonlySet<Handler>> {
  const found = new Map<string, Set<Handler>>();
  const visit = (item: Item): void => {
    if (item.type === 'block') [...item.tasks, ...item.rescue, ...item.always].forEach(visit);
    if (item.type !== 'role') return;
    for (const handler of item.handlers) {
      const key = handlerKey(item.scope, handler);
      found.set(key, (found.get(key) ?? new Set()).add(handler));
    }
    item.items.forEach(visit);
  };
  visit(play);
  return found;
}

/** Leads one host through one play, from its facts to its last handler. What befalls the host is counted and told, never thrown. */
export class PlayRun {
  readonly #play: Play;
  readonly #context: HostContext;
  readonly #batch: BatchContext;
  readonly #playContext: PlayContext;
  readonly #get: Get;

  constructor(play: Play, context: HostContext, batch: BatchContext) {
    this.#play = play;
    this.#context = context;
    this.#batch = batch;
    this.#playContext = { host: context.host, vars: context.host.vars, inventory: context.run.inventory };
    this.#get = (handle) => handle.get(context.token);
  }

  /** @returns whether the host came to the end of the play. */
  async run(): Promise<boolean> {
    const { run, host, counts, frames } = this.#context;
    try {
      await this.#converge();
      await frames.flush();
      return true;
    } catch (error) {
      if (error instanceof TaskFailed || error instanceof Stopped) {
        await frames.flush().catch(() => undefined);
        if (error instanceof Stopped)
          run.emit({ type: 'message', host: host.name, level: 'info', text: `stopped: ${error.message}` });
      } else if (error instanceof Locked) {
        counts.locked = true;
        run.emit({ type: 'host-locked', host: host.name, failure: failureOf(error) });
      } else if (error instanceof Unreachable) {
        counts.unreachable = true;
        run.emit({ type: 'host-unreachable', host: host.name, failure: failureOf(error) });
      } else if (run.signal.aborted) {
        run.emit({ type: 'message', host: host.name, level: 'info', text: 'stopped: interrupted' });
      } else if (error instanceof GardenError) {
        this.#fail(error);
      } else {
        throw error;
      }
      return false;
    }
  }

  /** A failure that belongs to no task: a fact that cannot be read, a role that cannot make its list. */
  #fail(error: GardenError): void {
    const { run, host, counts } = this.#context;
    const where = error instanceof Unlisted ? error.locations : this.#play.site.locations;
    counts.add('failed');
    run.emit({
      type: 'task-finished',
      host: host.name,
      task: {
        path: `${this.#play.name}/setup`,
        play: this.#play.name,
        role: '',
        name: 'setup',
        where: where.map(({ file, line }) => `${file}:${line}`),
      },
      status: 'failed',
      changes: [],
      failure: failureOf(error),
      duration: 0,
    });
  }

  async #converge(): Promise<void> {
    const { role, leftOut } = await this.#compile();
    const notifications = new Notifications(this.#context, allHandlers(role));
    const lookAhead = new LookAhead(this.#context, this.#play.options.become, notifications);
    const confirmations = new Confirmations(this.#context);
    const tasks = new TaskRunner(this.#context, lookAhead, notifications, confirmations);
    const host = new HostRun(
      {
        context: this.#context,
        lookAhead,
        notifications,
        confirmations,
        tasks,
        leftOut: new LeftOut(leftOut, this.#context),
        playContext: this.#playContext,
        services: {
          as: (context) => this.#as(context),
          converge: (resource, context) => applyAlone(resource, context, this.#as(context)),
        },
      },
      this.#batch,
    );
    await host.play(role);
  }

  #as({ host }: HostContext): As {
    const { run } = this.#context;
    return resolveBecome(undefined, host, {
      play: this.#play.options.become,
      commandLine: run.become,
      password: run.becomePassword,
    });
  }

  /** The play's items for this host; facts that are asked for on the way are read, those that were declared all at once. */
  async #compile(): Promise<CompiledPlay> {
    const planning = { ...this.#playContext, get: this.#get };
    // Where a part is selected, the roles that declare them may be left out: then each is read when it is asked for.
    const declared = this.#context.run.selection.isWhole ? declaredFacts(this.#play) : [];
    if (declared.length > 0) await this.#read(declared);
    for (;;) {
      try {
        return await withLateSecrets(this.#context.run.secrets, () =>
          compilePlay(this.#play, planning, this.#context.run.selection),
        );
      } catch (error) {
        if (!(error instanceof NotYetKnown) || !isFact(error.handle)) {
          if (error instanceof Unlisted) throw error;
          throw new Unlisted('', this.#play.site, error);
        }
        await this.#read([error.handle]);
      }
    }
  }

  async #read(facts: readonly Fact<unknown>[]): Promise<void> {
    await this.#context.frames.ask(this.#as(this.#context), [factPart(facts, this.#context)]);
  }
}
