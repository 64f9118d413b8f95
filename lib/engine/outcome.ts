import type { Change } from '../model/change.ts';
import type { Failure, Status } from '../model/events.ts';
import type { Assessment } from '../model/resource.ts';
import type { Output } from '../model/task.ts';

/** What became of one task on one host. */
export interface Outcome {
  readonly status: Exclude<Status, 'ignored'>;
  readonly changes: readonly Change[];
  readonly output?: Output | undefined;
  /** In a check: what a resource that differs was found to be. */
  readonly assessment?: Assessment | undefined;
  readonly note?: string | undefined;
  readonly failure?: Failure | undefined;
}
