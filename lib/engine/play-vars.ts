import { isConnectionVariable } from '../inventory/setting-names.ts';
import { UsageError } from '../model/errors.ts';
import type { Host, Inventory } from '../model/host.ts';
import type { Play } from '../model/play.ts';
import type { Playbook } from '../model/playbook.ts';

/**
 * A host as a play sees it: the variables of the playbook win over those of the inventory, those of the play over both,
 * and what `-e` says over all. In other plays, and to others that look it up in the inventory, it is as it was.
 */
export function hostInPlay(host: Host, playbook: Playbook, play: Play, inventory: Inventory): Host {
  const given = { ...playbook.options.vars, ...play.options.vars };
  const wins = Object.entries(given).filter(([name]) => !inventory.extraVars?.has(name));
  return wins.length === 0 ? host : { ...host, vars: { ...host.vars, ...Object.fromEntries(wins) } };
}

/**
 * How a host is reached is the inventory's to say, once for the whole run.
 *
 * @throws UsageError for a variable that would say something else for one play.
 */
export function checkPlayVars(vars: object = {}): void {
  const mistakes = Object.keys(vars)
    .filter(isConnectionVariable)
    .map((name) => ({
      message: `${name} is no variable of a play: a host is reached in one way for the whole run`,
      hint: name.startsWith('ansible_become')
        ? 'say `become` in the play, or put it in the inventory'
        : 'put it in the inventory, or give it with -e',
    }));
  if (mistakes.length > 0) throw new UsageError(mistakes);
}
