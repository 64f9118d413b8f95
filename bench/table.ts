import { shown, times, verdicts } from './goals.ts';
import type { ScenarioResult } from './results.ts';
import { median, ratio } from './statistics.ts';

const HEAD = ['who', 'time', 'CPU', 'memory', 'time against garden', 'CPU against garden'] as const;

/** The rows of a scenario: what each took, as medians, and how many times as much that is as what garden took. */
export function rows(result: ScenarioResult): readonly (readonly string[])[] {
  const garden = result.entries.find(({ name }) => name === 'garden');
  return result.entries.map((entry) => {
    const against = (measure: 'wall' | 'cpu') =>
      garden === undefined || entry === garden ? '' : times(ratio(entry[measure], garden[measure]));
    const figures = (['wall', 'cpu', 'memory'] as const).map((measure) => shown(measure, median(entry[measure])));
    return [`${entry.name}${entry.note === undefined ? '' : '*'}`, ...figures, against('wall'), against('cpu')];
  });
}

/** A scenario as a terminal shows it. */
export function asText(result: ScenarioResult): string {
  const all: readonly (readonly string[])[] = [HEAD, ...rows(result)];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map(
    (row) =>
      `  ${row
        .map((cell, column) => pad(cell, widths[column] ?? 0, column))
        .join('  ')
        .trimEnd()}`,
  );
  const notes = result.entries.flatMap(({ name, note }) => (note === undefined ? [] : [`  * ${name}: ${note}`]));
  const missing = Object.entries(result.missing).map(([name, why]) => `  left out: ${name}, since ${why}`);
  const goals = verdicts(result).map(
    ({ text, reached, met }) => `  ${met ? 'met' : 'MISSED'}: ${text}; reached: ${reached}`,
  );
  return [`${result.name}: ${result.what}`, ...lines, ...notes, ...missing, ...goals, ''].join('\n');
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}

/** A scenario as a section of the page. */
export function asMarkdown(result: ScenarioResult): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const notes = result.entries.flatMap(({ name, note }) => (note === undefined ? [] : [`\\* ${name}: ${note}.`]));
  const missing = Object.entries(result.missing).map(([name, why]) => `Left out: ${name}, since ${why}.`);
  const goals = verdicts(result).map(
    ({ text, reached, met }) => `- ${met ? 'met' : '**missed**'}: ${text}; reached: ${reached}`,
  );
  const rounds = Math.max(0, ...result.entries.map(({ wall }) => wall.length));
  return [
    `### ${result.name}`,
    '',
    `${result.what[0]?.toUpperCase()}${result.what.slice(1)}. ${rounds} round${rounds === 1 ? '' : 's'}, ${result.when}, commit ${result.commit}.`,
    '',
    row(HEAD),
    row(HEAD.map((_, column) => (column === 0 ? '---' : '--:'))),
    ...rows(result).map(row),
    '',
    ...[notes, missing, goals].flatMap((lines) => (lines.length === 0 ? [] : [lines.join('\n'), ''])),
  ].join('\n');
}
