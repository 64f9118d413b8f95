import type { As } from './context.ts';
import type { Fingerprints } from './fingerprints.ts';
import type { Leaf } from './items.ts';
import { isTask } from './look-ahead.ts';
import type { Outcome } from './outcome.ts';
import type { PlannedHosts, PlannedTask } from './plan.ts';

/** Writes down what a check finds. */
export class PlanRecorder {
  readonly #fingerprints: Fingerprints;
  readonly #hosts = new Map<string, Map<string, PlannedTask>>();

  constructor(fingerprints: Fingerprints) {
    this.#fingerprints = fingerprints;
  }

  /** What was found up to now; nothing of it is redacted yet. */
  get hosts(): PlannedHosts {
    return this.#hosts;
  }

  /** Takes what a check has made of a leaf; only tasks and steps change anything. */
  record(host: string, leaf: Leaf, outcome: Outcome, as: As): void {
    if (!isTask(leaf) && leaf.node.type !== 'step') return;
    const { status, changes, note, assessment } = outcome;
    const tasks = this.#hosts.get(host) ?? new Map<string, PlannedTask>();
    this.#hosts.set(host, tasks);
    const { path } = leaf.reference;
    tasks.set(this.#fingerprints.of(path), {
      path,
      status,
      changes,
      note,
      ...(leaf.once && { once: true }),
      ...(leaf.scope.handler && { handler: true }),
      ...(isTask(leaf) && assessment && { fingerprint: this.#fingerprints.task(leaf.node.resource, assessment, as) }),
    });
  }
}
