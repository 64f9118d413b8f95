import { play } from '../model/play.ts';
import { type Playbook, playbook } from '../model/playbook.ts';
import { sh, verbatim } from '../model/script.ts';
import { task } from '../model/task.ts';
import { command } from '../resources/posix/command.ts';

/**
 * A playbook that runs one command on the hosts of a pattern. One word is a script for the host's `sh`; several are a
 * program and its arguments, which arrive unchanged.
 */
export function execPlaybook(pattern: string, words: readonly string[]): Playbook {
  const [only = '', ...others] = words;
  const script = others.length === 0 ? verbatim(only) : sh`${words}`;
  return playbook('exec', [
    play('exec', { hosts: pattern, tasks: [task(words.join(' '), command({ command: script }))] }),
  ]);
}
