import type { Change } from '../model/change.ts';
import type { BecomeOption } from '../model/node.ts';
import type { ProbeNode } from '../model/probe.ts';
import type { Resource, ResourceKind } from '../model/resource.ts';
import type { TaskNode } from '../model/task.ts';
import { resolveBecome } from './become.ts';
import { judge } from './conditions.ts';
import type { As, HostContext } from './context.ts';
import { type Answer, type FramePart, probePart, toAnswer } from './frame.ts';
import type { Leaf, Scope } from './items.ts';
import type { Notifications } from './notifications.ts';

/** How many probes go ahead when nothing has changed yet, and at most. Those of a kind that can be merged count as one. */
const WIDE = 4096;
/** How many after a change; doubled with every task that is found in order. */
const NARROW = 4;
/** How many tasks share a merged probe after a change, for each probe that may go ahead. */
const MERGED = 16;
/** How many texts that differ are fetched at once for diffs. */
const REVEAL_AT_ONCE = 64;
const REVEAL_TIMEOUT = 60_000;

export function isTask(leaf: Leaf): leaf is Leaf<TaskNode> {
  return leaf.node.type === 'task';
}

export function isProbe(leaf: Leaf): leaf is Leaf<ProbeNode<unknown>> {
  return leaf.node.type === 'probe';
}

/**
 * Reads the state for tasks before their turn comes: the probes of all that follow go out in one frame. The answers
 * stand until something changes on the host; then every one of them is thrown away.
 */
export class LookAhead {
  readonly #context: HostContext;
  readonly #playBecome: BecomeOption | undefined;
  readonly #notifications: Notifications;
  readonly #answers = new Map<Leaf, Answer>();
  readonly #revealed = new Map<Leaf, readonly Change[]>();
  /** Kinds whose merged probe failed on this host. */
  readonly #alone = new Set<ResourceKind>();
  #probes = WIDE;
  #tasks = WIDE;

  constructor(context: HostContext, playBecome: BecomeOption | undefined, notifications: Notifications) {
    this.#context = context;
    this.#playBecome = playBecome;
    this.#notifications = notifications;
  }

  as(leaf: Leaf): As {
    return this.asIn(leaf.scope);
  }

  asIn(scope: Scope): As {
    const { run, host } = this.#context;
    return resolveBecome(scope.become, host, {
      play: this.#playBecome,
      commandLine: run.become,
      password: run.becomePassword,
    });
  }

  /** The answer to a leaf's own probe, asked for now with those of what follows unless it is there already. Undefined: it has none. */
  async answer(leaf: Leaf): Promise<Answer | undefined> {
    if (isTask(leaf) && leaf.node.resource.probe() === null) return undefined;
    // A second time where a merged probe failed: its kind is then asked one by one.
    for (let attempt = 0; attempt < 2 && !this.#answers.has(leaf); attempt++) {
      const as = this.as(leaf);
      await this.#context.frames.ask(as, [...this.#notifications.recall(as), this.part(leaf, as, leaf.position)]);
    }
    return this.#answers.get(leaf);
  }

  known(leaf: Leaf): Answer | undefined {
    return this.#answers.get(leaf);
  }

  /**
   * Something changed on the host: what was read before is worth nothing now. Where so many tasks were changed at once,
   * it is likely that as many of their neighbours differ too.
   */
  invalidate(changed = 1): void {
    this.#answers.clear();
    this.#revealed.clear();
    this.#probes = NARROW;
    this.#tasks = Math.max(NARROW * MERGED, 2 * changed);
  }

  /** A task was found in order: it is worth looking further ahead. */
  widen(): void {
    this.#probes = Math.min(this.#probes * 2, WIDE);
    this.#tasks = Math.min(this.#tasks * 2, WIDE);
  }

