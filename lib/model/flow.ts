import { CallSite } from './site.ts';

/** All hosts of the batch wait here for each other. */
export interface BarrierNode {
  readonly type: 'barrier';
  readonly name: string;
  readonly site: CallSite;
}

/** Handlers that were notified run here. */
export interface FlushNode {
  readonly type: 'flush';
  readonly site: CallSite;
}

/** Makes the hosts of a batch wait for each other; a host that has failed is not waited for. */
export function barrier(name = 'barrier'): BarrierNode {
  return { type: 'barrier', name, site: CallSite.here() };
}

/** Runs the handlers that are pending on the host now, not at the end of the role. */
export function flush(): FlushNode {
  return { type: 'flush', site: CallSite.here() };
}
