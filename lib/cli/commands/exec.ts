import { execReport } from '../../report/exec.ts';
import { execPlaybook } from '../exec-playbook.ts';
import { execute } from '../execute.ts';
import { readInventory } from '../inventory.ts';
import type { HostOptions } from '../options/host-options.ts';
import type { Streams } from '../streams.ts';
import { bringLabUp } from './lab.ts';

/** `garden exec`. Resolves to the exit code. */
export async function execCommand(
  pattern: string,
  words: readonly string[],
  options: HostOptions,
  argv: readonly string[],
  streams: Streams,
): Promise<number> {
  const folder = process.cwd();
  if (options.lab) await bringLabUp(folder, streams);
  const selected = await readInventory(options, folder, streams);
  const playbook = execPlaybook(pattern, words);
  return execute({ playbook, selected, options, makeReport: execReport, argv, folder, streams });
}
