import type { Listener } from '../model/events.ts';
import type { HostToken } from '../model/handle.ts';
import type { Become, Host, Inventory } from '../model/host.ts';
import type { BecomeOption } from '../model/node.ts';
import type { Secret } from '../model/secret.ts';
import type { SecretFinder } from '../model/secret-request.ts';
import type { Outlook } from './conditions.ts';
import type { Counts } from './counts.ts';
import type { Frames } from './frames.ts';
import type { HostLink } from './host-link.ts';
import type { OnceBoard } from './meeting.ts';
import type { PlanGuard } from './plan-guard.ts';
import type { PlanRecorder } from './plan-recorder.ts';
import type { Selection } from './selection.ts';
import type { AskStep } from './stepping.ts';

/** What holds for a whole run. */
export interface RunContext {
  readonly run: string;
  readonly inventory: Inventory;
  /** Only probe. */
  readonly check: boolean;
  /** A check that only tells what has drifted: what has no state is passed over, and no handler is notified. */
  readonly verify: boolean;
  /** Writes down what a check finds. */
  readonly recorder: PlanRecorder | undefined;
  /** Holds the run to a plan. */
  readonly guard: PlanGuard | undefined;
  /** Show texts that differ; costs a second look at what differs. */
  readonly diff: boolean;
  readonly become: BecomeOption | undefined;
  readonly becomePassword: Secret | undefined;
  /** Where secrets come from that are asked for while the run is under way. */
  readonly secrets: SecretFinder;
  readonly emit: Listener;
  /** Aborted when the run is interrupted. */
  readonly signal: AbortSignal;
  readonly once: OnceBoard;
  /** The part of the playbook that is run. */
  readonly selection: Selection;
  /** Asks before every task; undefined: nobody is asked. */
  readonly ask?: AskStep | undefined;
  /** @throws UsageError for a host that is not in the inventory. */
  contextOf(host: Host): HostContext;
}

/** What holds for one host over a whole run. */
export interface HostContext {
  readonly run: RunContext;
  readonly host: Host;
  /** The key of this host's answers. */
  readonly token: HostToken;
  readonly link: HostLink;
  readonly frames: Frames;
  readonly outlook: Outlook;
  readonly counts: Counts;
}

/** Whom to act as; undefined: whoever logged in. */
export type As = Become | undefined;
