import { type Script, sh } from '../../model/script.ts';

/** How long another package manager is waited for, in seconds. */
export const LOCK_SECONDS = 300;

/**
 * Shell functions for everything that is done with apt and dpkg.
 *
 * - `attempt COMMAND …` waits for the locks of apt and dpkg and repairs an interrupted dpkg. apt itself waits with
 *   DPkg::Lock::Timeout (apt.conf(5)), but only for one of its locks, and dpkg and apt-mark for none.
 * - `apt_get …` is apt-get without questions: a configuration file that was changed on the host is kept.
 * - `renew` fetches the package lists.
 * - `fail` tells the cause in words and ends the script.
 *
 * Standard error goes to a file, not to a pipe that is read here: a daemon started by a package may keep it open.
 */
export const APT: Script = sh`
export DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none
command -v apt-get >/dev/null || { echo 'this host has no apt' >&2; exit 1; }
errors=$(mktemp) || exit 1
trap 'rm -f "$errors"' EXIT
trap 'exit 143' HUP INT TERM
renewed= unreachable= repaired= waited=0

attempt() {
  while ! "$@" 2>"$errors" </dev/null; do
    if grep -q 'dpkg was interrupted' "$errors"; then
      [ -z "$repaired" ] || return 1
      echo 'dpkg was interrupted: finishing what it had begun'
      if dpkg --force-confdef --force-confold --configure -a 2>"$errors" </dev/null; then repaired=yes; continue; fi
    fi
    lock_is_held && wait_for_lock || return 1
  done
  cat "$errors" >&2
}

lock_is_held() {
  grep -q -e 'Could not get lock' -e 'locked by another process' "$errors"
}

wait_for_lock() {
  [ "$waited" -gt 0 ] || echo 'waiting for another package manager to end'
  [ "$waited" -lt ${LOCK_SECONDS} ] || return 1
  sleep 1
  waited=$((waited + 1))
}

apt_get() {
  last=$*
  attempt apt-get -q -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

renew() {
  renewed=yes
  # A repository that is away is but a warning of apt's: others may have what is asked for.
  apt_get update || return 1
  unreachable=$(sed -n 's/^[EW]: \\(Failed to fetch .*\\)/\\1/p' "$errors" | head -n 1)
  [ -n "$unreachable" ] || touch /var/lib/apt/lists
}

has_lists() {
  for list in /var/lib/apt/lists/*_Packages* /var/lib/apt/lists/*Release; do
    [ ! -e "$list" ] || return 0
  done
  return 1
}

fail() {
  cat "$errors" >&2
  unknown=$(echo $(sed -n "s/^E: Unable to locate package //p; s/^E: Package '\\([^']*\\)' has no installation candidate.*/\\1/p" "$errors" | sort -u))
  broken=$(echo $(sed -n 's/^dpkg: error processing [a-z]* \\([^ ]*\\).*/\\1/p' "$errors" | sort -u))
  first=$(sed -n '/^[EW]: \\|^dpkg: error/{s/^[EW]: *//;p;q;}' "$errors")
  case $(cat "$errors") in
    *'are you root'* | *'Permission denied'*) why='only root may do this: give the task become: true' ;;
    *'No space left on device'* | *'have enough free space'*) why="a disk is full: $first" ;;
    *'Could not get lock'* | *'locked by another process'*) why="another package manager holds the lock: $first" ;;
    *'Unable to locate package'* | *'no installation candidate'*)
      why="no repository of this host offers: $unknown"
      [ -z "$unreachable" ] || why="no repository that could be reached offers: $unknown ($unreachable)" ;;
    *'Held packages were changed'*) why='one of these packages is held at its version; held: false releases it' ;;
    *NO_PUBKEY* | *'is not signed'* | *EXPKEYSIG* | *'signatures were invalid'* | *'signatures couldn'*)
      why="the signature of a package repository cannot be verified: $first" ;;
    *'failure resolving'* | *'ould not resolve'* | *'ould not connect'* | *'nable to connect'* | *'onnection '* | *'is unreachable'* | *'ailed to fetch'*)
      why="a package repository cannot be reached: $first" ;;
    *'held broken packages'* | *'nmet dependencies'* | *'orrect problems'*)
      # apt prints what does not fit among its output, not among its errors.
      apt-get -s $last 2>&1 </dev/null | sed -n '/unmet dependencies/,/^E:/p' >&2
      why='the packages do not fit together: see the dependencies above' ;;
    *) if [ -n "$broken" ]; then why="the installation script of a package failed: $broken"; else why=$first; fi ;;
  esac
  printf '%s\\n' "$why" >&2
  exit 1
}`;
