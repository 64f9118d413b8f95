import { GardenError, type Mistake, mistakesOf } from '../model/errors.ts';
import type { Failure, TaskReference } from '../model/events.ts';
import { shownPlaces } from './places.ts';
import type { Style } from './style.ts';
import { count, harmless, harmlessLine } from './text.ts';

const INDENT = '  ';

function indent(text: string, by: string = INDENT): string[] {
  return harmless(text)
    .split('\n')
    .map((line) => (by + line).trimEnd());
}

/** `role : task`, or the task alone where it stands in the play itself. */
export function taskTitle(task: TaskReference): string {
  return harmlessLine(task.role === '' ? task.name : `${task.role} : ${task.name}`);
}

/** Places, from the innermost line to the one that led there first. */
function placeLines([first, next]: readonly [string, string], places: readonly string[], style: Style): string[] {
  return places.map((place, index) =>
    style.dim(`${INDENT}${index === 0 ? first : next} ${harmlessLine(shownPlaces(place))}`),
  );
}

/** The cause in words, what the command said last, and what to do. */
export function describeFailure(failure: Failure, style: Style): string[] {
  const { message, lastLines = [], status, hint, command, places = [] } = failure;
  return [
    ...indent(message).map(style.red),
    ...(command === undefined ? [] : [style.dim(`${INDENT}it was: ${harmlessLine(command)}`)]),
    ...placeLines(['thrown at', 'from'], places, style),
    ...(status === undefined || message.includes(`status ${status}`)
      ? []
      : [style.dim(`${INDENT}exit status ${status}`)]),
    ...(lastLines.length === 0 ? [] : [style.dim(`${INDENT}it printed at last:`)]),
    ...lastLines.flatMap((line) => indent(line, `${INDENT}| `)),
    ...(hint === undefined ? [] : hintLines(hint, style)),
  ];
}

function hintLines(hint: string, style: Style): string[] {
  const [first = '', ...rest] = harmless(hint).split('\n');
  return [`${INDENT}→ ${first}`, ...rest.map((line) => `${INDENT}  ${line}`)].map(style.cyan);
}

/** A task that failed on a host: where it stands, from the innermost line to the playbook's, and why. */
export function describeTaskFailure(host: string, task: TaskReference, failure: Failure, style: Style): string[] {
  return [
    style.bold(`${harmlessLine(host)}: ${taskTitle(task)}`),
    style.dim(`${INDENT}in play "${harmlessLine(task.play)}"`),
    ...placeLines(['at', 'from'], task.where, style),
    ...describeFailure(failure, style),
  ];
}

function describeMistake(mistake: Mistake, style: Style): string[] {
  const [first = '', ...rest] = harmless(mistake.message).split('\n');
  const place = mistake.where === undefined ? '' : `${style.bold(harmlessLine(shownPlaces(mistake.where)))}: `;
  return [
    place + style.red(first),
    ...rest.map((line) => INDENT + line),
    ...(mistake.hint === undefined ? [] : hintLines(mistake.hint, style)),
  ];
}

/** All mistakes, each with its place and what to do; with more than one, how many there are. */
export function describeMistakes(mistakes: readonly Mistake[], style: Style): string[] {
  const lines = mistakes.flatMap((mistake) => describeMistake(mistake, style));
  return mistakes.length > 1 ? [...lines, `${count(mistakes.length, 'mistake')}; no host was touched.`] : lines;
}

/**
 * An error that ended the command. A fault of garden's own says that it is one, and shows its stack only when asked
 * to; all others are somebody's to mend and never show one.
 */
export function describeError(error: unknown, style: Style, options: { readonly stack: boolean }): string[] {
  const mistakes = mistakesOf(error);
  if (error instanceof GardenError) return describeMistakes(mistakes, style);
  const message = mistakes.map((mistake) => mistake.message).join('\n');
  return [
    style.red(`garden itself is at fault: ${harmless(message)}`),
    ...(options.stack && error instanceof Error ? indent(error.stack ?? '').map(style.dim) : []),
    ...hintLines(
      options.stack
        ? 'This is a bug. Please report it with the lines above.'
        : 'This is a bug. Please report it with what -vv shows: it prints where in garden this happened.',
      style,
    ),
  ];
}
