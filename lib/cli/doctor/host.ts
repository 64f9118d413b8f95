import { type Script, sh } from '../../model/script.ts';
import type { Finding } from './finding.ts';

/** What resources use of a host; without flock the lock still works, in another way. */
const NEEDED = ['stat', 'sha256sum', 'base64', 'mktemp', 'sed', 'awk', 'readlink', 'df', 'head', 'tar'];
const WANTED = ['flock', 'setsid'];

const MIB = 1024;
/** Free space in KiB below which a warning is given, and below which nothing should be begun. */
const LITTLE = 512 * MIB;
const TOO_LITTLE = 32 * MIB;

/** Clocks that far apart confuse logs and make; beyond, certificates and Kerberos fail. In seconds. */
const CLOCK_ODD = 2;
const CLOCK_WRONG = 60;

/** Prints what there is to know of a host, a line each: a word and its values. */
export function examination(): Script {
  return sh`echo "clock $(date +%s.%N)"
echo "user $garden_user"
state=$garden_state
while [ ! -d "$state"]; do state=\${state%/*}; [ -n "$state"] || state=/; done
for folder in / /var /tmp "$state"; do
  df -Pk "$folder" 2>/dev/null | awk -v folder="$folder" 'NR == 2 { print "space", $4, folder }'
done
for command in ${[...NEEDED, ...WANTED]}; do command -v "$command" >/dev/null 2>&1 || echo "missing $command"; done
set -- "$garden_state"/pending/*
[ -e "$1"] && echo "pending $#"
[ -d /run/systemd/system] && systemctl list-units --state=failed --no-legend --plain 2>/dev/null | awk '{ print "unit", $1 }'
:`;
}

/** What was seen of the host from here. */
export interface Seen {
  /** How long a question takes, in milliseconds. */
  readonly roundTrip: number;
  /** When the clock was read: the middle of the time that it took, in milliseconds since the epoch. */
  readonly asked: number;
  /** Who holds its locks, in words. */
  readonly locks: readonly string[];
}

function clock(text: string, { asked, roundTrip }: Seen): Finding {
  const there = Number.parseFloat(text) * 1000;
  if (!Number.isFinite(there)) return { check: 'clock', state: 'warning', text: 'cannot be read' };
  // A clock of whole seconds is up to one behind, and where the answer was long under way nobody knows when it was read.
  const doubt = roundTrip / 2 + (/\.\d/.test(text) ? 0 : 1000);
  const off = Math.max(0, Math.abs(there - asked) - doubt) / 1000;
  const shown = `${off.toFixed(1)} s ${there > asked ? 'ahead of' : 'behind'} this machine`;
  const todo = 'see that NTP runs on both: timedatectl';
  if (off > CLOCK_WRONG) return { check: 'clock', state: 'bad', text: shown, todo };
  if (off > CLOCK_ODD) return { check: 'clock', state: 'warning', text: shown, todo };
  return { check: 'clock', state: 'ok', text: 'agrees with this machine' };
}

function space(rows: readonly string[]): Finding[] {
  const seen = new Set<string>();
  return rows.flatMap((row): Finding[] => {
    const [, kib = '', folder = ''] = /^(\d+) (.*)$/.exec(row) ?? [];
    if (folder === '' || seen.has(folder)) return [];
    seen.add(folder);
    const free = Number(kib);
    const text = `${Math.floor(free / MIB)} MiB free in ${folder}`;
    const todo = `make room: du -xh ${folder} | sort -h | tail`;
    if (free < TOO_LITTLE) return [{ check: 'space', state: 'bad', text, todo }];
    return free < LITTLE ? [{ check: 'space', state: 'warning', text, todo }] : [{ check: 'space', state: 'ok', text }];
  });
}

function programs(missing: readonly string[]): Finding {
  const needed = missing.filter((name) => NEEDED.includes(name));
  const todo = 'install coreutils and util-linux, or busybox with these';
  if (needed.length > 0) return { check: 'programs', state: 'bad', text: `${needed.join(', ')} not there`, todo };
  if (missing.length > 0) return { check: 'programs', state: 'warning', text: `${missing.join(', ')} not there`, todo };
  return { check: 'programs', state: 'ok', text: 'all there; Python is not needed' };
}

/** Judges what {@link examination} printed. */
export function hostFindings(stdout: string, seen: Seen): readonly Finding[] {
  const rows = stdout.split('\n').map((row) => /^(\S+) ?(.*)$/.exec(row) ?? []);
  const of = (word: string): string[] => rows.flatMap(([, first, rest = '']) => (first === word ? [rest] : []));
  const [pending = '0'] = of('pending');
  const units = of('unit');
  return [
    clock(of('clock')[0] ?? '', seen),
    ...space(of('space')),
    programs(of('missing')),
    pending === '0'
      ? { check: 'handlers', state: 'ok', text: 'none is pending' }
      : {
          ...{ check: 'handlers', state: 'warning', text: `${pending} notified and not run` },
          todo: 'run its playbook again: it runs them',
        },
    units.length === 0
      ? { check: 'systemd', state: 'ok', text: 'no unit has failed' }
      : {
          ...{ check: 'systemd', state: 'warning', text: `${units.length} failed: ${units.slice(0, 5).join(', ')}` },
          todo: 'systemctl status, and systemctl reset-failed when it is mended',
        },
    seen.locks.length === 0
      ? { check: 'lock', state: 'ok', text: 'nobody holds it' }
      : {
          check: 'lock',
          state: 'warning',
          text: `held by ${seen.locks.join('; ')}`,
          todo: 'wait, or: garden lock break',
        },
  ];
}
