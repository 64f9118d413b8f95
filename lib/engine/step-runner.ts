import { milliseconds } from '../model/duration.ts';
import { ConnectionLost, GardenError, Unreachable } from '../model/errors.ts';
import type { Failure, OutputStream } from '../model/events.ts';
import type { ConditionContext } from '../model/node.ts';
import type { Resource } from '../model/resource.ts';
import type { StepContext, StepNode } from '../model/step.ts';
import type { As, HostContext } from './context.ts';
import { commandFailure, failureOf, StepCommandFailed } from './failure.ts';
import type { Leaf } from './items.ts';
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

/** On which host a step lost its connection, or could not get one. The errors themselves are the step's to catch. */
type Losses = WeakMap<object, HostContext>;

/** What a step gets to work with on a host; its functions may be taken out of it one by one. */
function stepContext(
  context: HostContext,
  own: HostContext,
  leaf: Leaf<StepNode>,
  services: StepServices,
  losses: Losses,
): StepContext {
  const { run, host } = context;
  const as = services.as(context);

  const traced = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ConnectionLost || error instanceof Unreachable) losses.set(error, context);
      throw error;
    }
  };

  const demand = (failure: Failure | undefined): void => {
    if (failure) throw new StepCommandFailed(failure);
  };

  return {
    ...conditionContext(context),
    signal: run.signal,
    async run(script, { allowFailure = false, timeout } = {}) {
      const snippet = { script, timeout: timeout === undefined ? TEN_MINUTES : milliseconds(timeout) };
      const onLine = (_: number, line: string, stream: OutputStream) =>
        run.emit({ type: 'task-output', host: host.name, task: leaf.reference, line, stream });
      const [result] = await traced(async () => (await context.link.session(as)).run([snippet], { onLine }));
      if (!result) throw new GardenError('the script gave no result');
      const timedOut = result.outcome === 'timed-out';
      if (!allowFailure && (timedOut || result.status !== 0)) {
        demand(commandFailure('a script of the step', { ...result, timedOut }));
      }
      return result;
    },
    async apply(resource) {
      const { status, failure } = await traced(() => services.converge(resource, context));
      demand(failure && { ...failure, message: `${resource.kind.name} ${resource.id}: ${failure.message}` });
      return status === 'changed';
    },
    async waitFor(options) {
      if (context === own) await services.flush();
      const { failure, output } = await traced(() => wait(options, context, as));
      demand(failure);
      return output;
    },
    on: (other) => stepContext(run.contextOf(other), own, leaf, services, losses),
    log: (text) => run.emit({ type: 'message', host: host.name, level: 'info', text }),
  };
}

/** Runs a step, or says in a check what it would do. */
export async function runStep(leaf: Leaf<StepNode>, context: HostContext, services: StepServices): Promise<Outcome> {
  const { options } = leaf.node;
  if (context.run.check) {
    context.outlook.planned++;
    const note = typeof options.plan === 'string' ? options.plan : options.plan(conditionContext(context));
    return { status: 'changed', changes: [], note };
  }
  const losses: Losses = new WeakMap();
  for (let attempt = 1; ; attempt++) {
    try {
      await options.run(stepContext(context, context, leaf, services, losses));
      return { status: 'changed', changes: [] };
    } catch (error) {
      const where = (error instanceof Error && losses.get(error)) || context;
      if (error instanceof Unreachable && where === context) throw error;
      if (!(error instanceof ConnectionLost)) return { status: 'failed', changes: [], failure: failureOf(error) };
      try {
        await where.link.reconnect(error);
      } catch (lost) {
        if (where === context || context.run.signal.aborted) throw lost;
        return { status: 'failed', changes: [], failure: failureOf(lost) };
      }
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
