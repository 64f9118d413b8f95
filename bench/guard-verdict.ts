/** Figures by their names; less is better. */
export type Figures = Readonly<Record<string, number>>;
/** Figures by what was done. */
export type AllFigures = Readonly<Record<string, Figures>>;

/** How much worse a figure may be than what was recorded. */
const MARGIN = 1.1;
/** Where chance has a hand in it, more has to be borne: how sshd cuts its answers into packets, how busy the machine is. */
const WIDE_MARGIN = 1.3;
const BY_CHANCE = new Set(['processor time against node', 'bytes received']);

/** What became of one figure. */
export interface FigureVerdict {
  readonly what: string;
  readonly figure: string;
  readonly recorded: number | undefined;
  readonly now: number | undefined;
  readonly verdict: 'same' | 'better' | 'worse' | 'new' | 'gone';
}

/** Compares figures with those that were recorded. */
export function compare(recorded: AllFigures, now: AllFigures): readonly FigureVerdict[] {
  const all = [...new Set([...Object.keys(recorded), ...Object.keys(now)])];
  return all.flatMap((what) => {
    const before = recorded[what] ?? {};
    const after = now[what] ?? {};
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].map((figure) => {
      const margin = BY_CHANCE.has(figure) ? WIDE_MARGIN : MARGIN;
      return {
        what,
        figure,
        recorded: before[figure],
        now: after[figure],
        verdict: verdictOf(before[figure], after[figure], margin),
      };
    });
  });
}

function verdictOf(before: number | undefined, after: number | undefined, margin: number): FigureVerdict['verdict'] {
  if (before === undefined) return 'new';
  if (after === undefined) return 'gone';
  if (after > before * margin) return 'worse';
  return after * margin < before ? 'better' : 'same';
}

/** Whether the guard lets it pass: nothing got worse, and all that is measured was recorded. */
export function passes(verdicts: readonly FigureVerdict[]): boolean {
  return verdicts.every(({ verdict }) => verdict === 'same' || verdict === 'better');
}

/** One line for a figure: `first run: round trips 12, recorded 11: 9 % more`. */
export function describe({ what, figure, recorded, now, verdict }: FigureVerdict): string {
  const start = `${what}: ${figure}`;
  if (now === undefined) return `${start} was recorded (${shown(recorded)}), but is not measured any more`;
  if (recorded === undefined) return `${start} ${shown(now)}, not recorded yet`;
  const percent = Math.round((now / recorded - 1) * 100);
  const change = percent === 0 ? 'the same' : `${Math.abs(percent)} % ${percent > 0 ? 'more' : 'less'}`;
  return `${start} ${shown(now)}, recorded ${shown(recorded)}: ${change}${verdict === 'worse' ? ', WORSE' : ''}`;
}

function shown(value: number | undefined): string {
  if (value === undefined) return 'none';
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(2);
}
