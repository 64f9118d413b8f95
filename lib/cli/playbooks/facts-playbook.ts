import type { Fact } from '../../model/fact.ts';
import { play } from '../../model/play.ts';
import { type Playbook, playbook } from '../../model/playbook.ts';
import { type ProbeNode, probe } from '../../model/probe.ts';
import type { Output } from '../../model/task.ts';
import { errorText } from '../../model/thrown.ts';
import type { FactAnswer } from '../../report/facts.ts';

/** Told what a host answered, fact by fact, in the order of asking. */
export type Tell = (host: string, fact: string, answer: FactAnswer) => void;

/** The value of a fact in what its script printed. A fact that cannot be read spoils none of the others. */
function answerOf(fact: Fact<unknown>, { stdout, stderr, status }: Output): FactAnswer {
  if (status !== 0) return { failure: stderr.trim().split('\n').at(-1) || `its script ended with status ${status}` };
  const host = {};
  try {
    fact.answer(host, stdout);
  } catch (error) {
    return { failure: errorText(error) };
  }
  return { value: fact.get(host) };
}

/** A playbook that reads facts of the hosts of a pattern. Each is a question of its own, and all go out together. */
export function factsPlaybook(pattern: string, facts: readonly Fact<unknown>[], tell: Tell): Playbook {
  const question = (host: string, fact: Fact<unknown>): ProbeNode<void> =>
    probe(fact.name, {
      script: fact.script,
      timeout: `${fact.timeout}ms`,
      read: (output) => tell(host, fact.name, answerOf(fact, output)),
    });
  return playbook('facts', [
    play('facts', { hosts: pattern, tasks: ({ host }) => facts.map((fact) => question(host.name, fact)) }),
  ]);
}
