import type { Listener } from '../model/events.ts';
import type { Inventory } from '../model/host.ts';
import type { BecomeOption } from '../model/node.ts';
import type { MaxFail } from '../model/play.ts';
import type { Playbook } from '../model/playbook.ts';
import type { Secret } from '../model/secret.ts';
import type { SecretFinder } from '../model/secret-request.ts';
import type { PlanGuard } from './plan-guard.ts';
import type { PlanRecorder } from './plan-recorder.ts';
import type { SelectionOptions } from './selection.ts';
import type { AskStep } from './stepping.ts';

/** What is run, where, and how. */
export interface RunOptions {
  readonly playbook: Playbook;
  /** The playbook's file as the journal names it; undefined for one that is made up. */
  readonly file?: string | undefined;
  readonly inventory: Inventory;
  /** The run's name in the journal, the lock and the markers: see `newRunId`. */
  readonly run: string;
  /** Names of the hosts that may be touched; all of the inventory by default. */
  readonly limit?: readonly string[] | undefined;
  /** Which part of the playbook is run; all of it by default. */
  readonly select?: SelectionOptions | undefined;
  /** When to give up; wins over what the plays say. */
  readonly maxFail?: MaxFail | undefined;
  /** Asks before every task. */
  readonly ask?: AskStep | undefined;
  readonly check: boolean;
  readonly diff: boolean;
  /** How many hosts are worked on at once. */
  readonly forks: number;
  /** What the command line says of acting as another user. */
  readonly become?: BecomeOption | undefined;
  readonly becomePassword?: Secret | undefined;
  /** Where the secrets of the playbook come from; without it there is no vault. */
  readonly secrets?: SecretFinder | undefined;
  /** How long to wait for another run that holds a host, in milliseconds. */
  readonly lockTimeout?: number | undefined;
  /** Whether the hosts are locked while they are worked on; a check never does it. True by default. */
  readonly lock?: boolean | undefined;
  /** For a check: only tell what has drifted. What has no state is passed over, and no handler is notified. */
  readonly verify?: boolean | undefined;
  /** For a check: end with `EXIT.drift` where something differs. */
  readonly tellDrift?: boolean | undefined;
  /** For a check: writes down what it finds. */
  readonly recorder?: PlanRecorder | undefined;
  /** Holds the run to a plan. */
  readonly guard?: PlanGuard | undefined;
  readonly emit: Listener;
  /** Whether events tell of every script that is sent and of what came back. */
  readonly trace?: boolean | undefined;
  readonly signal: AbortSignal;
}
