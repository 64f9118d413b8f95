import type { EntryResult, Goal, ScenarioResult } from './results.ts';
import { median, ratio } from './statistics.ts';

/** What became of a goal. */
export interface Verdict {
  readonly text: string;
  /** What was reached, in the same words. */
  readonly reached: string;
  readonly met: boolean;
}

/** Whom the goals are for. */
const OURS = 'garden';

/** Judges the goals of a scenario; one whose other side was not measured is left out. */
export function verdicts(result: ScenarioResult): readonly Verdict[] {
  const ours = result.entries.find(({ name }) => name === OURS);
  if (!ours) return [];
  return result.goals.flatMap((goal) => {
    const verdict = judge(goal, ours, result);
    return verdict === undefined ? [] : [verdict];
  });
}

function judge(goal: Goal, ours: EntryResult, { entries, hosts }: ScenarioResult): Verdict | undefined {
  const { measure, against, ratio: mostRatio, beyond, most, perHost } = goal;
  const other = entries.find(({ name }) => name === (against ?? beyond));
  if ((against ?? beyond) !== undefined && other === undefined) return undefined;
  if (other && mostRatio !== undefined) {
    const reached = ratio(ours[measure], other[measure]);
    return {
      text: `${NAMES[measure]} ${times(mostRatio)} of ${other.name}`,
      reached: times(reached),
      met: reached <= mostRatio,
    };
  }
  if (most === undefined) return undefined;
  const amount = median(ours[measure]) - (other ? median(other[measure]) : 0);
  const each = perHost ? amount / hosts : amount;
  const whose = `${perHost ? ' per host' : ''}${other ? ` beyond ${other.name}` : ''}`;
  return {
    text: `${NAMES[measure]} under ${shown(measure, most)}${whose}`,
    reached: shown(measure, each),
    met: each <= most,
  };
}

const NAMES = { wall: 'time', cpu: 'CPU', memory: 'memory' } as const;

/** `1.3 times` or, where it is less, `1/300`. */
export function times(value: number): string {
  if (value >= 0.95) return `${value.toFixed(2)} times`;
  return `1/${1 / value >= 10 ? Math.round(1 / value) : (1 / value).toFixed(1)}`;
}

/** A figure with its unit. */
export function shown(measure: Goal['measure'], value: number): string {
  if (measure === 'memory') return `${(value / 1e6).toFixed(0)} MB`;
  return value < 10_000 ? `${value.toFixed(value < 100 ? 1 : 0)} ms` : `${(value / 1000).toFixed(1)} s`;
}
