import { GardenError } from '../model/errors.ts';
import { type Handle, NotYetKnown } from '../model/handle.ts';
import type { ProbeNode } from '../model/probe.ts';
import type { Verdict } from './conditions.ts';
import type { As, HostContext } from './context.ts';
import { failureOf } from './failure.ts';
import { type Answer, type FramePart, toAnswer } from './frame.ts';
import type { Leaf } from './items.ts';
import { isProbe, isTask } from './look-ahead.ts';

/** How a left-out probe is asked: as the run would have asked it. */
export interface Asking {
  /** Whom a leaf acts as. */
  as(leaf: Leaf): As;
  /** Judges a leaf's conditions. */
  verdict(leaf: Leaf): Promise<Verdict>;
}

/**
 * What the selection leaves out of a host's play. A task of it has changed nothing, and has no output, as a skipped one.
 * A probe of it only reads, so it is asked all the same where something that is done needs its answer.
 */
export class LeftOut {
  readonly #context: HostContext;
  readonly #probes = new Map<Handle<unknown>, Leaf<ProbeNode<unknown>>>();

  constructor(leaves: readonly Leaf[], context: HostContext) {
    this.#context = context;
    for (const leaf of leaves) {
      if (isProbe(leaf)) this.#probes.set(leaf.node, leaf);
      if (!isTask(leaf)) continue;
      leaf.node.set(context.token, { changed: false, output: undefined });
      context.outlook.leaveOut(leaf.node);
    }
  }

  /**
   * Asks the probe behind a handle whose answer is missing.
   *
   * @returns whether there is an answer now: not where it is no left-out probe, or its own conditions are not met
   * @throws GardenError where the probe fails.
   */
  async ask(handle: Handle<unknown>, asking: Asking): Promise<boolean> {
    const leaf = this.#probes.get(handle);
    if (leaf === undefined || (await asking.verdict(leaf)).go !== 'run') return false;
    const [failure] = await this.#askAll([leaf], asking);
    if (failure !== undefined) {
      throw new GardenError(`the probe "${handle.name}" is left out of this run, but its answer is needed: ${failure}`);
    }
    return true;
  }

  /**
   * Asks all that stand before a step: its code asks for answers in the middle of its work, when it is too late to look.
   * One that fails has no answer; that is the step's to meet.
   */
  async askBefore(step: Leaf, asking: Asking): Promise<void> {
    const wanted: Leaf<ProbeNode<unknown>>[] = [];
    for (const leaf of this.#probes.values()) {
      const after = leaf.sequence === step.sequence && leaf.position > step.position;
      if (after || this.#isKnown(leaf.node)) continue;
      const verdict = await asking.verdict(leaf).catch(() => undefined);
      if (verdict?.go === 'run') wanted.push(leaf);
    }
    await this.#askAll(wanted, asking);
  }

  #isKnown(handle: Handle<unknown>): boolean {
    try {
      handle.get(this.#context.token);
      return true;
    } catch (error) {
      if (error instanceof NotYetKnown) return false;
      throw error;
    }
  }

  /** One frame for each user. @returns what went wrong, in words */
  async #askAll(leaves: readonly Leaf<ProbeNode<unknown>>[], { as }: Asking): Promise<readonly string[]> {
    const failures: string[] = [];
    for (const user of new Set(leaves.map((leaf) => as(leaf)?.user))) {
      const own = leaves.filter((leaf) => as(leaf)?.user === user);
      const [first] = own;
      if (first === undefined) continue;
      await this.#context.frames.ask(
        as(first),
        own.map((leaf) => this.#part(leaf, failures)),
      );
    }
    return failures;
  }

  #part({ node }: Leaf<ProbeNode<unknown>>, failures: string[]): FramePart {
    return {
      snippets: [{ script: node.script, timeout: node.timeout }],
      take: ([result]) => {
        if (!result) return;
        const failure = this.#keep(node, toAnswer(result));
        if (failure !== undefined) failures.push(failure);
      },
    };
  }

  #keep(node: ProbeNode<unknown>, answer: Answer): string | undefined {
    if (answer.timedOut) return 'it took too long and was ended';
    const { outlook, token, run } = this.#context;
    try {
      node.answer(token, answer);
      if (run.check && outlook.planned > 0) outlook.doubt(node);
      return undefined;
    } catch (error) {
      return failureOf(error).message;
    }
  }
}
