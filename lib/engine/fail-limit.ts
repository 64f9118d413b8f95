import type { MaxFail } from '../model/play.ts';

/**
 * Whether so many lost hosts (failed or unreachable) are too many.
 *
 * A percentage must be exceeded, as Ansible's `max_fail_percentage`; a number of hosts too: `{ hosts: 1 }` bears
 * one and stops at the second. A batch that is lost whole always stops the run.
 *
 * @returns the rule that was broken, in words, or undefined.
 */
export function limitExceeded(
  limit: MaxFail | undefined,
  counts: { readonly lostInBatch: number; readonly batch: number; readonly lostInPlay: number; readonly total: number },
): string | undefined {
  const { lostInBatch, batch, lostInPlay, total } = counts;
  if (limit === undefined) return undefined;
  if ('hosts' in limit) {
    if (lostInPlay <= limit.hosts) return undefined;
    return `${lostInPlay} hosts are lost, and maxFail bears ${limit.hosts}`;
  }
  const [lost, all, name] = limit.of === 'total' ? [lostInPlay, total, 'play'] : [lostInBatch, batch, 'batch'];
  const percent = (lost / all) * 100;
  if (percent <= limit.percent) return undefined;
  return `${lost} of ${all} hosts of the ${name} are lost: ${Math.round(percent)} % is more than maxFail's ${limit.percent} %`;
}
