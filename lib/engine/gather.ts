import type { Fact } from '../model/fact.ts';
import type { HostContext } from './context.ts';
import { commandFailure, StepCommandFailed } from './failure.ts';
import type { FramePart } from './frame.ts';

export function isFact(handle: object): handle is Fact<unknown> {
  return 'type' in handle && handle.type === 'fact';
}

/** Facts as part of a frame. A fact that fails or takes too long fails its host only when it is that fact that was asked for. */
export function factPart(facts: readonly Fact<unknown>[], context: HostContext): FramePart {
  return {
    snippets: facts.map(({ script, timeout }) => ({ script, timeout })),
    take(results) {
      for (const [index, fact] of facts.entries()) {
        const result = results[index];
        if (!result) continue;
        if (result.status !== 0 || result.outcome !== 'done') {
          const failure = commandFailure(`reading the fact "${fact.name}"`, {
            ...result,
            timedOut: result.outcome === 'timed-out',
          });
          throw new StepCommandFailed(failure);
        }
        fact.answer(context.token, result.stdout);
      }
    },
  };
}
