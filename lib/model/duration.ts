import { UsageError } from './errors.ts';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A span of time as people write it: `500ms`, `30s`, `5m`, `2h`; a bare number is seconds, as with Ansible. */
export type Duration = number | `${number}${keyof typeof UNITS}`;

/**
 * A duration in milliseconds.
 *
 * @throws UsageError for anything else.
 */
export function milliseconds(duration: Duration): number {
  if (typeof duration === 'number') return duration * 1000;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(duration);
  const [, amount, unit] = match ?? [];
  if (unit !== 'ms' && unit !== 's' && unit !== 'm' && unit !== 'h') {
    throw new UsageError(`"${duration}" is not a duration: write 500ms, 30s, 5m or 2h`);
  }
  return Number(amount) * UNITS[unit];
}
