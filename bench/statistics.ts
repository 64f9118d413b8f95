/** The middle one of some numbers; the mean of the two in the middle where their count is even. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/**
 * How many times as much `values` are as `others`: the median of the ratios of what was measured in the same round, since
 * a machine's mood lasts longer than a round. Where one was measured more often, the rest is compared with the median.
 */
export function ratio(values: readonly number[], others: readonly number[]): number {
  const rounds = Math.max(values.length, others.length);
  return median(
    Array.from({ length: rounds }, (_, round) => (values[round] ?? median(values)) / (others[round] ?? median(others))),
  );
}

/**
 * What a tool would take for `count` tasks, judged from two smaller numbers of tasks: a straight line through both, so that
 * what it takes to start is not multiplied.
 */
export function extrapolate(small: readonly [number, number], large: readonly [number, number], count: number): number {
  const each = Math.max(0, (large[1] - small[1]) / (large[0] - small[0]));
  return large[1] + each * (count - large[0]);
}
