import type { Handler } from '../model/handler.ts';
import type { As, HostContext } from './context.ts';
import type { FramePart } from './frame.ts';
import type { Leaf, Scope } from './items.ts';
import { type Marker, parseMarkers, readMarkers, removeMarkers, writeMarkers } from './pending.ts';

const MARKER_TIMEOUT = 30_000;

interface Notification {
  readonly by: string;
  /** The users in whose state folders the marker is written. */
  readonly written: Map<string, As>;
  /** The handlers of that key that are still to run: a role that stands in a play twice has two. */
  readonly left: Set<Handler>;
}

/** A handler's name in the journal and on the target: the same in every play that uses the role. */
export function handlerKey(scope: Scope, handler: Handler): string {
  return `${scope.role || scope.play}/${handler.name}`;
}

/** Which handlers are to run on one host, and what is written of that on the host itself. */
export class Notifications {
  readonly #context: HostContext;
  readonly #pending = new Map<string, Notification>();
  /** The handlers of this play. */
  readonly #mine: ReadonlyMap<string, ReadonlySet<Handler>>;
  /** The users in whose state folders it was looked for markers. */
  readonly #recalled = new Set<string>();

  constructor(context: HostContext, handlers: ReadonlyMap<string, ReadonlySet<Handler>> = new Map()) {
    this.#context = context;
    this.#mine = handlers;
  }

  /** Reads what earlier runs left behind; goes with the first frame of each user. */
  recall(as: As): readonly FramePart[] {
    const user = as?.user ?? '';
    if (this.#mine.size === 0 || this.#recalled.has(user)) return [];
    const part: FramePart = {
      snippets: [{ script: readMarkers(), timeout: MARKER_TIMEOUT }],
      take: ([result]) => {
        this.#recalled.add(user);
        for (const marker of parseMarkers(result?.stdout ?? '')) {
          this.#context.counts.pendingHandlers.add(marker.handler);
          const mine = this.#mine.get(marker.handler);
          if (mine) this.#found(as, marker, mine);
        }
      },
    };
    return [part];
  }

  #found(as: As, { handler, by, since, run }: Marker, mine: ReadonlySet<Handler>): void {
    const known = this.#pending.get(handler);
    if (known) {
      known.written.set(as?.user ?? '', as);
      return;
    }
    const written = new Map([[as?.user ?? '', as]]);
    this.#pending.set(handler, { by: `${by} in run ${run}`, written, left: new Set(mine) });
    this.#context.run.emit({ type: 'handler-pending', host: this.#context.host.name, handler, since, by });
  }

  isPending(key: string, handler: Handler): boolean {
    return this.#pending.get(key)?.left.has(handler) ?? false;
  }

  /** Writes down, before these leaves change anything, which handlers they will notify. Null where that is done already. */
  announce(leaves: readonly Leaf[], as: As): { readonly part: FramePart; readonly fresh: readonly string[] } | null {
    const markers = new Map<string, Marker>();
    for (const leaf of leaves) {
      for (const handler of leaf.node.type === 'task' ? leaf.node.handlers : []) {
        const key = handlerKey(leaf.scope, handler);
        if (markers.has(key) || this.#pending.get(key)?.written.has(as?.user ?? '')) continue;
        markers.set(key, {
          handler: key,
          by: leaf.reference.path,
          since: new Date().toISOString(),
          run: this.#context.run.run,
        });
      }
    }
    if (markers.size === 0) return null;
    const snippet = { script: writeMarkers([...markers.values()]), timeout: MARKER_TIMEOUT, critical: true };
    return { part: { snippets: [snippet], take: () => {} }, fresh: [...markers.keys()] };
  }

  /** The leaf changed something and all is well: its handlers are to run. */
  notify(leaf: Leaf, as: As | null): void {
    for (const handler of leaf.node.type === 'task' ? leaf.node.handlers : []) {
      const key = handlerKey(leaf.scope, handler);
      let notification = this.#pending.get(key);
      if (!notification) {
        notification = { by: leaf.reference.path, written: new Map(), left: new Set() };
        this.#pending.set(key, notification);
        this.#context.run.emit({
          type: 'handler-notified',
          host: this.#context.host.name,
          handler: key,
          by: leaf.reference.path,
        });
      }
      notification.left.add(handler);
      if (as !== null) {
        notification.written.set(as?.user ?? '', as);
        this.#context.counts.pendingHandlers.add(key);
      }
    }
  }

  /** Takes back what was announced for tasks that then failed or changed nothing. */
  withdraw(keys: readonly string[], as: As): void {
    const gone = keys.filter((key) => !this.#pending.has(key));
    if (gone.length > 0) this.#context.frames.defer(as, removeMarkers(gone));
  }

  /** The handler has run well. */
  done(key: string, handler: Handler): void {
    const notification = this.#pending.get(key);
    notification?.left.delete(handler);
    if (notification && notification.left.size > 0) return;
    this.#pending.delete(key);
    // In a check it has not run, and what is written on the host stays.
    if (this.#context.run.check) return;
    this.#context.counts.pendingHandlers.delete(key);
    for (const as of notification?.written.values() ?? []) this.#context.frames.defer(as, removeMarkers([key]));
  }
}
