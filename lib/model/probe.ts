import { type Duration, milliseconds } from './duration.ts';
import { Handle, type HostToken } from './handle.ts';
import type { CommonOptions } from './node.ts';
import type { Script } from './script.ts';
import { CallSite } from './site.ts';
import type { Output } from './task.ts';

export interface ProbeOptions<T> extends CommonOptions {
  /** Must only read: it is run in checks too, and ahead of time. */
  readonly script: Script;
  /** Parses the output into a typed answer. */
  readonly read: (output: Output) => T;
  readonly timeout?: Duration;
}

/** A question to the host at its place in the list; its answer decides later `when`s. */
export class ProbeNode<T> extends Handle<T> {
  readonly type = 'probe';
  readonly script: Script;
  readonly options: CommonOptions;
  readonly timeout: number;
  readonly site: CallSite;
  readonly #read: (output: Output) => T;

  constructor(name: string, options: ProbeOptions<T>, site: CallSite) {
    super(name);
    this.script = options.script;
    this.options = options;
    this.timeout = milliseconds(options.timeout ?? '60s');
    this.site = site;
    this.#read = options.read;
  }

  answer(host: HostToken, output: Output): void {
    this.set(host, this.#read(output));
  }
}

/** Asks a question where it stands in the list. Later tasks read the answer: `when: ({ get }) => get(status).degraded`. */
export function probe<T>(name: string, options: ProbeOptions<T>): ProbeNode<T> {
  return new ProbeNode(name, options, CallSite.here());
}
