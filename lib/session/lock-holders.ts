import { type Script, sh } from '../model/script.ts';
import { LOCK_FUNCTIONS } from './lock.ts';

/** A run that holds a user's lock on a host, as the host tells it. None of it can be trusted to be true. */
export interface LockHolder {
  /** The user on the host whose lock it is. */
  readonly user: string;
  /** Who, from where, doing what. */
  readonly holder: string;
  readonly run: string;
  /** The shell that holds it, and when that began, in clock ticks since the host's start: the two name a process for good. */
  readonly shell: number;
  readonly began: string;
  /** ISO 8601, by the host's clock. */
  readonly since: string;
}

/** The exit status of {@link breakLock} where that shell does not hold the lock any more. */
export const LOCK_IS_GONE = 3;

/**
 * `garden_lock_held PID PATH`: whether that process holds the lock at that path, by its descriptor 9; sets what
 * `garden_lock_read` sets. What a lock says is its owner's word: so it only counts where it names the very process that
 * has the file open, and is read through that process, past any link that was put in its place.
 */
const HELD: Script = sh`${LOCK_FUNCTIONS}garden_lock_held() {
  case $1 in ''|*[!0-9]*) return 1 ;; esac
  case $2 in */garden/lock) ;; *) return 1 ;; esac
  for garden_file in "/proc/$1/fd/9" "\${2%/*}/lock.held"; do
    [ -f "$garden_file" ] || continue
    case $garden_file in /proc/*) ;; *) [ ! -L "$garden_file" ] || continue ;; esac
    garden_lock_read "$garden_file"
    [ "$garden_shell" = "$1" ] && garden_lock_alive && return 0
  done
  return 1
}
`;

/** Prints the locks that are held on the host, as far as this user may see the processes that hold them: root sees all. */
export function listLocks(): Script {
  return sh`${HELD}
ls -l /proc/[0-9]*/fd/9 2>/dev/null | sed -n 's|.* /proc/\\([0-9]*\\)/fd/9 -> \\(/.*/garden/lock\\)$|\\1 \\2|p' |
while IFS=' ' read -r pid path; do
  garden_lock_held "$pid" "$path" || continue
  set -- $(ls -ld "/proc/$pid")
  printf '%s\n' "$3" "$garden_holder" "$garden_run" "$garden_shell" "$garden_began" "$garden_since"
done`;
}

/** Parses what {@link listLocks} printed: six lines each. */
export function parseLocks(stdout: string): readonly LockHolder[] {
  const rows = stdout.split('\n');
  const found: LockHolder[] = [];
  for (let start = 0; start + 6 < rows.length; start += 6) {
    const [user = '', holder = '', run = '', shell = '', began = '', since = ''] = rows.slice(start, start + 6);
    found.push({ user, holder, run, shell: Number(shell), began, since });
  }
  return found;
}

/**
 * Ends the shell that holds a lock, with all that runs below it: TERM, and after three seconds KILL. Nothing else is ever
 * ended: where that very process does not hold the lock any more, the exit status is {@link LOCK_IS_GONE}.
 */
export function breakLock({ shell, began }: Pick<LockHolder, 'shell' | 'began'>): Script {
  return sh`${HELD}
path=$(readlink /proc/${shell}/fd/9) && garden_lock_held ${shell} "$path" && [ "$garden_began" = ${began} ] || exit ${LOCK_IS_GONE}
garden_end_tree ${shell}
! garden_lock_alive`;
}
