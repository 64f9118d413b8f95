import type { Listener } from '../model/events.ts';
import type { HostToken } from '../model/handle.ts';
import type { Become, Host, Inventory } from '../model/host.ts';
import type { BecomeOption } from '../model/node.ts';
import type { Secret } from '../model/secret.ts';
import type { Outlook } from './conditions.ts';
import type { Counts } from './counts.ts';
import type { Frames } from './frames.ts';
import type { HostLink } from './host-link.ts';
import type { OnceBoard } from './meeting.ts';

/** What holds for a whole run. */
export interface RunContext {
  readonly run: string;
  readonly inventory: Inventory;
  /** Only probe. */
  readonly check: boolean;
  /** Show texts that differ; costs a second look at what differs. */
  readonly diff: boolean;
  readonly become: BecomeOption | undefined;
  readonly becomePassword: Secret | undefined;
  readonly emit: Listener;
  /** Aborted when the run is interrupted. */
  readonly signal: AbortSignal;
  readonly once: OnceBoard;
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
