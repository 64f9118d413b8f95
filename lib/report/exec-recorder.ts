import type { Event, Failure, OutputStream } from '../model/events.ts';

type Of<Type extends Event['type']> = Extract<Event, { type: Type }>;

/** What became of a command on a host; `interrupted` where it was not seen to end. */
export type ExecStatus = 'done' | 'failed' | 'unreachable' | 'locked' | 'skipped' | 'interrupted';

/** A command on a host. */
export interface ExecResult {
  readonly host: string;
  status: ExecStatus;
  /** That of the command; undefined where it has none. */
  exitStatus: number | undefined;
  /** In milliseconds. */
  duration: number | undefined;
  readonly output: { readonly stream: OutputStream; readonly line: string }[];
  note: string | undefined;
  failure: Failure | undefined;
}

/** Keeps what one command does on many hosts. */
export class ExecRecorder {
  readonly hosts = new Map<string, ExecResult>();

  /** Takes in an event; gives back the host that has come to its end by it. */
  see(event: Event): ExecResult | undefined {
    switch (event.type) {
      case 'run-started':
        for (const host of event.hosts) this.#of(host);
        return undefined;
      case 'task-output':
        this.#of(event.host).output.push({ stream: event.stream, line: event.line });
        return undefined;
      case 'task-finished':
        return this.#finished(event);
      case 'host-unreachable':
        return this.#lost(event.host, 'unreachable', event.failure);
      case 'host-locked':
        return this.#lost(event.host, 'locked', event.failure);
      default:
        return undefined;
    }
  }

  #of(host: string): ExecResult {
    const known = this.hosts.get(host);
    if (known) return known;
    const result: ExecResult = {
      ...{ host, status: 'interrupted', output: [] },
      ...{ exitStatus: undefined, duration: undefined, note: undefined, failure: undefined },
    };
    this.hosts.set(host, result);
    return result;
  }

  #finished({ host, status, note, failure, duration }: Of<'task-finished'>): ExecResult {
    const result = this.#of(host);
    const well = status === 'ok' || status === 'changed';
    result.status = well ? 'done' : status === 'skipped' || status === 'unknown' ? 'skipped' : 'failed';
    // In a check nothing ran, so there is none; it then says by a note what it would have done.
    result.exitStatus = well && note === undefined ? 0 : failure?.status;
    result.duration = duration;
    result.note = note;
    result.failure = failure;
    return result;
  }

  #lost(host: string, status: 'unreachable' | 'locked', failure: Failure): ExecResult {
    const result = this.#of(host);
    result.status = status;
    result.failure = failure;
    return result;
  }
}
