import { setTimeout as delay } from 'node:timers/promises';
import { milliseconds } from '../model/duration.ts';
import { Unreachable } from '../model/errors.ts';
import type { Output } from '../model/task.ts';
import type { WaitOptions } from '../model/wait.ts';
import type { As, HostContext } from './context.ts';
import { commandFailure } from './failure.ts';
import type { Outcome } from './outcome.ts';

/** How long one look may take, in milliseconds. */
const LOOK_TIMEOUT = 60_000;

const UNANSWERED: Output = { stdout: '', stderr: '', status: -1 };

type Looking = Pick<WaitOptions, 'script' | 'until' | 'timeout' | 'every'>;

/** Looks once. A lost connection is made again: what is waited for may well be a reboot. */
async function look(
  options: Looking,
  context: HostContext,
  as: As,
): Promise<{ readonly output: Output; readonly met: boolean }> {
  let output = UNANSWERED;
  await context.frames.ask(as, [
    {
      snippets: [{ script: options.script, timeout: LOOK_TIMEOUT }],
      take: ([result]) => {
        if (result) output = result;
      },
    },
  ]);
  return { output, met: options.until?.(output) ?? output.status === 0 };
}

/** Waits until it is so. In a check it looks once, since nothing that it might wait for is being done. */
export async function wait(
  options: Looking,
  context: HostContext,
  as: As,
): Promise<Outcome & { readonly output: Output }> {
  const limit = milliseconds(options.timeout ?? '60s');
  const pause = milliseconds(options.every ?? '1s');
  const deadline = performance.now() + limit;
  for (;;) {
    const { output, met } = await look(options, context, as).catch((error: unknown) => {
      // A host that restarts cannot be reached for a while, and may be just what is waited for.
      if (!(error instanceof Unreachable) || context.run.check || performance.now() + pause > deadline) throw error;
      return { output: UNANSWERED, met: false };
    });
    if (met) return { status: 'ok', changes: [], output };
    if (context.run.check)
      return { status: 'unknown', changes: [], note: 'not so now; the run would wait for it', output };
    if (performance.now() + pause > deadline) {
      const failure = commandFailure(`waited ${limit / 1000} s in vain; the last look`, output);
      return { status: 'failed', changes: [], failure, output };
    }
    await delay(pause, undefined, { signal: context.run.signal });
  }
}
