import type { HostData, Variable } from './data.ts';
import type { Findings } from './findings.ts';
import type { Hierarchy } from './hierarchy.ts';
import { place } from './origin.ts';
import { soundsSecret } from './setting-names.ts';

/** A variable as a host has it: its value, where that comes from, and what it overrode. */
export interface ResolvedVariable extends Variable {
  readonly name: string;
  /** `all`, `group web`, `host` or `-e`. */
  readonly level: string;
  /** Of two variables the one of the higher rank is nearer to the host. */
  readonly rank: number;
  /** What would have counted without this one, with its own origin. */
  readonly overrode?: ResolvedVariable | undefined;
}

/** The variables of a host by name. */
export type ResolvedVariables = ReadonlyMap<string, ResolvedVariable>;

interface Level {
  readonly name: string;
  readonly variables: ReadonlyMap<string, Variable>;
  /** Groups of the same depth and priority: which of them wins is a matter of their names only. */
  readonly peers: string;
}

/**
 * What counts for a host, from low to high: `all`, its groups (by depth, then `ansible_group_priority`, then name),
 * the host itself, `-e`. What files say of a group or host is at the level of that group or host. A value replaces another as a whole; dictionaries are not merged.
 */
export function resolveVariables(
  host: HostData,
  hierarchy: Hierarchy,
  extra: ReadonlyMap<string, Variable>,
  findings: Findings,
): ResolvedVariables {
  const levels: Level[] = [
    ...hierarchy.groupsOf(host.name).map((group) => ({
      name: group.name === 'all' ? 'all' : `group ${group.name}`,
      variables: group.variables,
      peers: `${hierarchy.depth(group)} ${group.priority}`,
    })),
    { name: 'host', variables: host.variables, peers: 'host' },
    { name: '-e', variables: extra, peers: '-e' },
  ];
  const resolved = new Map<string, ResolvedVariable>();
  const peers = new Map<ResolvedVariable, string>();
  for (const [rank, level] of levels.entries()) {
    for (const [name, last] of level.variables) {
      for (const { value, text, origin } of history(last)) {
        const made = { value, text, origin, name, level: level.name, rank, overrode: resolved.get(name) };
        resolved.set(name, made);
        peers.set(made, level.peers);
      }
    }
  }
  for (const variable of resolved.values()) {
    // Within one level the later one wins, as everybody expects.
    let { overrode } = variable;
    while (overrode?.level === variable.level) overrode = overrode.overrode;
    if (overrode !== undefined && peers.get(overrode) === peers.get(variable)) warnOfTie(variable, overrode, findings);
  }
  return resolved;
}

/** All that a level said of a variable, the last at the end. */
function history(variable: Variable): readonly Variable[] {
  const all = [variable];
  for (let at = variable.earlier; at !== undefined; at = at.earlier) all.unshift(at);
  return all;
}

function warnOfTie(winner: ResolvedVariable, loser: ResolvedVariable, findings: Findings): void {
  if (JSON.stringify(winner.value) === JSON.stringify(loser.value)) return;
  const shown = (value: unknown): string =>
    soundsSecret(winner.name) ? 'a value' : (JSON.stringify(value) ?? 'nothing');
  findings.warning(winner.origin, {
    message: `${winner.name}: ${shown(winner.value)} of ${winner.level} wins over ${shown(loser.value)} of ${loser.level} (${place(loser.origin)}) by its name alone`,
    hint: 'set ansible_group_priority in one of them, or the variable at the host',
  });
}