  /** The probes of these tasks, to be judged by the caller. */
  probesOf(leaves: readonly Leaf<TaskNode>[], keep: (leaf: Leaf<TaskNode>, answer: Answer) => void): FramePart {
    // The same resource may stand in several tasks; it is asked for once.
    const askers = new Map<Resource, Leaf<TaskNode>[]>();
    for (const leaf of leaves) {
      const known = askers.get(leaf.node.resource);
      if (known) known.push(leaf);
      else askers.set(leaf.node.resource, [leaf]);
    }
    return probePart([...askers.keys()], this.#alone, (resource, answer) => {
      for (const leaf of askers.get(resource) ?? []) keep(leaf, answer);
    });
  }

  /** The probes of the leaves from a position on, as far as it is worth looking, as part of a frame for that user. */
  part(near: Leaf, as: As, position: number): FramePart {
    const window = this.#window(near, as, position);
    const tasks = window.filter(isTask);
    const resources = this.probesOf(tasks, (leaf, answer) => this.#answers.set(leaf, answer));
    const questions = window.filter(isProbe);
    const own = resources.snippets.length;
    return {
      snippets: [
        ...resources.snippets,
        ...questions.map(({ node }) => ({ script: node.script, timeout: node.timeout })),
      ],
      take: (results) => {
        resources.take(results.slice(0, own));
        for (const [index, leaf] of questions.entries()) {
          const result = results[own + index];
          if (result && result.outcome !== 'skipped') this.#answers.set(leaf, toAnswer(result));
        }
      },
    };
  }

  #window(near: Leaf, as: As, position: number): readonly Leaf[] {
    const { run, host, token, outlook } = this.#context;
    const found: Leaf[] = [];
    const merged = new Set<ResourceKind>();
    let probes = 0;
    for (const leaf of near.sequence.slice(position)) {
      if (probes > this.#probes || found.length >= this.#tasks) break;
      if (leaf.node.type === 'flush' || this.#answers.has(leaf)) continue;
      // A barrier lets other hosts act, and a step or a wait may itself: what is behind them is read when they are done.
      if (!isTask(leaf) && !isProbe(leaf)) {
        if (run.check && leaf.node.type !== 'barrier') continue;
        break;
      }
      if (leaf.once && leaf !== near) continue;
      if (this.as(leaf)?.user !== as?.user) continue;
      try {
        if (leaf !== near && judge(leaf, { host, token, check: run.check, outlook }).go !== 'run') continue;
      } catch {
        // Its condition needs an answer that is not there yet (or is wrong: that is told when its turn comes).
        break;
      }
      found.push(leaf);
      const kind = isTask(leaf) ? leaf.node.resource.kind : undefined;
      if (!kind?.probeMany || !merged.has(kind)) probes++;
      if (kind?.probeMany) merged.add(kind);
    }
    return found;
  }

  /** A leaf's changes with the texts that differ, fetched together with those of the leaves behind it. */
  async reveal(leaf: Leaf<TaskNode>, changes: readonly Change[]): Promise<readonly Change[]> {
    const known = this.#revealed.get(leaf);
    if (known) return known;
    const as = this.as(leaf);
    const wanted: {
      leaf: Leaf<TaskNode>;
      script: FramePart['snippets'][number];
      read: (text: string) => readonly Change[];
    }[] = [];
    for (const next of leaf.sequence.slice(leaf.position)) {
      if (wanted.length >= REVEAL_AT_ONCE) break;
      const second = this.#secondLook(next, as);
      if (second) wanted.push(second);
    }
    const part: FramePart = {
      snippets: wanted.map(({ script }) => script),
      take: (results) => {
        for (const [index, { leaf: owner, read }] of wanted.entries()) {
          const result = results[index];
          if (result?.status === 0) this.#revealed.set(owner, read(result.stdout));
        }
      },
    };
    await this.#context.frames.ask(as, [part]);
    return this.#revealed.get(leaf) ?? changes;
  }

  #secondLook(leaf: Leaf, as: As) {
    const answer = this.#answers.get(leaf);
    if (!isTask(leaf) || !answer || answer.status !== 0 || this.as(leaf)?.user !== as?.user) return undefined;
    try {
      const assessment = leaf.node.resource.assess(answer.stdout);
      const second = assessment.changes.length > 0 ? assessment.reveal() : null;
      return second && { leaf, script: { script: second.script, timeout: REVEAL_TIMEOUT }, read: second.read };
    } catch {
      return undefined;
    }
  }
}
