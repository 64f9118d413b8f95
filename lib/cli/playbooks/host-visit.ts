import type { RunOptions } from '../../engine/run-options.ts';
import { play } from '../../model/play.ts';
import { type Playbook, playbook } from '../../model/playbook.ts';
import { sh } from '../../model/script.ts';
import { type StepContext, step } from '../../model/step.ts';

/** How a host was reached. */
export interface Arrival {
  readonly transport: string;
  /** Why it is that transport. */
  readonly reason: string | undefined;
  /** How long the log-in took, in milliseconds. */
  readonly took: number;
}

/** Notes how each host was reached. */
export class Arrivals {
  readonly #began = new Map<string, number>();
  readonly #arrived = new Map<string, Arrival>();

  of(host: string): Arrival | undefined {
    return this.#arrived.get(host);
  }

  /** The same run, whose events are also seen here. It takes no lock: what only looks must not be kept out by one. */
  watch(run: RunOptions): RunOptions {
    return {
      ...run,
      check: false,
      lock: false,
      emit: (event) => {
        if (event.type === 'host-connecting') this.#began.set(event.host, performance.now());
        if (event.type === 'host-connected') {
          const { transport, reason } = event;
          const took = performance.now() - (this.#began.get(event.host) ?? performance.now());
          this.#arrived.set(event.host, { transport, reason, took });
        }
        run.emit(event);
      },
    };
  }
}

/** How long a question to the host takes, in milliseconds; its shell has been started before. */
export async function roundTrip({ run }: StepContext): Promise<number> {
  const started = performance.now();
  await run(sh`:`);
  return performance.now() - started;
}

/**
 * A playbook that starts a shell on each host of a pattern and then does something that only looks.
 *
 * @param start what starting the shell is called where it fails
 */
export function visit(
  name: string,
  pattern: string,
  start: string,
  look: (context: StepContext) => Promise<void>,
): Playbook {
  const own = { plan: 'would look', repeatable: true };
  return playbook(name, [
    play(name, {
      hosts: pattern,
      tasks: [
        step(start, {
          ...own,
          run: async ({ run }) => {
            await run(sh`:`);
          },
        }),
        step(name, { ...own, run: look }),
      ],
    }),
  ]);
}
