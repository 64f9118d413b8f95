import { hostname, userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { EXIT } from '../model/errors.ts';
import type { HostRecap } from '../model/events.ts';
import type { Host } from '../model/host.ts';
import { batches } from './batches.ts';
import { checkPlaybook } from './check-playbook.ts';
import { Outlook } from './conditions.ts';
import type { HostContext, RunContext } from './context.ts';
import { Counts, exitCode } from './counts.ts';
import { limitExceeded } from './fail-limit.ts';
import { Frames } from './frames.ts';
import { HostLink } from './host-link.ts';
import { Meeting, OnceBoard, Slots } from './meeting.ts';
import { PlayRun } from './play-run.ts';
import type { RunOptions } from './run-options.ts';
import { NO_VAULT } from './secrets.ts';
import type { Selection } from './selection.ts';
import type { PlayHosts } from './validate.ts';

/** How long what is running may go on after an interruption before it is ended, in milliseconds. */
const GRACE = 2000;

/** How a run ended. */
export interface RunResult {
  /** One of `EXIT`. */
  readonly exitCode: number;
  readonly recap: readonly HostRecap[];
}

/** A run that was ended by SIGTERM says so; the reason is whatever the controller was aborted with. */
function interruptedCode(signal: AbortSignal): number {
  const { reason } = signal;
  return reason instanceof Error && reason.message.includes('SIGTERM') ? EXIT.terminated : EXIT.interrupted;
}

function namesOf(hosts: readonly Host[]): readonly string[] {
  return hosts.map(({ name }) => name);
}

/** A run under way. */
class Run {
  readonly #options: RunOptions;
  readonly #contexts = new Map<string, HostContext>();
  readonly #context: RunContext;
  #aborted: string | undefined;
  #quit = false;

  constructor(options: RunOptions, selection: Selection) {
    this.#options = options;
    const {
      run,
      inventory,
      check,
      verify = false,
      recorder,
      guard,
      diff,
      become,
      becomePassword,
      secrets = NO_VAULT,
      emit,
      signal,
    } = options;
    this.#context = {
      ...{ run, inventory, check, verify, recorder, guard, diff, become, becomePassword, secrets, emit, signal },
      selection,
      ask: options.ask,
      once: new OnceBoard(),
      contextOf: (host) => this.#contextOf(host),
    };
  }

  #contextOf(host: Host): HostContext {
    const known = this.#contexts.get(host.name);
    // Each play may see it with variables of its own.
    if (known) return known.host === host ? known : { ...known, host };
    const { emit, signal, check, run, playbook, lockTimeout = 0, trace = false } = this.#options;
    const holder = `${userInfo().username}@${hostname()}, playbook "${playbook.name}"`;
    // A check changes nothing, so it needs no lock and disturbs nobody.
    const lock = check || this.#options.lock === false ? undefined : { holder, run, waitMs: lockTimeout };
    const link = new HostLink(host, { emit, signal, lock, trace });
    const made: HostContext = {
      run: this.#context,
      host,
      token: {},
      link,
      frames: new Frames(link),
      outlook: new Outlook(),
      counts: new Counts(host.name),
    };
    this.#contexts.set(host.name, made);
    return made;
  }

  async execute(plays: readonly PlayHosts[]): Promise<RunResult> {
    const started = performance.now();
    const { emit, run, playbook, file, check, signal } = this.#options;
    const all = [...new Map(plays.flatMap(({ hosts }) => hosts.map((host) => [host.name, host] as const))).values()];
    emit({
      type: 'run-started',
      run,
      playbook: playbook.name,
      file,
      check,
      hosts: namesOf(all),
      plays: plays.map(({ play, hosts }) => ({ play: play.name, hosts: namesOf(hosts) })),
    });
    this.#tellUnmet('is looked for in the lists that follow from facts: none is known yet');
    const onAbort = () => void this.#interrupt();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      for (const [index, play] of plays.entries()) {
        if (this.#aborted !== undefined || signal.aborted) break;
        await this.#play(play);
        await this.#closeUnused(plays.slice(index + 1));
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      await Promise.all([...this.#contexts.values()].map(({ link }) => link.close()));
    }
    if (this.#aborted === undefined && !signal.aborted) this.#tellUnmet('was not found on any host');
    const counts = all.map((host) => this.#contextOf(host).counts);
    const recap = counts.map((host) => host.recap);
    const code = this.#exitCode(
      recap,
      counts.every((host) => host.idle),
    );
    emit({ type: 'run-finished', run, exitCode: code, duration: performance.now() - started, recap });
    return { exitCode: code, recap };
  }

  #tellUnmet(what: string): void {
    for (const { kind, word } of this.#context.selection.unmet) {
      this.#options.emit({ type: 'message', level: 'warning', text: `the ${kind} "${word}" ${what}` });
    }
  }

  /** A selection that turns out to name nothing is wrong usage also where only the hosts could tell. */
  #exitCode(recap: readonly HostRecap[], idle: boolean): number {
    const { signal, tellDrift } = this.#options;
    if (signal.aborted) return interruptedCode(signal);
    if (this.#quit) return EXIT.interrupted;
    if (idle && this.#context.selection.unmet.length > 0) return EXIT.usage;
    return exitCode(recap, tellDrift);
  }

  /** Lets what is running finish for a moment, then ends it. */
  async #interrupt(): Promise<void> {
    await delay(GRACE, undefined, { ref: false });
    await Promise.all([...this.#contexts.values()].map(({ link }) => link.interrupt()));
  }

  async #play({ play, hosts }: PlayHosts): Promise<void> {
    const { emit } = this.#options;
    const present = hosts.filter((host) => !this.#contextOf(host).counts.lost);
    if (present.length === 0) return;
    const all = batches(present, play.options.serial);
    emit({ type: 'play-started', play: play.name, hosts: present.map(({ name }) => name), batches: all.length });
    for (const [index, batch] of all.entries()) {
      if (this.#aborted !== undefined || this.#options.signal.aborted) return;
      emit({ type: 'batch-started', play: play.name, batch: index + 1, hosts: batch.map(({ name }) => name) });
      await this.#batch(play, batch, present);
    }
  }

  async #batch(play: PlayHosts['play'], batch: readonly Host[], present: readonly Host[]): Promise<void> {
    const slots = new Slots(this.#options.forks);
    const meeting = new Meeting(batch.map(({ name }) => name));
    const stopped = () => this.#aborted;
    const quit = () => {
      this.#quit = true;
      this.#abort('ended at the question');
    };
    const lost = (hosts: readonly Host[]) => hosts.filter((host) => this.#contextOf(host).counts.lost).length;
    const runs = batch.map(async (host) => {
      await slots.acquire();
      let complete = false;
      try {
        if (this.#aborted === undefined && !this.#options.signal.aborted) {
          complete = await new PlayRun(play, this.#contextOf(host), { slots, meeting, stopped, quit }).run();
        }
      } finally {
        slots.release();
        meeting.leave(host.name);
        this.#options.emit({ type: 'host-finished', host: host.name, play: play.name, complete });
      }
      const counts = {
        lostInBatch: lost(batch),
        batch: batch.length,
        lostInPlay: lost(present),
        total: present.length,
      };
      const broken = limitExceeded(this.#options.maxFail ?? play.options.maxFail, counts);
      if (broken) this.#abort(`play "${play.name}": ${broken}`);
    });
    const ends = await Promise.allSettled(runs);
    const fault = ends.find((end) => end.status === 'rejected');
    if (fault) throw fault.reason;
    // As with Ansible: a batch of which nobody is left stops the run, whatever the limit bears.
    if (lost(batch) === batch.length && batch.length < present.length) {
      this.#abort(`play "${play.name}": all ${batch.length} hosts of the batch are lost`);
    }
  }

  #abort(reason: string): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = reason;
    this.#options.emit({ type: 'run-aborted', reason });
  }

  /** Ends the connections to hosts that no later play is for. */
  async #closeUnused(later: readonly PlayHosts[]): Promise<void> {
    const needed = new Set(later.flatMap(({ hosts }) => hosts.map(({ name }) => name)));
    const idle = [...this.#contexts.values()].filter(({ host }) => !needed.has(host.name));
    await Promise.all(idle.map(({ link }) => link.close()));
  }
}

/**
 * Checks a playbook against an inventory and runs it.
 *
 * @throws UsageError with all mistakes before any host is touched. What goes wrong on hosts is in the result.
 */
export async function runPlaybook(options: RunOptions): Promise<RunResult> {
  const { plays, selection } = await checkPlaybook(options);
  return new Run(options, selection).execute(plays);
}
