import type { TaskReference } from '../model/events.ts';

/** What is to become of a task that a person was asked about; `stop` ends the run. */
export type StepAnswer = 'do' | 'leave-out' | 'stop';

/** Asks before a task is done on a host; after `stop` the answer must stay `stop`. */
export type AskStep = (task: TaskReference, host: string) => Promise<StepAnswer>;
