import type { Duration } from '../../model/duration.ts';
import { play } from '../../model/play.ts';
import { type Playbook, playbook } from '../../model/playbook.ts';
import { type Script, sh, verbatim } from '../../model/script.ts';
import { task } from '../../model/task.ts';
import { command } from '../../resources/posix/command.ts';

/** What is run on the hosts of a pattern. */
export interface ExecTask {
  readonly pattern: string;
  /** What it is called in reports. */
  readonly name: string;
  readonly script: Script;
  readonly timeout: Duration | undefined;
}

/** One word is a script for the host's `sh`; several are a program and its arguments, which arrive unchanged. */
export function wordsCommand(words: readonly string[]): Script {
  const [only = '', ...others] = words;
  return others.length === 0 ? verbatim(only) : sh`${words}`;
}

/** A playbook that runs one command on the hosts of a pattern. */
export function execPlaybook({ pattern, name, script, timeout }: ExecTask): Playbook {
  const options = timeout === undefined ? {} : { timeout };
  return playbook('exec', [
    play('exec', { hosts: pattern, tasks: [task(name, command({ command: script }), options)] }),
  ]);
}
