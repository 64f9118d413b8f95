import type { Change } from '../model/change.ts';
import type { Failure, Status } from '../model/events.ts';
import type { Output } from '../model/task.ts';

/** What became of one task on one host. */
export interface Outcome {
  readonly status: Exclude<Status, 'ignored'>;
  readonly changes: readonly Change[];
  readonly output?: Output | undefined;
  readonly note?: string | undefined;
  readonly failure?: Failure | undefined;
}
