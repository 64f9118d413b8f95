import { play } from '../../model/play.ts';
import { type Playbook, playbook } from '../../model/playbook.ts';
import { probe } from '../../model/probe.ts';
import type { Script } from '../../model/script.ts';
import type { Output } from '../../model/task.ts';

/** A playbook that asks each host of a pattern one question; it only reads. */
export function question(
  name: string,
  pattern: string,
  script: Script,
  take: (host: string, answer: Output) => void,
): Playbook {
  return playbook(name, [
    play(name, {
      hosts: pattern,
      tasks: ({ host }) => [probe(name, { script, read: (answer) => take(host.name, answer) })],
    }),
  ]);
}
