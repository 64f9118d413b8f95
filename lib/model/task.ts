import type { Duration } from './duration.ts';
import { Handle } from './handle.ts';
import type { Handler } from './handler.ts';
import type { CommonOptions } from './node.ts';
import type { Resource } from './resource.ts';
import { CallSite } from './site.ts';

/** What a script printed and how it ended. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit status; 128 + n where signal n ended it. */
  readonly status: number;
}

/** What `get(task)` gives to later tasks. */
export interface TaskResult {
  readonly changed: boolean;
  /** Of the script that made the change; undefined where nothing was applied. */
  readonly output: Output | undefined;
}

export interface RetryOptions {
  /** How often it is tried in all; 3 means three. */
  readonly attempts: number;
  /** Between two attempts; 5 s by default. */
  readonly delay?: Duration;
}

export interface TaskOptions extends CommonOptions {
  /** Handlers to run at the end of the role if this task changed something. */
  readonly notify?: Handler | readonly Handler[];
  readonly retry?: RetryOptions;
  /** The host goes on if this task fails. It is still counted, as ignored. */
  readonly ignoreErrors?: boolean;
  /** Decides from the output whether a command changed something. */
  readonly changedWhen?: (output: Output) => boolean;
  /** Decides from the output whether a command failed. */
  readonly failedWhen?: (output: Output) => boolean;
  readonly timeout?: Duration;
}

/** A named task: one resource to be put in order. Also the handle of its own result. */
export class TaskNode extends Handle<TaskResult> {
  readonly type = 'task';
  readonly resource: Resource;
  readonly options: TaskOptions;
  readonly site: CallSite;

  constructor(name: string, resource: Resource, options: TaskOptions, site: CallSite) {
    super(name);
    this.resource = resource;
    this.options = options;
    this.site = site;
  }

  get handlers(): readonly Handler[] {
    const { notify } = this.options;
    if (notify === undefined) return [];
    return 'type' in notify ? [notify] : notify;
  }
}

/** Gives a resource a name and says when, how and with which consequences it is put in order. */
export function task(name: string, resource: Resource, options: TaskOptions = {}): TaskNode {
  return new TaskNode(name, resource, options, CallSite.here());
}
