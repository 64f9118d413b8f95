import { EXIT } from '../model/errors.ts';
import type { HostRecap, Status } from '../model/events.ts';

/** Counts what became of a host's tasks over a run. */
export class Counts {
  readonly #host: string;
  readonly #statuses = { ok: 0, changed: 0, failed: 0, ignored: 0, skipped: 0, unknown: 0 };
  unreachable = false;
  locked = false;
  /** Handlers that are pending on the host, by their keys. */
  readonly pendingHandlers = new Set<string>();

  constructor(host: string) {
    this.#host = host;
  }

  add(status: Status): void {
    this.#statuses[status]++;
  }

  get failed(): number {
    return this.#statuses.failed;
  }

  /** A block's rescue made good what failed in it: all but those that had failed before. */
  rescue(before: number): void {
    this.#statuses.ignored += this.#statuses.failed - before;
    this.#statuses.failed = before;
  }

  /** Whether nothing has become of the host. */
  get idle(): boolean {
    return !this.unreachable && !this.locked && Object.values(this.#statuses).every((count) => count === 0);
  }

  /** Whether the host takes no further part in the run. */
  get lost(): boolean {
    return this.#statuses.failed > 0 || this.unreachable || this.locked;
  }

  get recap(): HostRecap {
    return {
      host: this.#host,
      ...this.#statuses,
      unreachable: this.unreachable,
      locked: this.locked,
      pendingHandlers: [...this.pendingHandlers],
    };
  }
}

/** Whether something on a host is not as the playbook says, and a run would mend it. */
function hasDrifted({ changed, unknown, pendingHandlers }: HostRecap): boolean {
  return changed > 0 || unknown > 0 || pendingHandlers.length > 0;
}

/**
 * The exit code of a run, by what became of its hosts.
 *
 * @param tellDrift for a check: that something differs is told by the exit code too
 */
export function exitCode(recap: readonly HostRecap[], tellDrift = false): number {
  const failed = recap.some((host) => host.failed > 0);
  const unreachable = recap.some((host) => host.unreachable);
  if (failed && unreachable) return EXIT.failedAndUnreachable;
  if (failed) return EXIT.failed;
  if (unreachable) return EXIT.unreachable;
  if (recap.some((host) => host.locked)) return EXIT.locked;
  return tellDrift && recap.some(hasDrifted) ? EXIT.drift : EXIT.done;
}
