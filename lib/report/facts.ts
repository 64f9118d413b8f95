import { stringify } from 'yaml';
import type { Event } from '../model/events.ts';
import { EventLines } from './event-lines.ts';
import { nextSteps } from './recap.ts';
import type { Report, ReportOptions } from './report.ts';
import { type Style, styles } from './style.ts';
import { table } from './table.ts';
import { harmless, harmlessLine } from './text.ts';

/** What a host answered to the question for a fact. */
export type FactAnswer = { readonly value: unknown } | { readonly failure: string };

/** All answers: by host, then by the name of the fact. */
export type FactAnswers = ReadonlyMap<string, ReadonlyMap<string, FactAnswer>>;

/** How facts can be shown. */
export type FactFormat = 'text' | 'json' | 'yaml';

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The single values within a value, each with the way to it: `os.like.0`. */
function leaves(path: string, value: unknown): readonly (readonly [string, string])[] {
  if (Array.isArray(value) && value.every((item) => !isRecord(item))) return [[path, value.join(', ')]];
  if (value instanceof Date) return [[path, value.toISOString()]];
  if (isRecord(value)) return Object.entries(value).flatMap(([name, inner]) => leaves(`${path}.${name}`, inner));
  return [[path, value === undefined ? '' : String(value)]];
}

function hostLines(host: string, facts: ReadonlyMap<string, FactAnswer>, style: Style): string[] {
  const rows = [...facts].flatMap(([name, answer]) =>
    'failure' in answer
      ? [[`  ${name}`, style.red(`cannot be read: ${harmlessLine(answer.failure)}`)]]
      : leaves(name, answer.value).map(([path, text]) => [`  ${harmlessLine(path)}`, harmlessLine(text)]),
  );
  return [style.bold(harmlessLine(host)), ...table(rows)];
}

/** As data: what cannot be read is left out. */
function asData(answers: FactAnswers): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  return Object.fromEntries(
    [...answers].map(([host, facts]) => [
      host,
      Object.fromEntries([...facts].flatMap(([name, answer]) => ('value' in answer ? [[name, answer.value]] : []))),
    ]),
  );
}

/** Whether any of the facts could not be read. */
export function hasFailures(answers: FactAnswers): boolean {
  return [...answers.values()].some((facts) => [...facts.values()].some((answer) => 'failure' in answer));
}

function shown(answers: FactAnswers, format: FactFormat, style: Style): string {
  if (format === 'json') return `${JSON.stringify(asData(answers), undefined, 2)}\n`;
  if (format === 'yaml') return harmless(stringify(asData(answers)));
  return [...answers].map(([host, facts]) => `${hostLines(host, facts, style).join('\n')}\n`).join('\n');
}

/**
 * The facts of hosts, all at the end. What went wrong is told as it happens: on `complain` where the output is data.
 *
 * @param answers filled while the run goes on
 */
export function factsReport(
  answers: FactAnswers,
  format: FactFormat,
  options: ReportOptions,
  complain: (lines: readonly string[]) => void,
): Report {
  const style = styles(options.coloured);
  const words = new EventLines(options, style);
  const listener = (event: Event): void => {
    switch (event.type) {
      case 'host-unreachable':
      case 'message':
      case 'run-aborted':
        complain(words.of(event));
        break;
      case 'task-finished':
        if (event.status === 'failed') complain(words.of(event));
        break;
      case 'run-finished':
        options.write(shown(answers, format, style));
        complain(nextSteps(event, options.rerun, style));
        break;
      default:
        break;
    }
  };
  return { listener, close: async () => {} };
}
