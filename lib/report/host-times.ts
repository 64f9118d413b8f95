import type { Event } from '../model/events.ts';

/** Where a host's time went, in milliseconds. */
export interface HostTime {
  /** From its first event to its last. */
  readonly elapsed: number;
  /** Spent on logging in, over all its connections. */
  readonly logIn: number;
  /** How often garden waited for an answer of it. */
  readonly roundTrips: number;
}

interface Span {
  readonly first: number;
  last: number;
  logIn: number;
  roundTrips: number;
  /** When the log-in that is under way began. */
  connecting: number | undefined;
}

/** Measures hosts by their events, which carry no time of their own, as they come. */
export class HostTimes {
  readonly #now: () => number;
  readonly #spans = new Map<string, Span>();

  /** @param now the present, in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  see(event: Event): void {
    if (!('host' in event) || event.host === undefined) return;
    const present = this.#now();
    const span = this.#span(event.host, present);
    span.last = present;
    if (event.type === 'host-connecting') span.connecting = present;
    if (event.type === 'host-connected' || event.type === 'host-unreachable') {
      span.logIn += present - (span.connecting ?? present);
      span.connecting = undefined;
    }
    if (event.type === 'frame-answered') span.roundTrips++;
  }

  /** Undefined for a host that nothing was heard of. */
  of(host: string): HostTime | undefined {
    const span = this.#spans.get(host);
    return span && { elapsed: span.last - span.first, logIn: span.logIn, roundTrips: span.roundTrips };
  }

  /** All hosts that something was heard of. */
  get all(): readonly (readonly [string, HostTime])[] {
    return [...this.#spans.keys()].flatMap((host) => {
      const time = this.of(host);
      return time === undefined ? [] : [[host, time] as const];
    });
  }

  #span(host: string, present: number): Span {
    const known = this.#spans.get(host);
    if (known) return known;
    const span: Span = { first: present, last: present, logIn: 0, roundTrips: 0, connecting: undefined };
    this.#spans.set(host, span);
    return span;
  }
}
