import { milliseconds } from '../model/duration.ts';
import { ConnectionLost, GardenError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { ConditionContext } from '../model/node.ts';
import type { Resource } from '../model/resource.ts';
import type { Script } from '../model/script.ts';
import type { StepContext, StepNode } from '../model/step.ts';
import type { Output } from '../model/task.ts';
import type { Leaf } from './compile.ts';
import type { As, HostContext } from './context.ts';
import { commandFailure, failureOf, StepCommandFailed } from './failure.ts';
import type { Outcome } from './outcome.ts';
import { wait } from './wait-runner.ts';

const TEN_MINUTES = 600_000;
/** How often a repeatable step is begun again after lost connections. */
const REPEATS = 3;

/** What a step needs of the host's run that is not the host's own. */
export interface StepServices {
  /** Whom the step acts as on a host: each host says so itself, nothing is taken along from another. */
  as(context: HostContext): As;
  /** Puts one resource in order, on the step's own host or another. @returns whether it changed anything. */
  converge(resource: Resource, context: HostContext): Promise<Outcome>;
  /** Runs the handlers that are pending on the step's host. */
  flush(): Promise<void>;
}

function conditionContext({ run, host, token }: HostContext): ConditionContext {
  return { host, vars: host.vars, check: run.check, get: (handle) => handle.get(token) };
}

class HostStep implements StepContext {
  readonly #context: HostContext;
  readonly #own: HostContext;
  readonly #as: As;
  readonly #leaf: Leaf<StepNode>;
  readonly #services: StepServices;
  readonly host: Host;
  readonly check: boolean;
  readonly signal: AbortSignal;

  constructor(context: HostContext, own: HostContext, leaf: Leaf<StepNode>, services: StepServices) {
    this.#context = context;
    this.#own = own;
    this.#as = services.as(context);
    this.#leaf = leaf;
    this.#services = services;
    this.host = context.host;
    this.check = context.run.check;
    this.signal = context.run.signal;
  }

  get vars() {
    return this.host.vars;
  }

  get<T>(handle: { get(token: object): T }): T {
    return handle.get(this.#context.token);
  }

  async run(
    script: Script,
    options: { allowFailure?: boolean; timeout?: Parameters<typeof milliseconds>[0] } = {},
  ): Promise<Output> {
    const session = await this.#context.link.session(this.#as);
    const timeout = options.timeout === undefined ? TEN_MINUTES : milliseconds(options.timeout);
    const emitLine = (line: string) =>
      this.#context.run.emit({ type: 'task-output', host: this.host.name, task: this.#leaf.reference, line });
    const [result] = await session.run([{ script, timeout }], { onLine: (_, line) => emitLine(line) });
    if (!result) throw new GardenError('the script gave no result');
    if (result.status !== 0 && !options.allowFailure) {
      throw new StepCommandFailed(
        commandFailure('a script of the step', { ...result, timedOut: result.outcome === 'timed-out' }),
      );
    }
    return result;
  }

  async apply(resource: Resource): Promise<boolean> {
    const outcome = await this.#services.converge(resource, this.#context);
    if (outcome.failure)
      throw new StepCommandFailed({
        ...outcome.failure,
        message: `${resource.kind.name} ${resource.id}: ${outcome.failure.message}`,
      });
    return outcome.status === 'changed';
  }

  async waitFor(options: Parameters<StepContext['waitFor']>[0]): Promise<Output> {
    if (this.#context === this.#own) await this.#services.flush();
    const outcome = await wait(options, this.#context, this.#as);
    if (outcome.failure) throw new StepCommandFailed(outcome.failure);
    return outcome.output;
  }

  on(host: Host): StepContext {
    const other = this.#context.run.contextOf(host);
    return new HostStep(other, this.#own, this.#leaf, this.#services);
  }

  log(text: string): void {
    this.#context.run.emit({ type: 'message', host: this.host.name, level: 'info', text });
  }
}

/** Runs a step, or says in a check what it would do. */
export async function runStep(leaf: Leaf<StepNode>, context: HostContext, services: StepServices): Promise<Outcome> {
  const { options } = leaf.node;
  if (context.run.check) {
    context.outlook.planned++;
    const note = typeof options.plan === 'string' ? options.plan : options.plan(conditionContext(context));
    return { status: 'changed', changes: [], note };
  }
  for (let attempt = 1; ; attempt++) {
    try {
      await options.run(new HostStep(context, context, leaf, services));
      return { status: 'changed', changes: [] };
    } catch (error) {
      if (!(error instanceof ConnectionLost)) return { status: 'failed', changes: [], failure: failureOf(error) };
      await context.link.reconnect(error);
      if (options.repeatable && attempt < REPEATS) continue;
      const failure = {
        message: `the connection was lost in the middle of the step (${error.message})`,
        hint: options.repeatable
          ? undefined
          : 'the step says that it may not be repeated: look at the host before you run it again',
      };
      return { status: 'failed', changes: [], failure };
    }
  }
}
