import type { Event, ScriptAnswer } from '../model/events.ts';
import type { Style } from './style.ts';
import { count, harmless, harmlessLine } from './text.ts';

type Sent = Extract<Event, { type: 'frame-sent' }>;
type Answered = Extract<Event, { type: 'frame-answered' }>;

/** A script or an answer may be a megabyte; so much of it tells what it is. */
const MOST_LINES = 40;
const MOST_CHARACTERS = 300;

function excerpt(text: string, mark: string): string[] {
  const lines = harmless(text)
    .trimEnd()
    .split('\n')
    .map((line) =>
      line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}… (${line.length} characters)` : line,
    );
  const left = lines.length - MOST_LINES;
  const shown = left > 0 ? [...lines.slice(0, MOST_LINES), `… (${count(left, 'more line')})`] : lines;
  return shown.map((line) => `    ${mark} ${line}`.trimEnd());
}

/** The scripts of a frame as they are sent. */
export function sentLines({ host, frame, user, scripts }: Sent, style: Style): string[] {
  const as = user === undefined ? '' : ` as ${harmlessLine(user)}`;
  return [
    `frame ${frame} to ${harmlessLine(host)}${as}: ${count(scripts.length, 'script')}`,
    ...scripts.flatMap((script, index) => [`  script ${index + 1}`, ...excerpt(script, '>')]),
  ].map(style.dim);
}

function answerLines(answer: ScriptAnswer, index: number): string[] {
  const { outcome, status, stdout, stderr, duration } = answer;
  const end = outcome === 'done' ? `status ${status}` : outcome.replace('-', ' ');
  return [
    `  script ${index + 1}: ${end}, ${Math.round(duration)} ms`,
    ...(stdout === '' ? [] : excerpt(stdout, '<')),
    ...(stderr === '' ? [] : excerpt(stderr, '!')),
  ];
}

/** What came back of a frame, and after how long; nothing of a run that is not traced. */
export function answeredLines({ host, frame, duration, answers }: Answered, style: Style): string[] {
  if (answers === undefined) return [];
  return [
    `frame ${frame} from ${harmlessLine(host)}: answered after ${Math.round(duration)} ms`,
    ...answers.flatMap(answerLines),
  ].map(style.dim);
}
