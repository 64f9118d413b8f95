import type { Change } from '../model/change.ts';
import type { Outcome } from './outcome.ts';

/** Tells what a task would do from what another would, without saying what that is: see `Fingerprints`. */
export interface TaskFingerprint {
  /** Of the whole: what differs from what, as whom, and the script that puts it right. */
  readonly exact: string;
  /** Of each thing that is to become so, whatever it was before. */
  readonly targets: readonly string[];
}

/** What a check found of one task (or step) on one host. */
export interface PlannedTask {
  /** As a reader sees it: where secrets are in names, they are taken out. */
  readonly path: string;
  readonly status: Outcome['status'];
  /** As a reader sees them, secrets taken out. */
  readonly changes: readonly Change[];
  readonly note?: string | undefined;
  /** One host does it for all; which one, may be another in the run. */
  readonly once?: boolean | undefined;
  /** It is part of a handler, and done when a planned change notifies it. */
  readonly handler?: boolean | undefined;
  /** Only of a resource that would be changed. */
  readonly fingerprint?: TaskFingerprint | undefined;
}

/** What was found, by the fingerprints of the tasks' paths, in the order in which they were met. */
export type HostPlan = ReadonlyMap<string, PlannedTask>;

/** What was found, by host. */
export type PlannedHosts = ReadonlyMap<string, HostPlan>;

/**
 * What is planned for a task on a host. What one host does for all was planned for whichever did it in the check.
 *
 * @param id the fingerprint of its path
 * @param once whether it is such a task
 */
export function plannedFor(plan: PlannedHosts, host: string, id: string, once = false): PlannedTask | undefined {
  const own = plan.get(host)?.get(id);
  if (!once || (own && own.status !== 'skipped')) return own;
  const others = [...plan.values()].flatMap((tasks) => tasks.get(id) ?? []);
  return others.find(({ status }) => status !== 'skipped') ?? own;
}
