import type { Failure } from '../model/events.ts';
import type { Assessment } from '../model/resource.ts';
import type { As } from './context.ts';
import type { Fingerprints } from './fingerprints.ts';
import type { Leaf } from './items.ts';
import { isTask } from './look-ahead.ts';
import { type PlannedHosts, type PlannedTask, plannedFor } from './plan.ts';

const HINT = 'it was not changed; look at it, and make a new plan';

/**
 * Holds a run to its plan: a change that is not in it is not made. What a planned change brings with it is let through:
 * handlers, and what a block does after a failure. What a step does is the step's own.
 */
export class PlanGuard {
  readonly #planned: PlannedHosts;
  readonly #fingerprints: Fingerprints;

  constructor(planned: PlannedHosts, fingerprints: Fingerprints) {
    this.#planned = planned;
    this.#fingerprints = fingerprints;
  }

  /** Why a leaf may not be done; undefined: it may. A step has nothing to assess. */
  refuse(host: string, leaf: Leaf, as: As, assessment?: Assessment): Failure | undefined {
    const withinStep = leaf.scope.play === '';
    if (withinStep || leaf.scope.handler || leaf.scope.rescue) return undefined;
    const planned = this.#plannedFor(host, leaf);
    if (planned?.status === 'unknown') return undefined;
    if (planned?.status !== 'changed') {
      const why = planned ? `it was ${planned.status} when the plan was made` : 'the plan does not know it';
      return { message: `not in the plan: ${why}`, hint: HINT };
    }
    if (!isTask(leaf) || !assessment) return undefined;
    const now = this.#fingerprints.task(leaf.node.resource, assessment, as);
    if (now.exact === planned.fingerprint?.exact) return undefined;
    // After earlier changes of the plan it may start from something else, but it must still become what was planned.
    const { kind } = leaf.node.resource;
    const targets = new Set(planned.fingerprint?.targets);
    if (kind.verify && leaf.node.resource.probe() !== null && now.targets.every((target) => targets.has(target))) {
      return undefined;
    }
    return { message: 'the state has moved on: what would be changed is not what was planned', hint: HINT };
  }

  #plannedFor(host: string, { reference, once }: Leaf): PlannedTask | undefined {
    return plannedFor(this.#planned, host, this.#fingerprints.of(reference.path), once);
  }

  /** What the reader should know of a task that went well. */
  note(host: string, leaf: Leaf, status: 'ok' | 'changed'): string | undefined {
    if (leaf.scope.handler) return undefined;
    const planned = this.#plannedFor(host, leaf)?.status;
    if (status === 'ok' && planned === 'changed') return 'planned, but in order already';
    if (status === 'changed' && planned === 'unknown') return 'could not be told when the plan was made';
    return undefined;
  }
}
