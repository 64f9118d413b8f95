import { type Script, sh } from '../../model/script.ts';
import type { PackagesParams } from './package-params.ts';

/** What is known of one package. */
export interface PackageState {
  /** The installed version; undefined where it is not installed. */
  readonly version: string | undefined;
  /** Unpacked or half configured: dpkg was interrupted, or its script failed. */
  readonly broken: boolean;
  readonly held: boolean;
  /** The version that apt would install. */
  readonly candidate: string | undefined;
  /** The installed package that provides it, where it is a virtual one. */
  readonly providedBy: string | undefined;
}

/** What is known of the packages of a resource, and whether the package lists are older than they may be. */
export interface PackagesState {
  readonly packages: ReadonlyMap<string, PackageState>;
  readonly listsAreOld: boolean;
}

const FORMAT = 'package ${Package} ${Architecture} ${db:Status-Want} ${db:Status-Status} ${Version}\\n';
const PROVIDES = '${db:Status-Status}|${Package}|${Provides}\\n';
/** Prints `provided NAME BY` for every wanted name that an installed package provides. */
const PROVIDED =
  '$1 == "installed" && $3 != "" { n = split($3, names, /, */); for (i = 1; i <= n; i++) { sub(/[ :(].*/, "", names[i]); if (index(wanted, " " names[i] " ")) print "provided", names[i], $2 } }';
/** Prints `candidate NAME VERSION` from what apt-cache policy says. */
const CANDIDATE =
  '/^[^ ]/ { sub(/:$/, ""); name = $0 } $1 == "Candidate:" && $2 != "(none)" { print "candidate", name, $2 }';

function namesOf(many: readonly PackagesParams[], wanted: (params: PackagesParams) => boolean = () => true) {
  return [...new Set(many.filter(wanted).flatMap(({ names }) => names))];
}

/**
 * Prints the state of all packages: one dpkg-query for all; virtual ones, candidates and the age of the lists are looked
 * at only where they can matter.
 */
export function packagesProbe(many: readonly PackagesParams[]): Script {
  const all = namesOf(many);
  const latest = namesOf(many, ({ state }) => state === 'latest');
  const virtual = namesOf(many, ({ state }) => state !== 'absent').map((name) => name.replace(/:.*/, ''));
  const query = sh`command -v dpkg-query >/dev/null || { echo 'packages are managed with apt: this host has no dpkg' >&2; exit 1; }
known=$(dpkg-query -W -f=${FORMAT} -- ${all} 2>/dev/null) && missing= || missing=yes
[ -z "$known" ] || printf '%s\\n' "$known"
# A virtual package is not known, or known as not installed.
case $known in *' not-installed '*) missing=yes ;; esac
[ -z "$missing" ] || dpkg-query -W -f=${PROVIDES} | awk -F '|' -v wanted=${` ${virtual.join(' ')} `} ${PROVIDED}`;
  const candidates = sh`apt-cache policy -- ${latest} 2>/dev/null | awk ${CANDIDATE}`;
  const ages = [...new Set(many.flatMap(({ maxAge }) => maxAge ?? []))];
  // Lists that are not there are as old as can be.
  const old = sh`fetched=$(stat -c %Y /var/lib/apt/lists /var/lib/apt/periodic/update-success-stamp 2>/dev/null | sort -n | tail -n 1)
age=$(($(date +%s) - \${fetched:-0}))
for limit in ${ages}; do
  if [ "$age" -gt "$limit" ]; then echo "lists $limit old"; else echo "lists $limit fresh"; fi
done`;
  return sh`${all.length > 0 ? query : sh``}
${latest.length > 0 ? candidates : sh``}
${ages.length > 0 ? old : sh``}`;
}

/** The lines that are about the packages of one resource. */
export function packagesSplit(stdout: string, many: readonly PackagesParams[]): readonly string[] {
  const lines = stdout.split('\n').map((line) => ({ line, words: line.split(' ') }));
  return many.map(({ names, state, maxAge }) => {
    const own = new Set(names.flatMap((name) => [name, name.replace(/:.*/, '')]));
    const real = new Set(
      lines.flatMap(({ words: [kind, name = '', , , status] }) =>
        kind === 'package' && status !== 'not-installed' ? [name] : [],
      ),
    );
    return lines
      .filter(({ words: [kind, name = ''] }) => {
        if (kind === 'lists') return name === String(maxAge);
        if (kind === 'candidate') return state === 'latest' && names.includes(name);
        if (kind === 'provided') return state !== 'absent' && own.has(name) && !real.has(name);
        return kind === 'package' && own.has(name);
      })
      .map(({ line }) => `${line}\n`)
      .join('');
  });
}

function stateOf(name: string, lines: readonly (readonly string[])[]): PackageState {
  const [base, architecture] = name.split(':');
  const found = lines.filter(
    ([kind, of, arch]) => kind === 'package' && of === base && (architecture === undefined || arch === architecture),
  );
  // The same package may be there for several architectures; the one that is installed counts.
  const installed = found.find(([, , , , status]) => status === 'installed');
  const broken = found.find(([, , , , status]) => status !== 'not-installed' && status !== 'config-files');
  const [, , , want, , version] = installed ?? broken ?? found[0] ?? [];
  return {
    version: installed || broken ? version : undefined,
    broken: !installed && broken !== undefined,
    held: want === 'hold',
    candidate: lines.find(([kind, of]) => kind === 'candidate' && of === name)?.[2],
    providedBy: lines.find(([kind, of]) => kind === 'provided' && of === base)?.[2],
  };
}

/** Parses what the probe printed. */
export function readPackages(stdout: string, { names, maxAge }: PackagesParams): PackagesState {
  const lines = stdout.split('\n').map((line) => line.split(' '));
  return {
    packages: new Map(names.map((name) => [name, stateOf(name, lines)])),
    listsAreOld: lines.some(([kind, limit, age]) => kind === 'lists' && limit === String(maxAge) && age === 'old'),
  };
}
