import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../model/errors.ts';
import { didYouMean } from '../model/suggestion.ts';

const name = z.string();
const names = z.array(name);
const task = z.object({ path: name, role: name });

/** The events that tell what became of whom. Others, and what other versions of garden write besides, are passed over. */
const event = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run-started'),
    run: name,
    file: name.optional(),
    check: z.boolean(),
    hosts: names,
    plays: z.array(z.object({ play: name, hosts: names })).default([]),
  }),
  z.object({ type: z.literal('host-unreachable'), host: name }),
  z.object({ type: z.literal('host-locked'), host: name }),
  z.object({ type: z.literal('host-finished'), host: name, play: name, complete: z.boolean().default(true) }),
  z.object({ type: z.literal('task-finished'), host: name, task, status: name }),
  z.object({
    type: z.literal('run-finished'),
    recap: z.array(z.object({ host: name, failed: z.number() })),
  }),
]);
type JournalEvent = z.output<typeof event>;

/** What a run changed on one host. */
export interface PastChange {
  readonly host: string;
  /** The role's name; empty for a task that stands in the play itself. */
  readonly role: string;
  /** The task's path. */
  readonly path: string;
}

/** A run of the past, as its journal tells it. */
export interface PastRun {
  readonly run: string;
  /** The playbook's file; undefined where the run was of none. */
  readonly file: string | undefined;
  readonly check: boolean;
  /** Hosts that are not where they should be: failed, unreachable, locked, or never come to the end of one of their plays. */
  readonly unfinished: readonly string[];
  readonly changes: readonly PastChange[];
}

/** A line of a journal; undefined for one that was torn off by a crash, and for what is of no interest here. */
function parseLine(line: string): JournalEvent | undefined {
  try {
    return event.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** Reads what a journal holds; undefined where it does not even tell how the run began. */
export function parseJournal(text: string): PastRun | undefined {
  const events = text.split('\n').flatMap((line) => parseLine(line) ?? []);
  const started = events.find((each) => each.type === 'run-started');
  if (started === undefined) return undefined;
  const { run, file, check, hosts } = started;
  const unfinished = unfinishedHosts(events);
  return {
    ...{ run, file, check },
    unfinished: hosts.filter((host) => unfinished.has(host)),
    changes: events.flatMap((each) =>
      each.type === 'task-finished' && each.status === 'changed' ? [{ host: each.host, ...each.task }] : [],
    ),
  };
}

function unfinishedHosts(events: readonly JournalEvent[]): ReadonlySet<string> {
  const lost = new Set<string>();
  const complete = new Set<string>();
  const expected: { readonly key: string; readonly host: string }[] = [];
  const keyOf = (play: string, host: string): string => JSON.stringify([play, host]);
  const ended = events.some(({ type }) => type === 'run-finished');
  for (const each of events) {
    if (each.type === 'run-started')
      for (const { play, hosts } of each.plays)
        for (const host of hosts) expected.push({ key: keyOf(play, host), host });
    if (each.type === 'host-unreachable' || each.type === 'host-locked') lost.add(each.host);
    if (each.type === 'host-finished' && each.complete) complete.add(keyOf(each.play, each.host));
    // In the end what was made good by a rescue is no failure; without an end nobody can tell.
    if (each.type === 'task-finished' && each.status === 'failed' && !ended) lost.add(each.host);
    if (each.type === 'run-finished') for (const { host, failed } of each.recap) if (failed > 0) lost.add(host);
  }
  for (const { key, host } of expected) if (!complete.has(key)) lost.add(host);
  return lost;
}

/** The journals of a project, in `runs` of its state folder. */
export class Journals {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, 'runs');
  }

  /** The last run that was no check: of this playbook, or of any; undefined where there is none. */
  latest(file: string | undefined): PastRun | undefined {
    for (const run of this.#runs()) {
      const past = this.#read(run);
      if (past && !past.check && past.file !== undefined && past.file === (file ?? past.file)) return past;
    }
    return undefined;
  }

  /** @throws UsageError where there is no such run, or its journal cannot be read. */
  named(run: string): PastRun {
    const runs = this.#runs();
    if (!runs.includes(run)) {
      const hint = runs.length === 0 ? 'there are no journals in .garden/runs' : `the last one is ${runs[0]}`;
      throw new UsageError([{ message: `there is no run "${run}"${didYouMean(run, runs)}`, hint }]);
    }
    const past = this.#read(run);
    if (past === undefined) throw new UsageError(`the journal of the run ${run} does not tell how it began`);
    return past;
  }

  /** Their names, the last one first. */
  #runs(): readonly string[] {
    try {
      const files = readdirSync(this.#folder).filter((file) => file.endsWith('.jsonl'));
      return files
        .map((file) => file.slice(0, -'.jsonl'.length))
        .sort()
        .reverse();
    } catch {
      return [];
    }
  }

  #read(run: string): PastRun | undefined {
    try {
      return parseJournal(readFileSync(join(this.#folder, `${run}.jsonl`), 'utf8'));
    } catch {
      return undefined;
    }
  }
}
