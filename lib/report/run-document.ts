import type { Change } from '../model/change.ts';
import type { Event, Failure, HostRecap, Status } from '../model/events.ts';
import { unifiedDiff } from './diff.ts';
import { HostTimes } from './host-times.ts';
import { LastLines } from './last-lines.ts';
import { type Phase, PlayState } from './tree-state.ts';

type Of<Type extends Event['type']> = Extract<Event, { type: Type }>;

/** Of what a task printed, so many of the last lines are kept. */
const KEPT_LINES = 100;

/** One attribute that differed; of what is sensitive only its name. */
export interface ChangeRecord {
  readonly attribute: string;
  readonly before?: Change['before'];
  readonly after?: Change['after'];
  /** The lines of a unified diff, where it is a text and `-D` was given. */
  readonly diff?: readonly string[];
  readonly sensitive?: true;
}

/** A task on a host. Durations are in milliseconds. */
export interface TaskRecord {
  readonly path: string;
  readonly role: string;
  readonly name: string;
  /** Known only of what failed. */
  readonly where: readonly string[];
  readonly status: Status;
  readonly duration: number;
  readonly changes: readonly ChangeRecord[];
  readonly note?: string | undefined;
  readonly failure?: Failure | undefined;
  /** The last lines that it printed, on either stream. */
  readonly output: readonly string[];
}

/** How a host came out of a play. */
export type HostOutcome = Extract<Phase, 'done' | 'failed' | 'unreachable' | 'locked' | 'unreached'>;

/** What a host did in a play. */
export interface PlayHostRecord {
  readonly host: string;
  readonly status: HostOutcome;
  /** Why it dropped out. */
  readonly failure?: Failure | undefined;
  readonly tasks: readonly TaskRecord[];
}

/** A host over the whole run. */
export interface HostRecord extends HostRecap {
  /** In milliseconds; undefined where nothing was heard of it. */
  readonly elapsed?: number | undefined;
  readonly logIn?: number | undefined;
  readonly roundTrips?: number | undefined;
}

/** A whole run as one document; docs/output.md is its description. */
export interface RunDocument {
  readonly format: 'garden.run';
  readonly version: 1;
  readonly run: string;
  readonly playbook: string;
  readonly check: boolean;
  /** When it began, as ISO 8601. */
  readonly started: string;
  /** In milliseconds. */
  readonly duration: number;
  readonly exitCode: number;
  /** Why the run was given up, where it was. */
  readonly aborted?: string | undefined;
  readonly plays: readonly { readonly play: string; readonly hosts: readonly PlayHostRecord[] }[];
  readonly messages: readonly Omit<Of<'message'>, 'type'>[];
  readonly recap: readonly HostRecord[];
}

interface OpenPlay {
  readonly state: PlayState;
  readonly tasks: Map<string, TaskRecord[]>;
}

/** Puts together the document of a run from its events. */
export class RunRecorder {
  readonly #times: HostTimes;
  readonly #started = new Date();
  readonly #output = new LastLines(KEPT_LINES);
  readonly #plays: OpenPlay[] = [];
  readonly #messages: Omit<Of<'message'>, 'type'>[] = [];
  #aborted: string | undefined;
  #run: Of<'run-started'> | undefined;

  /** @param now the present, in milliseconds */
  constructor(now: () => number) {
    this.#times = new HostTimes(now);
  }

  see(event: Event): void {
    this.#times.see(event);
    const play = this.#plays.at(-1);
    play?.state.see(event);
    switch (event.type) {
      case 'run-started':
        this.#run = event;
        break;
      case 'play-started':
        play?.state.end();
        this.#plays.push({ state: new PlayState(event.play, event.hosts), tasks: new Map() });
        break;
      case 'task-output':
        this.#output.add(event.host, event.task.path, event.line);
        break;
      case 'task-finished':
        play?.tasks.set(event.host, [...(play.tasks.get(event.host) ?? []), this.#task(event)]);
        break;
      case 'message': {
        const { type: _, ...message } = event;
        if (message.level !== 'debug') this.#messages.push(message);
        break;
      }
      case 'run-aborted':
        this.#aborted = event.reason;
        break;
      default:
        break;
    }
  }

  /** The document, now that the run is over. */
  document({ run, exitCode, duration, recap }: Of<'run-finished'>): RunDocument {
    this.#plays.at(-1)?.state.end();
    return {
      format: 'garden.run',
      version: 1,
      run,
      playbook: this.#run?.playbook ?? '',
      check: this.#run?.check ?? false,
      started: this.#started.toISOString(),
      duration,
      exitCode,
      aborted: this.#aborted,
      plays: this.#plays.map(({ state, tasks }) => ({
        play: state.play,
        hosts: [...state.hosts.values()].map(({ host, phase, failure }) => ({
          host,
          status: outcome(phase),
          failure,
          tasks: tasks.get(host) ?? [],
        })),
      })),
      messages: this.#messages,
      recap: recap.map((host) => ({ ...host, ...this.#times.of(host.host) })),
    };
  }

  #task({ host, task, status, changes, note, failure, duration }: Of<'task-finished'>): TaskRecord {
    const { path, role, name, where } = task;
    const output = this.#output.take(host, path);
    return { path, role, name, where, status, duration, changes: changes.map(changeRecord), note, failure, output };
  }
}

function outcome(phase: Phase): HostOutcome {
  // A play that is over has none that still waits or works.
  return phase === 'waiting' || phase === 'connecting' || phase === 'running' ? 'unreached' : phase;
}

function changeRecord({ attribute, before, after, text, sensitive }: Change): ChangeRecord {
  if (sensitive) return { attribute, sensitive };
  if (text) return { attribute, diff: unifiedDiff(text.before, text.after) };
  return { attribute, before, after };
}
