import type { Listener, ScriptAnswer } from '../model/events.ts';
import type { Upload } from '../model/resource.ts';
import type { FrameOptions, Session, SessionInfo, Snippet, SnippetResult } from '../session/session.ts';

const CONFIDENTIAL = '(not shown: it holds what is sensitive)';

/** How a session's frames are told of. */
export interface Telling {
  readonly host: string;
  /** Whom the session acts as, where that is not the user who logged in. */
  readonly user: string | undefined;
  readonly emit: Listener;
  /** Tell what was sent and what came back, not only that there was a round trip. */
  readonly trace: boolean;
  /** Counts the frames of the host over all its sessions. */
  readonly frames: { count: number };
}

/** A session that tells of each of its frames by events. */
export class ToldSession implements Session {
  readonly #session: Session;
  readonly #telling: Telling;

  constructor(session: Session, telling: Telling) {
    this.#session = session;
    this.#telling = telling;
  }

  async run(frame: readonly Snippet[], options?: FrameOptions): Promise<readonly SnippetResult[]> {
    const { host, user, emit, trace, frames } = this.#telling;
    frames.count++;
    const number = frames.count;
    if (trace) {
      const scripts = frame.map(({ script, confidential }) => (confidential ? CONFIDENTIAL : script.shown));
      emit({ type: 'frame-sent', host, frame: number, user, scripts });
    }
    const started = performance.now();
    const results = await this.#session.run(frame, options);
    const duration = performance.now() - started;
    const answers = trace ? { answers: results.map(answer) } : {};
    emit({ type: 'frame-answered', host, frame: number, duration, ...answers });
    return results;
  }

  upload(upload: Upload): Promise<void> {
    return this.#session.upload(upload);
  }

  interrupt(): Promise<void> {
    return this.#session.interrupt();
  }

  get info(): SessionInfo | undefined {
    return this.#session.info;
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

function answer({ status, outcome, stdout, stderr, duration }: SnippetResult): ScriptAnswer {
  return { status, outcome, stdout, stderr, duration };
}
