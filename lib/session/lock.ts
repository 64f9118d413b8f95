import { GardenError, Locked } from '../model/errors.ts';
import { type Script, sh } from '../model/script.ts';
import { PROCESS_FUNCTIONS } from './kill.ts';

/** Who holds a host while a run is at work on it. */
export interface LockRequest {
  /** Who, from where, doing what, in words. */
  readonly holder: string;
  /** The run's id: what is left of the same run after a lost connection is ended, not waited for. */
  readonly run: string;
  /**
   * The log-in that the shell belongs to, and the inventory's name of the host. Where another shell of the same log-in has
   * the lock, it counts for this one too; so does that of another host, for then one machine has several names.
   */
  readonly login?: { readonly id: string; readonly host: string } | undefined;
  /** How long to wait for another run, in milliseconds. */
  readonly waitMs: number;
}

/** The exit statuses of a shell that was not given the lock, as sysexits.h has them: EX_TEMPFAIL and EX_CANTCREAT. */
export const LOCK_STATUS = { held: 75, impossible: 73 } as const;

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/**
 * - `garden_lock_read FILE`: sets garden_holder, _run, _shell, _began, _since and _login to what a lock says.
 * - `garden_lock_alive`: whether the shell that it names is still there.
 */
export const LOCK_FUNCTIONS: Script = sh`${PROCESS_FUNCTIONS}garden_lock_read() {
  garden_holder= garden_run= garden_shell= garden_began= garden_since= garden_login=
  {
    IFS= read -r garden_holder; IFS= read -r garden_run; IFS= read -r garden_shell
    IFS= read -r garden_began; IFS= read -r garden_since; IFS= read -r garden_login
  } 2>/dev/null <"$1"
}
garden_lock_alive() {
  [ -n "$garden_shell" ] && garden_process "$garden_shell" && [ "$garden_process_start" = "$garden_began" ] || return 1
  case $garden_process_state in Z|X) return 1 ;; esac
}
`;

/**
 * Takes the lock of the shell's user on the host for as long as the shell lives, or prints who holds it and sets
 * `$garden_status`. Runs in the shell itself.
 *
 * With flock(1) it is held through descriptor 9 on `$garden_state/lock`, so it ends with the shell however that ends, and
 * the file says whose it is: holder, run, process id, when that process began, since when, log-in. Where there is no flock, the
 * lock is the file `lock.held` with the same words. link(2) makes it at once and whole, and fails where there is one. When
 * the process that it names is gone, it may be replaced, by rename(2), so that it is never missing meanwhile; by one alone,
 * who has made the claim, a file that bears the name of the dead: so nobody replaces what another has just put there.
 */
export function lockScript({ holder, run, login, waitMs }: LockRequest): Script {
  const host = oneLine(login?.host ?? '');
  const mine = login ? `${login.id} ${host}` : '';
  return sh`${LOCK_FUNCTIONS}garden_lock_words() {
  garden_process "$$"
  printf '%s\n' ${oneLine(holder)} ${oneLine(run)} "$$" "$garden_process_start" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" ${mine}
}
garden_lock_link() {
  garden_mine=$garden_state/lock.$$ garden_taken=1
  garden_lock_words >"$garden_mine"
  garden_lock_read "$garden_lock"
  if [ -n "$garden_shell" ] && ! garden_lock_alive; then
    garden_dead=$garden_shell:$garden_began garden_claim=$garden_lock.$garden_shell.$garden_began
    if ln "$garden_mine" "$garden_claim" 2>/dev/null; then
      garden_lock_read "$garden_lock"
      [ "$garden_dead" = "$garden_shell:$garden_began" ] && mv -f "$garden_mine" "$garden_lock" && garden_taken=0
      rm -f "$garden_claim"
    else
      garden_lock_read "$garden_claim"
      [ -z "$garden_shell" ] || garden_lock_alive || rm -f "$garden_claim"
      garden_lock_read "$garden_lock"
    fi
  elif ln "$garden_mine" "$garden_lock" 2>/dev/null; then
    garden_taken=0
  fi
  rm -f "$garden_mine"
  [ "$garden_taken" = 0 ] && trap 'rm -f "$garden_lock"' EXIT
}
garden_lock_try() {
  if command -v flock >/dev/null 2>&1; then
    garden_lock=$garden_state/lock
    flock -n 9 && garden_lock_words >"$garden_lock"
  else
    garden_lock=$garden_state/lock.held
    garden_lock_link
  fi
}
if { mkdir -p -m 700 "$garden_state" && true >>"$garden_state/lock"; } 2>&1; then
  exec 9>>"$garden_state/lock"
  garden_deadline=$(($(date +%s) + ${Math.ceil(waitMs / 1000)}))
  until garden_lock_try; do
    garden_lock_read "$garden_lock"
    if [ "$garden_run" = ${oneLine(run)} ] && garden_lock_alive; then
      [ -n "$garden_login" ] && { [ "$garden_login" = ${mine} ] || [ "\${garden_login#* }" != ${host} ]; } && break
      garden_end_tree "$garden_shell"
      garden_lock_try && break
    fi
    if [ -n "$garden_late" ] || [ "$(date +%s)" -ge "$garden_deadline" ]; then
      printf '%s\n' "$garden_holder" "$garden_run" "$garden_since"
      garden_status=${LOCK_STATUS.held}
      break
    fi
    sleep 0.2 2>/dev/null || sleep 1
  done
else
  garden_status=${LOCK_STATUS.impossible}
fi`;
}

/**
 * What {@link lockScript} printed, where it was not given the lock.
 *
 * @param words its lines.
 */
export function lockFailure(status: number, words: readonly string[]): GardenError {
  if (status !== LOCK_STATUS.held) {
    return new GardenError(`the host cannot be locked: ${words.join(' ').trim() || `status ${status}`}`, {
      hint: "garden keeps its lock and state in /var/lib/garden, or in the user's ~/.local/state/garden",
    });
  }
  const [holder, run, since] = words;
  const details = [run && `run ${run}`, since && `since ${since}`].filter(Boolean).join(', ');
  return new Locked(`locked by ${holder || 'another run'}${details && ` (${details})`}`, {
    hint: 'wait until that run has ended (--lock-timeout), or end it: garden lock break',
  });
}
