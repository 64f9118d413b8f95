import type { Event } from '../model/events.ts';
import { HostTimes } from './host-times.ts';
import { Profile } from './profile.ts';
import { nextSteps, recapTable, summary } from './recap.ts';
import type { ReportOptions } from './report.ts';
import type { Style } from './style.ts';

/** What a report ends with: the table of hosts, with `--profile` where the time went, a summary, and what to do next. */
export class Ending {
  readonly #options: ReportOptions & { readonly crowd?: number };
  readonly #style: Style;
  readonly #times: HostTimes;
  readonly #profile: Profile | undefined;
  #check = false;

  /** @param options.crowd from how many hosts on those that are alike are told of in one line; by default none */
  constructor(options: ReportOptions & { readonly crowd?: number }, style: Style) {
    this.#options = options;
    this.#style = style;
    this.#times = new HostTimes(options.now);
    this.#profile = options.profile ? new Profile(this.#times) : undefined;
  }

  see(event: Event): void {
    this.#times.see(event);
    this.#profile?.see(event);
    if (event.type === 'run-started') this.#check = event.check;
  }

  lines(event: Extract<Event, { type: 'run-finished' }>): string[] {
    const style = this.#style;
    const folded = event.recap.length >= (this.#options.crowd ?? Number.POSITIVE_INFINITY);
    return [
      '',
      style.bold(this.#check ? 'Recap of the check (nothing was changed)' : 'Recap'),
      ...recapTable(event.recap, { check: this.#check, times: this.#times, folded }, style),
      ...(this.#profile?.lines(style) ?? []),
      '',
      summary(event, this.#check, style),
      ...nextSteps(event, this.#options.rerun, style),
    ];
  }
}
