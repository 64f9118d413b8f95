import type { Event, Failure, Status, TaskReference } from '../model/events.ts';

/** What a host is doing in the present play. */
export type Phase = 'waiting' | 'connecting' | 'running' | 'done' | 'failed' | 'unreachable' | 'locked' | 'unreached';

/** The counts of a role on a host, or of the host over the play. */
export type Counts = Record<Status, number>;

/** A host in the tree. */
export interface HostState {
  readonly host: string;
  phase: Phase;
  /** What it is at, or what it was at when it failed. */
  task: TaskReference | undefined;
  /** The last line that the running task printed. */
  line: string;
  readonly counts: Counts;
  /** By role, in the order in which they were met; the empty name stands for the play's own tasks. */
  readonly roles: Map<string, Counts>;
  failure: Failure | undefined;
}

function noCounts(): Counts {
  return { ok: 0, changed: 0, failed: 0, ignored: 0, skipped: 0, unknown: 0 };
}

/** Whether nothing more is to come from a host in this play. */
export function isSettled(phase: Phase): boolean {
  return phase !== 'waiting' && phase !== 'connecting' && phase !== 'running';
}

/** Whether a host has dropped out. */
export function isLost(phase: Phase): boolean {
  return phase === 'failed' || phase === 'unreachable' || phase === 'locked';
}

/** What is known of a play while it runs, host by host. It knows nothing of terminals. */
export class PlayState {
  readonly play: string;
  readonly hosts: ReadonlyMap<string, HostState>;
  /** In the order in which they dropped out. */
  readonly lost: HostState[] = [];
  /** The newest message that is about no host. */
  notice = '';

  constructor(play: string, hosts: readonly string[]) {
    this.play = play;
    this.hosts = new Map(
      hosts.map((host) => [
        host,
        {
          host,
          phase: 'waiting',
          task: undefined,
          line: '',
          counts: noCounts(),
          roles: new Map(),
          failure: undefined,
        },
      ]),
    );
  }

  see(event: Event): void {
    if (event.type === 'message' && event.level !== 'debug') this.notice = event.text;
    if (event.type === 'run-aborted') this.notice = event.reason;
    // A batch begins when the one before it is done.
    if (event.type === 'batch-started') this.#finish((phase) => phase !== 'waiting');
    if (!('host' in event) || event.host === undefined) return;
    const host = this.hosts.get(event.host);
    // A host that is done may still speak, when a step on another host uses it.
    if (host === undefined || isSettled(host.phase)) return;
    this.#update(host, event);
    if (isLost(host.phase)) this.lost.push(host);
  }

  /** The play is over. Hosts that it never came to, since the run was given up, were not reached. */
  end(): void {
    this.#finish(() => true);
  }

  #finish(which: (phase: Phase) => boolean): void {
    const open = [...this.hosts.values()].filter(({ phase }) => !isSettled(phase) && which(phase));
    for (const host of open) {
      if (host.phase === 'waiting') host.phase = 'unreached';
      else host.phase = host.failure === undefined ? 'done' : 'failed';
    }
    this.lost.push(...open.filter((host) => isLost(host.phase)));
  }

  #update(host: HostState, event: Event): void {
    switch (event.type) {
      case 'host-connecting':
        host.phase = 'connecting';
        break;
      case 'host-connected':
        host.phase = 'running';
        break;
      case 'host-unreachable':
        host.phase = 'unreachable';
        host.failure = event.failure;
        break;
      case 'host-locked':
        host.phase = 'locked';
        host.failure = event.failure;
        break;
      case 'host-finished':
        host.phase = host.failure === undefined ? 'done' : 'failed';
        break;
      case 'task-started':
      case 'task-applying':
        host.phase = 'running';
        host.task = event.task;
        host.line = '';
        break;
      case 'task-output':
        host.line = event.line;
        break;
      case 'task-finished':
        this.#finished(host, event);
        break;
      default:
        break;
    }
  }

  #finished(host: HostState, { task, status, failure }: Extract<Event, { type: 'task-finished' }>): void {
    const role = host.roles.get(task.role) ?? noCounts();
    host.roles.set(task.role, role);
    role[status]++;
    host.counts[status]++;
    host.phase = 'running';
    host.line = '';
    // The first failure is the cause; what an `always` does after it must not hide it.
    if (status === 'failed' && host.failure === undefined) {
      host.failure = failure ?? { message: 'failed' };
      host.task = task;
    } else if (host.failure === undefined) host.task = task;
  }
}
