import { ConnectionLost, Unreachable } from '../model/errors.ts';
import type { OutputStream } from '../model/events.ts';
import type { Script } from '../model/script.ts';
import type { SnippetResult } from '../session/session.ts';
import type { As } from './context.ts';
import type { FramePart } from './frame.ts';
import type { HostLink } from './host-link.ts';

/** How long a bit of housekeeping may take, in milliseconds. */
const HOUSEKEEPING_TIMEOUT = 30_000;

/** How often the connection may be lost in one and the same place before it is given up. */
export const LOSSES_BORNE = 3;

interface Deferred {
  readonly as: As;
  readonly script: Script;
}

/** Called with every line that a snippet of a part prints: the part, the snippet's index in it, the line, its stream. */
export type LineListener = (part: FramePart, index: number, line: string, stream: OutputStream) => void;

/** Sends frames to one host. Housekeeping that can wait rides in front of the next frame. */
export class Frames {
  readonly #link: HostLink;
  #deferred: Deferred[] = [];

  constructor(link: HostLink) {
    this.#link = link;
  }

  /** Has a script run before the next frame of that user; it must be harmless to run twice. */
  defer(as: As, script: Script): void {
    this.#deferred.push({ as, script });
  }

  /** Runs what was deferred and has met no frame yet. */
  async flush(): Promise<void> {
    for (const user of new Set(this.#deferred.map(({ as }) => as?.user))) {
      const first = this.#deferred.find(({ as }) => as?.user === user);
      if (first) await this.ask(first.as, []);
    }
  }

  /**
   * Sends one frame made of these parts and gives each its results.
   *
   * @throws ConnectionLost in the middle: what was done by then is known to `onResult` alone.
   */
  async send(
    as: As,
    parts: readonly FramePart[],
    options: { onLine?: LineListener; onResult?: (part: FramePart, index: number, result: SnippetResult) => void } = {},
  ): Promise<void> {
    const session = await this.#link.session(as);
    const chores = this.#deferred.filter((chore) => chore.as?.user === as?.user);
    const owners: { part: FramePart | undefined; index: number }[] = chores.map(() => ({ part: undefined, index: 0 }));
    const snippets = chores.map(({ script }) => ({ script, timeout: HOUSEKEEPING_TIMEOUT }));
    for (const part of parts) {
      for (const [index, snippet] of part.snippets.entries()) {
        owners.push({ part, index });
        snippets.push(snippet);
      }
    }
    if (snippets.length === 0) return;
    const results = await session.run(snippets, {
      onResult: (position, result) => {
        const owner = owners[position];
        if (owner?.part) options.onResult?.(owner.part, owner.index, result);
      },
      onLine: (position, line, stream) => {
        const owner = owners[position];
        if (owner?.part) options.onLine?.(owner.part, owner.index, line, stream);
      },
    });
    this.#deferred = this.#deferred.filter((chore) => !chores.includes(chore));
    let start = chores.length;
    for (const part of parts) {
      part.take(results.slice(start, start + part.snippets.length));
      start += part.snippets.length;
    }
  }

  /**
   * Sends a frame that only reads: when the connection breaks, it is made again and the frame is sent again.
   *
   * @throws Unreachable where it breaks every time.
   */
  async ask(as: As, parts: readonly FramePart[]): Promise<void> {
    for (let losses = 1; ; losses++) {
      try {
        await this.send(as, parts);
        return;
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        if (losses === LOSSES_BORNE) {
          throw new Unreachable(`the connection was lost ${losses} times in the same place: ${error.message}`);
        }
        await this.#link.reconnect(error);
      }
    }
  }
}
