import type { Event, TaskReference } from '../model/events.ts';
import { taskTitle } from './failure.ts';
import type { HostTimes } from './host-times.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { count, duration, harmlessLine } from './text.ts';

/** How many tasks and hosts are named. */
const SHOWN = 10;

/** Less than this is not worth a line, in milliseconds: such a task was found in order along with others. */
const LEAST = 1;

interface TaskTime {
  readonly task: TaskReference;
  /** Over all hosts, in milliseconds. */
  sum: number;
  hosts: number;
  slowest: { readonly host: string; readonly duration: number };
}

/** Where the time of a run went: the slowest tasks and hosts. */
export class Profile {
  readonly #times: HostTimes;
  readonly #tasks = new Map<string, TaskTime>();

  /** @param times told of all events by somebody else */
  constructor(times: HostTimes) {
    this.#times = times;
  }

  see(event: Event): void {
    if (event.type !== 'task-finished') return;
    const { host, task } = event;
    const known = this.#tasks.get(task.path);
    const slowest = { host, duration: event.duration };
    if (known === undefined) {
      this.#tasks.set(task.path, { task, sum: event.duration, hosts: 1, slowest });
      return;
    }
    known.sum += event.duration;
    known.hosts++;
    if (event.duration > known.slowest.duration) known.slowest = slowest;
  }

  lines(style: Style): string[] {
    return [...this.#taskLines(style), ...this.#hostLines(style)];
  }

  #taskLines(style: Style): string[] {
    const slowest = [...this.#tasks.values()]
      .filter(({ sum }) => sum >= LEAST)
      .sort((a, b) => b.sum - a.sum)
      .slice(0, SHOWN);
    if (slowest.length === 0) return [];
    const rows = slowest.map(({ task, sum, hosts, slowest: { host, duration: longest } }) => [
      taskTitle(task),
      duration(sum),
      count(hosts, 'host'),
      hosts === 1 ? harmlessLine(host) : `at most ${duration(longest)} on ${harmlessLine(host)}`,
    ]);
    return ['', style.bold('Slowest tasks, over all hosts'), ...table(rows, new Set([1]))];
  }

  #hostLines(style: Style): string[] {
    const all = [...this.#times.all].sort(([, a], [, b]) => b.elapsed - a.elapsed);
    if (all.length === 0) return [];
    const rows = all
      .slice(0, SHOWN)
      .map(([host, { elapsed, logIn, roundTrips }]) => [
        harmlessLine(host),
        duration(elapsed),
        `log-in ${duration(logIn)}`,
        count(roundTrips, 'round trip'),
      ]);
    const trips = all.reduce((sum, [, { roundTrips }]) => sum + roundTrips, 0);
    const logIn = Math.max(...all.map(([, time]) => time.logIn));
    return [
      '',
      style.bold(all.length > SHOWN ? `Slowest hosts, of ${all.length}` : 'Hosts by time'),
      ...table(rows, new Set([1])),
      style.dim(`${count(trips, 'round trip')} in all; the longest log-in took ${duration(logIn)}`),
    ];
  }
}
