import type { State } from '../../model/change.ts';
import { type Pending, resource } from '../../model/resource.ts';
import { type Script, sh } from '../../model/script.ts';
import { APT } from './apt-script.ts';
import { type PackagesParams, packagesParams } from './package-params.ts';
import { type PackagesState, packagesProbe, packagesSplit, readPackages } from './package-state.ts';

/** The state as it is compared: an attribute a package, one more where it is held, and the lists. */
interface Current extends State {
  /** Not compared with anything; for `apply`. */
  readonly 'age of the lists'?: number | undefined;
}

const LISTS = 'package lists';
const hold = (name: string) => `${name} held`;
const candidate = (name: string) => `${name} candidate`;

/** Whether old lists are a difference by themselves: nobody can say what is newest, or they are all that was asked for. */
function needsFreshLists({ state, names }: PackagesParams): boolean {
  return state === 'latest' || names.length === 0;
}

function currentOf({ packages, listsAge }: PackagesState, params: PackagesParams): Current {
  const attributes = [...packages].flatMap(([name, known]) => {
    const { version, broken, providedBy, held } = known;
    const there = broken ? 'half installed' : version === undefined ? 'absent' : 'present';
    const shown = params.state === 'latest' && there === 'present' ? version : there;
    const virtual = there === 'absent' && providedBy !== undefined && params.state !== 'absent';
    return [
      [name, virtual ? `provided by ${providedBy}` : shown],
      [candidate(name), virtual ? `provided by ${providedBy}` : known.candidate],
      [hold(name), held],
    ] as const;
  });
  const old = params.maxAge !== undefined && (listsAge ?? 0) > params.maxAge;
  return { ...Object.fromEntries(attributes), [LISTS]: old ? 'old' : 'fresh', 'age of the lists': listsAge };
}

function desiredState(name: string, { state }: PackagesParams, current: Current): string {
  const now = String(current[name]);
  if (state === 'absent') return 'absent';
  if (now.startsWith('provided by ')) return now;
  if (state === 'present') return 'present';
  // An installed package that no repository offers any more is the newest there is.
  return String(current[candidate(name)] ?? (now === 'absent' || now === 'half installed' ? 'latest' : now));
}

function desiredOf(params: PackagesParams, current: Current): State {
  return {
    ...(needsFreshLists(params) && { [LISTS]: 'fresh' }),
    ...Object.fromEntries(params.names.map((name) => [name, desiredState(name, params, current)])),
    ...(params.held !== undefined && Object.fromEntries(params.names.map((name) => [hold(name), params.held]))),
  };
}

/** One transaction for all: what is to come and what is to go, so that apt can exchange one package for another. */
function transaction(all: readonly Pending<PackagesParams, Current>[]): Script {
  const differing = all.map(({ params, current, changes }) => {
    const changed = new Set(changes.map(({ attribute }) => attribute));
    // With old lists it is not known yet which are not the newest: apt decides when it has fetched them.
    const stale = params.state === 'latest' && changed.has(LISTS);
    return { params, current, changed, moving: params.names.filter((name) => stale || changed.has(name)) };
  });
  const moving = differing.flatMap(({ params, moving }) =>
    moving.map((name) => (params.state === 'absent' ? `${name}-` : name)),
  );
  const release = differing.flatMap(({ params, current, changed, moving }) =>
    params.names.filter((name) => {
      const released = changed.has(hold(name)) && params.held === false;
      return released || (params.held === true && current[hold(name)] === true && moving.includes(name));
    }),
  );
  const hold_ = differing.flatMap(({ params }) => (params.held ? params.names : []));
  const coming = differing.some(({ params, moving }) => params.state !== 'absent' && moving.length > 0);
  const old = all.some(({ current, changes }) => {
    const listed = changes.some(({ attribute }) => attribute === LISTS);
    return listed || (coming && current[LISTS] === 'old');
  });
  const recommends = all[0]?.params.recommends;
  const options = recommends === undefined ? [] : ['-o', `APT::Install-Recommends=${recommends}`];

  const steps = [
    coming ? sh`has_lists || renew || fail` : sh``,
    old ? sh`[ -n "$renewed" ] || renew || fail` : sh``,
    release.length > 0 ? sh`attempt apt-mark unhold ${release} || fail` : sh``,
    moving.length > 0
      ? sh`change() { apt_get ${options} install ${moving}; }
change || {
  [ -z "$renewed" ] && grep -q -e 'Unable to locate package' -e 'no installation candidate' -e 'Failed to fetch' "$errors" || fail
  echo 'fetching the package lists: they do not know what is asked for'
  renew && change || fail
}`
      : sh``,
    hold_.length > 0 ? sh`attempt apt-mark hold ${hold_} || fail` : sh``,
  ];
  return sh`${APT}
${steps
  .filter(({ text }) => text !== '')
  .reduce(
    (script, step) => sh`${script}
${step}`,
  )}`;
}

/** Packages of Debian and its relatives. */
export const packages = resource('packages', {
  description:
    'Packages, installed and removed with apt-get: neighbouring tasks become one transaction, no question is asked, configuration files that were changed on the host are kept, another package manager is waited for and an interrupted one is repaired.',
  platform: 'posix',
  params: packagesParams,
  id: ({ names }) => names.join(' '),
  probe: (params) => packagesProbe([params]),
  probeMany: { script: packagesProbe, split: packagesSplit },
  read: (stdout, params): Current => currentOf(readPackages(stdout, params), params),
  desired: desiredOf,
  apply: (params, changes, current) => transaction([{ params, changes, current }]),
  together: {
    compatible: (earlier, next) =>
      earlier.recommends === next.recommends && !next.names.some((name) => earlier.names.includes(name)),
    apply: transaction,
  },
  timeout: () => 3_600_000,
});
