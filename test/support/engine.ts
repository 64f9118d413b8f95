import { newRunId } from '../../lib/engine/journal.ts';
import { type RunResult, runPlaybook } from '../../lib/engine/run.ts';
import type { RunOptions } from '../../lib/engine/run-options.ts';
import { UsageError } from '../../lib/model/errors.ts';
import type { Event, Status } from '../../lib/model/events.ts';
import type { ConnectionSettings, Host, Inventory } from '../../lib/model/host.ts';
import type { TaskLike } from '../../lib/model/node.ts';
import { type PlayOptions, play } from '../../lib/model/play.ts';
import { type Playbook, playbook } from '../../lib/model/playbook.ts';

/** A host of an inventory that was never written down. */
export function testHost(name: string, connection: ConnectionSettings, become: Host['become'] = {}): Host {
  return { name, address: connection.address, groups: [], vars: {}, connection, become };
}

/** An inventory of just these hosts; its patterns are `all` and names with commas. */
export function testInventory(hosts: readonly Host[]): Inventory {
  const host = (name: string): Host => {
    const found = hosts.find((each) => each.name === name);
    if (!found) throw new UsageError(`no host ${name}`);
    return found;
  };
  return {
    all: hosts,
    groups: new Map(),
    host,
    hosts: (pattern) => (pattern === 'all' ? hosts : pattern.split(',').map(host)),
  };
}

/** What a run did, in a form that is easy to ask. */
export interface RunRecord extends RunResult {
  readonly events: readonly Event[];
  /** `status name` of every task that ended, in order; of one host where it is named. */
  tasks(host?: string): readonly string[];
  /** The message of the first failure, with its last lines. */
  readonly failure: string;
}

function record(result: RunResult, events: readonly Event[]): RunRecord {
  const finished = events.filter((event) => event.type === 'task-finished');
  const failures = events.flatMap((event) => {
    if (event.type !== 'task-finished' && event.type !== 'host-unreachable' && event.type !== 'host-locked') return [];
    return event.failure ? [event.failure] : [];
  });
  return {
    ...result,
    events,
    tasks: (host) =>
      finished
        .filter((event) => host === undefined || event.host === host)
        .map((event): `${Status} ${string}` => `${event.status} ${event.task.name}`),
    failure: failures[0] ? [failures[0].message, ...(failures[0].lastLines ?? [])].join('\n') : '',
  };
}

export type TestRunOptions = Partial<Omit<RunOptions, 'playbook' | 'emit'>> & {
  readonly onEvent?: (event: Event) => void;
};

/** Runs a playbook on these hosts and keeps all that happened. */
export async function runOn(
  hosts: readonly Host[],
  what: Playbook | readonly TaskLike[],
  { onEvent, ...options }: TestRunOptions = {},
): Promise<RunRecord> {
  const events: Event[] = [];
  const book = 'type' in what ? what : onePlay({ tasks: what });
  const result = await runPlaybook({
    playbook: book,
    inventory: testInventory(hosts),
    run: newRunId(),
    check: false,
    diff: false,
    forks: 50,
    signal: new AbortController().signal,
    ...options,
    emit: (event) => {
      events.push(event);
      onEvent?.(event);
    },
  });
  return record(result, events);
}

/** A playbook of one play on all hosts. */
export function onePlay(options: Partial<PlayOptions>): Playbook {
  return playbook('test', [play('play', { hosts: 'all', ...options })]);
}
