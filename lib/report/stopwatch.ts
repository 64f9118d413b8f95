import type { Event } from '../model/events.ts';

/**
 * How long each host was at work: from its first event to its last. Events carry no time of their own, so this is
 * measured as they come.
 */
export class Stopwatch {
  readonly #now: () => number;
  readonly #spans = new Map<string, { readonly first: number; last: number }>();

  /** @param now the present, in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  see(event: Event): void {
    if (!('host' in event) || event.host === undefined) return;
    const present = this.#now();
    const span = this.#spans.get(event.host);
    if (span === undefined) this.#spans.set(event.host, { first: present, last: present });
    else span.last = present;
  }

  /** In milliseconds; undefined for a host that nothing was heard of. */
  elapsed(host: string): number | undefined {
    const span = this.#spans.get(host);
    return span && span.last - span.first;
  }
}
