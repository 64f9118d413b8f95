import { UsageError } from '../model/errors.ts';
import type { Share } from '../model/play.ts';

function size(share: Share, total: number): number {
  if (typeof share === 'number') {
    if (!Number.isInteger(share)) throw new UsageError(`serial: ${share} is not a whole number of hosts`);
    return share <= 0 ? total : share;
  }
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(share)?.[1];
  if (percent === undefined)
    throw new UsageError(`serial: "${share}" is neither a number nor a percentage such as "30%"`);
  return Math.max(1, Math.floor((Number(percent) / 100) * total));
}

/**
 * Cuts a play's hosts into batches as Ansible does: a percentage is of all the play's hosts, rounded down and at
 * least 1; of a list the last size repeats; 0 and less is everybody.
 *
 * @throws UsageError for a size that is none.
 */
export function batches<T>(hosts: readonly T[], serial: Share | readonly Share[] = 0): T[][] {
  const shares = Array.isArray(serial) ? serial : [serial];
  if (shares.length === 0) throw new UsageError('serial: an empty list gives no batch sizes');
  const sizes = shares.map((share: Share) => size(share, hosts.length));
  const result: T[][] = [];
  for (let start = 0, index = 0; start < hosts.length; index++) {
    const count = sizes[Math.min(index, sizes.length - 1)] ?? hosts.length;
    result.push(hosts.slice(start, start + count));
    start += count;
  }
  return result;
}
