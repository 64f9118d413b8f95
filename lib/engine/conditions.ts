import type { Get, Handle, HostToken } from '../model/handle.ts';
import { NotYetKnown } from '../model/handle.ts';
import type { Host } from '../model/host.ts';
import type { ConditionContext } from '../model/node.ts';
import type { Leaf } from './items.ts';

/** What has to be kept in mind of a host: what is only planned there and which answers that makes doubtful, and what is left out. */
export class Outlook {
  /** Changes that were planned but not made. */
  planned = 0;
  readonly #uncertain = new WeakSet<Handle<unknown>>();
  readonly #leftOut = new WeakSet<Handle<unknown>>();

  /** The answer was read after planned changes, so it may be another when they have been made. */
  doubt(handle: Handle<unknown>): void {
    this.#uncertain.add(handle);
  }

  isUncertain(handle: Handle<unknown>): boolean {
    return this.#uncertain.has(handle);
  }

  /** The task is no part of this run, so that its result is that of a skipped one. */
  leaveOut(handle: Handle<unknown>): void {
    this.#leftOut.add(handle);
  }

  isLeftOut(handle: Handle<unknown>): boolean {
    return this.#leftOut.has(handle);
  }
}

export type Verdict =
  | { readonly go: 'run' }
  | { readonly go: 'skip'; readonly because: string }
  | { readonly go: 'unknown'; readonly because: string };

/** What conditions are judged with. */
export interface Judge {
  readonly host: Host;
  readonly token: HostToken;
  readonly check: boolean;
  readonly outlook: Outlook;
}

/**
 * Whether a leaf is to be done on this host.
 *
 * @throws NotYetKnown where an answer is missing that an earlier probe will bring.
 */
export function judge(leaf: Leaf, { host, token, check, outlook }: Judge): Verdict {
  const doubtful: string[] = [];
  const leftOut: string[] = [];
  const get: Get = (handle) => {
    if (outlook.isUncertain(handle)) doubtful.push(handle.name);
    if (outlook.isLeftOut(handle)) leftOut.push(handle.name);
    return handle.get(token);
  };
  const context: ConditionContext = { get, host, vars: host.vars, check };
  for (const condition of leaf.scope.conditions) {
    let met: boolean;
    try {
      met = condition(context);
    } catch (error) {
      const missing = error instanceof NotYetKnown && doubtful.length === 0;
      if (missing || outlook.planned === 0) throw error;
      return { go: 'unknown', because: 'its condition cannot be told before the planned changes are made' };
    }
    if (doubtful.length > 0) {
      return { go: 'unknown', because: `depends on "${doubtful[0]}", which changes that are only planned may change` };
    }
    if (met) continue;
    const why = leftOut.length === 0 ? '' : `: it asks for "${leftOut[0]}", which is left out of this run`;
    return { go: 'skip', because: `its condition is not met${why}` };
  }
  return { go: 'run' };
}
