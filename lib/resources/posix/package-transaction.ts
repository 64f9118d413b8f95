import type { State } from '../../model/change.ts';
import type { Pending } from '../../model/resource.ts';
import { lines, type Script, sh } from '../../model/script.ts';
import { APT } from './apt-script.ts';
import type { PackagesParams } from './package-params.ts';

/** The attribute that tells how old the package lists are. */
export const LISTS = 'package lists';

/** The attribute that tells whether a package is held. */
export function hold(name: string): string {
  return `${name} held`;
}

/** What one resource adds to the transaction. */
interface Share {
  /** Packages to be installed or upgraded. */
  readonly coming: readonly string[];
  readonly going: readonly string[];
  /** Packages whose hold must not be in the way. */
  readonly released: readonly string[];
  readonly held: readonly string[];
  readonly listsFirst: boolean;
}

function shareOf({ params, current, changes }: Pending<PackagesParams, State>): Share {
  const { names, state, held } = params;
  const changed = new Set(changes.map(({ attribute }) => attribute));
  // With old lists nobody knows yet what is not the newest: apt decides when it has fetched them.
  const moving = names.filter((name) => changed.has(name) || (state === 'latest' && changed.has(LISTS)));
  const coming = state === 'absent' ? [] : moving;
  const isHeld = (name: string) => current[hold(name)] === true;
  return {
    coming,
    going: state === 'absent' ? moving : [],
    released: held === undefined ? [] : names.filter((name) => isHeld(name) && (!held || moving.includes(name))),
    held: held ? names : [],
    listsFirst: changed.has(LISTS) || (coming.length > 0 && current[LISTS] === 'old'),
  };
}

/**
 * The packages that come and go in one call of apt-get, so that one can take another's place. Lists that do not know a
 * package, or name a version that has gone from the repository, are fetched anew.
 */
function exchange(coming: readonly string[], going: readonly string[], recommends: boolean | undefined): Script {
  const options = recommends === undefined ? [] : ['-o', `APT::Install-Recommends=${recommends}`];
  return sh`change() { apt_get ${options} install ${[...coming, ...going.map((name) => `${name}-`)]}; }
change || {
  [ -z "$renewed" ] && grep -q -e 'Unable to locate package' -e 'no installation candidate' -e 'Failed to fetch' "$errors" || fail
  echo 'fetching the package lists: they do not know what is asked for'
  renew && change || fail
}`;
}

/** One transaction for all of these. */
export function packagesTransaction(all: readonly Pending<PackagesParams, State>[]): Script {
  const shares = all.map(shareOf);
  const gather = (part: 'coming' | 'going' | 'released' | 'held') => shares.flatMap((share) => share[part]);
  const coming = gather('coming');
  const going = gather('going');
  const released = gather('released');
  const held = gather('held');
  return lines([
    APT,
    ...(coming.length > 0 ? [sh`has_lists || renew || fail`] : []),
    ...(shares.some(({ listsFirst }) => listsFirst) ? [sh`[ -n "$renewed" ] || renew || fail`] : []),
    ...(released.length > 0 ? [sh`attempt apt-mark unhold ${released} || fail`] : []),
    ...(coming.length + going.length > 0 ? [exchange(coming, going, all[0]?.params.recommends)] : []),
    ...(held.length > 0 ? [sh`attempt apt-mark hold ${held} || fail`] : []),
  ]);
}
