import type { OutputStream } from '../model/events.ts';
import type { Upload } from '../model/resource.ts';
import type { Script } from '../model/script.ts';

/** One script of a frame. */
export interface Snippet {
  readonly script: Script;
  /** In milliseconds; the snippet is killed after it, the session lives on. */
  readonly timeout: number;
  /** When a critical snippet fails (another status than 0, or its time is up), all later ones of the frame are skipped. */
  readonly critical?: boolean;
  /** It holds what must not be shown, though no `Secret` says so: a trace leaves it out. */
  readonly confidential?: boolean;
}

/** What became of a snippet. */
export interface SnippetResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit status; 128 + n where signal n ended it. */
  readonly status: number;
  readonly outcome: 'done' | 'timed-out' | 'skipped';
  /** In milliseconds, as seen from here. */
  readonly duration: number;
}

export interface FrameOptions {
  /** Called as soon as a snippet is done, in order. */
  readonly onResult?: (index: number, result: SnippetResult) => void;
  /** Called with every line that a running snippet prints, and the stream that it came on. */
  readonly onLine?: (index: number, line: string, stream: OutputStream) => void;
}

/** What a session says of itself. */
export interface SessionInfo {
  /** The user that it acts as. */
  readonly user: string;
  readonly uid: number;
  /** Where garden keeps its state on the target for this user, e.g. `/var/lib/garden`. */
  readonly stateFolder: string;
}

/**
 * An interpreter on a target, kept alive for the whole run, as one user.
 * Frames are run one after another; a second one waits for the first.
 */
export interface Session {
  /**
   * Runs the snippets in order, each apart from the others, and resolves to one result each.
   *
   * @throws ConnectionLost where the session ended before all were done; results up to there went to `onResult`.
   */
  run(frame: readonly Snippet[], options?: FrameOptions): Promise<readonly SnippetResult[]>;
  /**
   * Puts a file on the target as a stream, mode 0600, whole or not at all.
   *
   * @throws GardenError where it cannot be read here or written there (a full disk), or `interrupt` came; ConnectionLost.
   */
  upload(upload: Upload): Promise<void>;
  /** Ends what is running now (TERM, then KILL), uploads as well, and leaves the session usable. Resolves when it is gone. */
  interrupt(): Promise<void>;
  /** Known from the first frame on. */
  readonly info: SessionInfo | undefined;
  close(): Promise<void>;
}
