import { type Script, sh } from '../model/script.ts';
import type { Snippet } from './session.ts';

/**
 * Said once to a new shell, in front of its first frame: a plain environment, where garden keeps its state for this user
 * (`$garden_state`, which scripts may use), and the functions that frames call. Programs for administrators are on the
 * PATH also where only `su` or a plain log-in stands behind the shell.
 *
 * The shell itself has no standard error: of a snippet that a signal ended, bash would print the whole text there, and so
 * tell secrets. What is a snippet's own goes through descriptor 8.
 *
 * The traps are how `kill.ts` tells the shell that its snippet is being ended. A trap is taken when the command in the
 * foreground has ended (POSIX.1-2017, XCU 2.11), so before the marker of that very snippet is printed. Subshells do not
 * inherit it.
 */
export const PREAMBLE: Script = sh`exec 8>&2 2>/dev/null
LC_ALL=C; export LC_ALL; umask 022; unset HISTFILE ENV BASH_ENV
for garden_folder in /usr/local/sbin /usr/sbin /sbin; do
  case :$PATH: in *:$garden_folder:*) ;; *) PATH=$PATH:$garden_folder ;; esac
done
export PATH
cd 2>/dev/null || cd /
garden_uid=$(id -u); garden_user=$(id -un 2>/dev/null) || garden_user=$garden_uid
if [ "$garden_uid" = 0 ]; then garden_state=/var/lib/garden
else garden_state="\${XDG_STATE_HOME:-\${HOME:-/nonexistent}/.local/state}/garden"; fi
garden_late=; garden_skip=
trap 'garden_late=expired' USR1
trap 'garden_late=interrupted' USR2
garden_mark() { printf '\\036%s\n' "$1"; printf '\\036%s\n' "$1" >&8; }
garden_begin() {
  garden_pid=0
  IFS=' ' read -r garden_pid garden_rest 2>/dev/null </proc/self/stat
  garden_mark "$1 begin $2 \${garden_pid:-0}"
}
garden_end() {
  garden_kind=done
  case $garden_late in expired) garden_kind=expired ;; interrupted) garden_skip=yes ;; esac
  if [ "$3" = critical ] && { [ "$4" != 0 ] || [ "$garden_kind" = expired ]; }; then garden_skip=yes; fi
  garden_mark "$1 $garden_kind $2 $4"
}
`;

/**
 * One snippet, as the shell reads it. It is evaluated in a subshell, so that its `exit`, `exec`, `set -e` or syntax error
 * ends nothing but itself (POSIX.1-2017, XCU 2.8.1 and 2.12), and not as part of a condition, where `set -e` would have no
 * force (XCU 2.14, set). Its standard input is empty, and it does not inherit the lock (descriptor 9), which a process that
 * it leaves behind would hold.
 */
export function snippetScript(nonce: string, index: number, { script, critical }: Snippet): string {
  return sh`if [ -z "$garden_skip" ]; then garden_late=
( garden_begin ${nonce} ${index}; exec 8>&-; eval ${script.text}
) </dev/null 2>&8 9>&-
garden_end ${nonce} ${index} ${critical ? 'critical' : 'plain'} $?
else garden_mark ${`${nonce} skipped ${index} 0`}; fi
`.text;
}

/** Said in front of every frame. */
export const FRAME_START: Script = sh`garden_skip=
`;

/**
 * The greeting: the first thing that a new shell prints, in the place of snippet 0. It runs in the shell itself. Where
 * `guard` (the lock) fails, the shell ends here and nothing of the frame is done.
 */
export function greetingScript(nonce: string, guard: Script): string {
  return sh`${PREAMBLE}garden_mark "${nonce} begin 0 $$"
printf '%s\n' "$garden_user" "$garden_uid" "$$" "$garden_state"
garden_status=0
${guard}
garden_mark "${nonce} done 0 $garden_status"
[ "$garden_status" = 0 ] || exit "$garden_status"
`.text;
}
