import type { AskStep, StepAnswer } from '../engine/stepping.ts';
import { UsageError } from '../model/errors.ts';
import type { TaskReference } from '../model/events.ts';
import type { Streams } from './streams.ts';
import { askLine } from './terminal-question.ts';

const CHOICE = '(N)o, (y)es, yes on (a)ll hosts, (c)ontinue without asking, (q)uit';

/**
 * The questions of `--step`, one at a time, on the terminal. As with Ansible no answer is no; besides there is yes for
 * all hosts that come to the same task, and an end of the whole run.
 */
export class StepQuestions {
  readonly #streams: Streams;
  readonly #signal: AbortSignal;
  readonly #everywhere = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();
  #rest: StepAnswer | undefined;

  /** @param signal ends a question that waits for its answer */
  constructor(streams: Streams, signal: AbortSignal) {
    this.#streams = streams;
    this.#signal = signal;
  }

  readonly ask: AskStep = (task, host) => {
    const answer = this.#turn.then(() => this.#answer(task, host));
    this.#turn = answer.catch(() => undefined);
    return answer;
  };

  async #answer(task: TaskReference, host: string): Promise<StepAnswer> {
    for (;;) {
      if (this.#signal.aborted) return 'stop';
      if (this.#rest) return this.#rest;
      if (this.#everywhere.has(task.path)) return 'do';
      const typed = await askLine(`${host}: ${task.path}? ${CHOICE}: `, this.#streams, this.#signal);
      if (typed === undefined || /^q(?:uit)?$/i.test(typed)) this.#rest = 'stop';
      else if (/^c(?:ontinue)?$/i.test(typed)) this.#rest = 'do';
      else if (/^a(?:ll)?$/i.test(typed)) this.#everywhere.add(task.path);
      else if (/^y(?:es)?$/i.test(typed)) return 'do';
      else if (/^(?:no?)?$/i.test(typed)) return 'leave-out';
    }
  }
}

/** @throws UsageError where there is nobody who could be asked. */
export function checkAnswerable({ input }: Streams): void {
  if (input.isTTY) return;
  throw new UsageError([
    { message: '--step asks before each task, and standard input is no terminal', hint: 'leave --step out' },
  ]);
}
