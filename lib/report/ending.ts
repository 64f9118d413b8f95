import type { Event } from '../model/events.ts';
import { HostTimes } from './host-times.ts';
import { Profile } from './profile.ts';
import { nextSteps, recapTable, summary } from './recap.ts';
import type { ReportOptions } from './report.ts';
import type { Style } from './style.ts';

/** What a report ends with: the table of hosts, with `--profile` where the time went, a summary, and what to do next. */
export class Ending {
  readonly #options: ReportOptions;
  readonly #style: Style;
  readonly #times: HostTimes;
  readonly #profile: Profile | undefined;
  #check = false;

  constructor(options: ReportOptions, style: Style) {
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
    return [
      '',
      style.bold(this.#check ? 'Recap of the check (nothing was changed)' : 'Recap'),
      ...recapTable(event.recap, this.#check, this.#times, style),
      ...(this.#profile?.lines(style) ?? []),
      '',
      summary(event, this.#check, style),
      ...nextSteps(event, this.#options.rerun, style),
    ];
  }
}
