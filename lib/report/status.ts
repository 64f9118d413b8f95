import type { Event, Status, TaskReference } from '../model/events.ts';
import { taskTitle } from './failure.ts';
import type { Style } from './style.ts';
import { harmlessLine } from './text.ts';

type Finished = Extract<Event, { type: 'task-finished' }>;

const COLOURS = {
  ok: 'green',
  changed: 'yellow',
  failed: 'red',
  ignored: 'cyan',
  skipped: 'dim',
  unknown: 'cyan',
} as const satisfies Record<Status, keyof Style>;

/** A status in its colour. */
function statusWord(status: Status, style: Style): string {
  return style[COLOURS[status]](status);
}

/** `status | host | role : task`. */
export function statusLine(word: string, host: string, task?: TaskReference): string {
  return [word, harmlessLine(host), ...(task === undefined ? [] : [taskTitle(task)])].join(' | ');
}

/** The line of a task that is done, with its note. */
export function finishedLine(event: Finished, style: Style): string {
  const note = event.note === undefined ? '' : style.dim(` (${harmlessLine(event.note)})`);
  return statusLine(statusWord(event.status, style), event.host, event.task) + note;
}
