import type { Change } from './change.ts';

/** How a task ended on a host. `unknown`: a check cannot say, since it depends on something that is only planned. */
export type Status = 'ok' | 'changed' | 'failed' | 'ignored' | 'skipped' | 'unknown';

/** A task, in the words of a reader: `play / role / task`, and where it stands. */
export interface TaskReference {
  /** Stable path: play/role/…/task. */
  readonly path: string;
  readonly play: string;
  /** Empty for a task that stands in the play itself. */
  readonly role: string;
  readonly name: string;
  /** `file:line` of the task, and of the line in the playbook that led there. */
  readonly where: readonly string[];
}

/** Why something failed, in words, with what is known of the command. */
export interface Failure {
  readonly message: string;
  readonly hint?: string | undefined;
  /** The last lines that the command printed on standard error (or output, where error was empty). */
  readonly lastLines?: readonly string[] | undefined;
  readonly status?: number | undefined;
  /** The beginning of what was run, where the task's name does not tell it. */
  readonly command?: string | undefined;
  /** `file:line` in the user's own code where an exception was thrown, and of the lines that led there. */
  readonly places?: readonly string[] | undefined;
}

/** Where a command printed something. */
export type OutputStream = 'stdout' | 'stderr';

/** What came back of one script of a frame. */
export interface ScriptAnswer {
  readonly status: number;
  readonly outcome: 'done' | 'timed-out' | 'skipped';
  readonly stdout: string;
  readonly stderr: string;
  readonly duration: number;
}

/** Counts of one host over a run. */
export interface HostRecap {
  readonly host: string;
  readonly ok: number;
  readonly changed: number;
  readonly failed: number;
  readonly ignored: number;
  readonly skipped: number;
  readonly unknown: number;
  readonly unreachable: boolean;
  readonly locked: boolean;
  /** Handlers that were notified and have not run; the next run of their role will run them. */
  readonly pendingHandlers: readonly string[];
}

/**
 * What happens in a run, in order. Every output is a listener on these; the journal is the list of them.
 * Times are in milliseconds.
 */
export type Event =
  | {
      readonly type: 'run-started';
      readonly run: string;
      readonly playbook: string;
      /** Its file, as seen from the folder where garden was started. */
      readonly file?: string | undefined;
      readonly check: boolean;
      readonly hosts: readonly string[];
      /** What is to be done on which hosts if all goes well. */
      readonly plays?: readonly { readonly play: string; readonly hosts: readonly string[] }[] | undefined;
    }
  | {
      readonly type: 'play-started';
      readonly play: string;
      readonly hosts: readonly string[];
      readonly batches: number;
    }
  | { readonly type: 'batch-started'; readonly play: string; readonly batch: number; readonly hosts: readonly string[] }
  | { readonly type: 'host-connecting'; readonly host: string }
  | {
      readonly type: 'host-connected';
      readonly host: string;
      readonly transport: string;
      readonly reason?: string | undefined;
    }
  | { readonly type: 'host-unreachable'; readonly host: string; readonly failure: Failure }
  | { readonly type: 'host-locked'; readonly host: string; readonly failure: Failure }
  /** The host has come to the end of its list in this play, or will do nothing more in it. */
  | {
      readonly type: 'host-finished';
      readonly host: string;
      readonly play: string;
      /** Whether it came to the end of its list: not where it was stopped, or never began. */
      readonly complete?: boolean | undefined;
    }
  | { readonly type: 'task-started'; readonly host: string; readonly task: TaskReference }
  | {
      readonly type: 'task-applying';
      readonly host: string;
      readonly task: TaskReference;
      readonly changes: readonly Change[];
    }
  | {
      readonly type: 'task-output';
      readonly host: string;
      readonly task: TaskReference;
      readonly line: string;
      readonly stream: OutputStream;
    }
  | {
      readonly type: 'task-finished';
      readonly host: string;
      readonly task: TaskReference;
      readonly status: Status;
      readonly changes: readonly Change[];
      /** In words: why it was skipped, what is unknown, what a step would do. */
      readonly note?: string | undefined;
      readonly failure?: Failure | undefined;
      readonly duration: number;
    }
  /** Scripts go to a host in one frame. Only of a run that is traced. */
  | {
      readonly type: 'frame-sent';
      readonly host: string;
      /** Counts the frames of the host. */
      readonly frame: number;
      /** Whom they run as, where that is not the user who logged in. */
      readonly user?: string | undefined;
      readonly scripts: readonly string[];
    }
  /** The answer to a frame has come: one round trip is over. */
  | {
      readonly type: 'frame-answered';
      readonly host: string;
      readonly frame: number;
      readonly duration: number;
      /** What each script printed; only of a run that is traced. */
      readonly answers?: readonly ScriptAnswer[] | undefined;
    }
  | { readonly type: 'handler-notified'; readonly host: string; readonly handler: string; readonly by: string }
  | {
      readonly type: 'handler-pending';
      readonly host: string;
      readonly handler: string;
      readonly since: string;
      readonly by: string;
    }
  | {
      readonly type: 'message';
      readonly host?: string | undefined;
      readonly level: 'info' | 'warning' | 'debug';
      readonly text: string;
    }
  | { readonly type: 'run-aborted'; readonly reason: string }
  | {
      readonly type: 'run-finished';
      readonly run: string;
      readonly exitCode: number;
      readonly duration: number;
      readonly recap: readonly HostRecap[];
    };

/** A listener. It must not throw and decides nothing. */
export type Listener = (event: Event) => void;
