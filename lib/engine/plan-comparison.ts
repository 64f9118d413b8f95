import { type PlannedHosts, type PlannedTask, plannedFor } from './plan.ts';

/** How what is found now departs from a plan. */
export type Departure =
  /** The plan does not know the task. */
  | 'new'
  /** It was in order, or not to be done, when the plan was made. */
  | 'differs'
  /** Something else would be changed, or in another way. */
  | 'otherwise'
  /** What it would do cannot be told any more, or not be looked at. */
  | 'unclear'
  /** The playbook has it no more. */
  | 'gone';

/** One task on one host that is not as it was planned. */
export interface Deviation {
  readonly host: string;
  readonly path: string;
  readonly departure: Departure;
  readonly planned: PlannedTask | undefined;
  readonly now: PlannedTask | undefined;
}

function departureOf(planned: PlannedTask | undefined, now: PlannedTask): Departure | undefined {
  if (now.handler || now.status === 'ok' || now.status === 'skipped') return undefined;
  if (planned === undefined) return 'new';
  if (now.status === 'failed') return planned.status === 'failed' ? undefined : 'unclear';
  if (planned.status === 'unknown') return undefined;
  if (now.status === 'unknown') return 'unclear';
  if (planned.status !== 'changed') return 'differs';
  return now.fingerprint?.exact === planned.fingerprint?.exact ? undefined : 'otherwise';
}

/**
 * Compares what a second check found with the plan. What was planned and is in order by now is no deviation.
 *
 * @param complete the hosts on which the second check came to its end
 */
export function deviations(
  plan: PlannedHosts,
  found: PlannedHosts,
  complete: ReadonlySet<string>,
): readonly Deviation[] {
  const all: Deviation[] = [];
  for (const [host, tasks] of found) {
    for (const [id, now] of tasks) {
      const planned = plannedFor(plan, host, id, now.once);
      const departure = departureOf(planned, now);
      if (departure) all.push({ host, path: now.path, departure, planned, now });
    }
  }
  for (const [host, tasks] of plan) {
    if (!complete.has(host)) continue;
    for (const [id, planned] of tasks) {
      const pending = planned.status === 'changed' || planned.status === 'unknown';
      if (!pending || planned.handler || found.get(host)?.has(id)) continue;
      all.push({ host, path: planned.path, departure: 'gone', planned, now: undefined });
    }
  }
  return all;
}
