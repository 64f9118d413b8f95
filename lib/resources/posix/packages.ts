import type { State } from '../../model/change.ts';
import { resource } from '../../model/resource.ts';
import { type PackagesParams, packagesParams } from './package-params.ts';
import { type PackagesState, packagesProbe, packagesSplit, readPackages } from './package-state.ts';
import { hold, LISTS, packagesTransaction } from './package-transaction.ts';

const candidate = (name: string) => `${name} candidate`;

/** Whether old lists are a difference by themselves: nobody can say what is newest, or they are all that was asked for. */
function needsFreshLists({ state, names }: PackagesParams): boolean {
  return state === 'latest' || names.length === 0;
}

function currentOf({ packages, listsAreOld }: PackagesState, params: PackagesParams): State {
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
  return { ...Object.fromEntries(attributes), [LISTS]: listsAreOld ? 'old' : 'fresh' };
}

function desiredState(name: string, { state }: PackagesParams, current: State): string {
  const now = String(current[name]);
  if (state === 'absent') return 'absent';
  if (now.startsWith('provided by ')) return now;
  if (state === 'present') return 'present';
  // An installed package that no repository offers any more is the newest there is.
  return String(current[candidate(name)] ?? (now === 'absent' || now === 'half installed' ? 'latest' : now));
}

function desiredOf(params: PackagesParams, current: State): State {
  return {
    ...(needsFreshLists(params) && { [LISTS]: 'fresh' }),
    ...Object.fromEntries(params.names.map((name) => [name, desiredState(name, params, current)])),
    ...(params.held !== undefined && Object.fromEntries(params.names.map((name) => [hold(name), params.held]))),
  };
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
  read: (stdout, params): State => currentOf(readPackages(stdout, params), params),
  desired: desiredOf,
  apply: (params, changes, current) => packagesTransaction([{ params, changes, current }]),
  together: {
    compatible: (earlier, next) =>
      earlier.recommends === next.recommends && !next.names.some((name) => earlier.names.includes(name)),
    apply: packagesTransaction,
  },
  timeout: () => 3_600_000,
});
