import { Outliner } from './outline.ts';
import { refuseUnreachable } from './reachable.ts';
import type { RunOptions } from './run-options.ts';
import { NO_VAULT } from './secrets.ts';
import { Selection } from './selection.ts';
import { type PlayHosts, validate } from './validate.ts';

/** What a run is about, after everything that can be wrong with it was looked for. */
export interface CheckedPlaybook {
  /** The plays with the hosts on which anything of them is done. */
  readonly plays: readonly PlayHosts[];
  readonly selection: Selection;
}

/**
 * Finds everything that can be wrong before a host is touched.
 *
 * @throws UsageError with all mistakes.
 */
export async function checkPlaybook(options: RunOptions): Promise<CheckedPlaybook> {
  const { playbook, inventory, secrets = NO_VAULT } = options;
  const outliner = new Outliner(playbook);
  const all = await validate(playbook, inventory, options.limit && new Set(options.limit), outliner.survey, secrets);
  const selection = new Selection(outliner.outline, options.select ?? {});
  const plays = all.map(({ play, hosts }) => ({
    play,
    hosts: hosts.filter(({ name }) => selection.concerns(play.name, name)),
  }));
  refuseUnreachable(plays);
  return { plays, selection };
}
