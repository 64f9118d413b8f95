import { type Script, sh } from '../model/script.ts';

/**
 * Shell functions over proc(5), since a target need not have procps; they start no process but `sleep`.
 *
 * - `garden_process PID`: sets garden_process_state, _parent and _start (clock ticks since boot, field 22, which with the
 *   process id names a process for good); fails where there is none. The name in field 2 may hold anything, so what counts
 *   begins behind its last parenthesis.
 * - `garden_descend PID...`: sets garden_tree to these and all below them, as PID:START words.
 * - `garden_signal NAME PID:START...`: signals those that are still the same process; fails where none is left.
 * - `garden_end_tree PID...`: TERM, and after three seconds KILL for what is left; waits until it is gone.
 */
export const PROCESS_FUNCTIONS: Script = sh`garden_process() {
  garden_text=
  while IFS= read -r garden_line || [ -n "$garden_line" ]; do garden_text="$garden_text$garden_line "; done 2>/dev/null </proc/"$1"/stat
  [ -n "$garden_text" ] || return 1
  set -f; set -- \${garden_text##*) }; set +f
  garden_process_state=$1 garden_process_parent=$2
  shift 19
  garden_process_start=$1
}
garden_descend() {
  garden_all=
  for garden_entry in /proc/[0-9]*; do
    garden_entry=\${garden_entry#/proc/}
    garden_process "$garden_entry" && garden_all="$garden_all $garden_entry:$garden_process_parent:$garden_process_start:$garden_process_state"
  done
  garden_tree= garden_known=" $* " garden_grown=yes
  for garden_entry in $garden_all; do
    garden_pid=\${garden_entry%%:*} garden_entry=\${garden_entry#*:*:}
    case $garden_known in *" $garden_pid "*) garden_tree="$garden_tree $garden_pid:\${garden_entry%:*}" ;; esac
  done
  while [ -n "$garden_grown" ]; do
    garden_grown=
    for garden_entry in $garden_all; do
      garden_pid=\${garden_entry%%:*} garden_entry=\${garden_entry#*:}
      garden_parent=\${garden_entry%%:*} garden_entry=\${garden_entry#*:}
      case $garden_known in *" $garden_pid "*) continue ;; esac
      case $garden_known in *" $garden_parent "*)
        garden_known="$garden_known$garden_pid " garden_tree="$garden_tree $garden_pid:\${garden_entry%:*}" garden_grown=yes ;;
      esac
    done
  done
}
garden_signal() {
  garden_name=$1; shift
  garden_left=
  for garden_entry in "$@"; do
    garden_process "\${garden_entry%:*}" || continue
    [ "$garden_process_start" = "\${garden_entry#*:}" ] || continue
    case $garden_process_state in Z|X) continue ;; esac
    garden_left="$garden_left $garden_entry"
    [ "$garden_name" = 0 ] || kill -s "$garden_name" "\${garden_entry%:*}" 2>/dev/null
  done
  [ -n "$garden_left" ]
}
garden_end_tree() {
  garden_descend "$@"
  garden_ending=$garden_tree
  garden_signal TERM $garden_ending
  garden_signal CONT $garden_ending
  garden_tick=0.1 garden_turns=30
  sleep 0.1 2>/dev/null || { garden_tick=1; garden_turns=3; }
  while garden_signal 0 $garden_ending && [ "$garden_turns" -gt 0 ]; do
    sleep "$garden_tick"; garden_turns=$((garden_turns - 1))
  done
  garden_signal 0 $garden_ending || return 0
  garden_survivors=
  for garden_entry in $garden_left; do garden_survivors="$garden_survivors \${garden_entry%:*}"; done
  garden_descend $garden_survivors
  garden_ending=$garden_tree garden_turns=20
  while garden_signal KILL $garden_ending && [ "$garden_turns" -gt 0 ]; do
    sleep "$garden_tick"; garden_turns=$((garden_turns - 1))
  done
}
`;

/** Why a snippet is ended, in words. */
export const END_REASONS = {
  expired: 'its time was up',
  interrupted: 'it was interrupted',
  excess: 'it printed too much',
} as const;
export type EndReason = keyof typeof END_REASONS;

/** The exit status of {@link endSnippet} where the session's shell itself is gone. */
export const SHELL_IS_GONE = 3;

/**
 * Ends one snippet of a session's shell and everything below it, and tells the shell why (USR1: its time is up; USR2:
 * interrupted, so the rest of the frame is skipped; nothing where it printed too much, which is its failure alone). A snippet that has ended by itself meanwhile is left in peace, and so
 * is the next one, which must not be hit in its place: the snippet is stopped first, and only when it then still is the
 * shell's child is the shell told. (The shell itself is not stopped: sudo and su would stop along with it.)
 */
export function endSnippet(shell: number, snippet: number, reason: EndReason): Script {
  const tell = { expired: sh`kill -s USR1 ${shell}`, interrupted: sh`kill -s USR2 ${shell}`, excess: sh`:` }[reason];
  return sh`LC_ALL=C; export LC_ALL
${PROCESS_FUNCTIONS}garden_process ${shell} || exit ${SHELL_IS_GONE}
if [ ${shell} = ${snippet} ]; then ${tell}; exit; fi
garden_is_child() { garden_process ${snippet} && [ "$garden_process_parent" = ${shell} ]; }
garden_is_child || exit 0
kill -s STOP ${snippet}
garden_turns=1000
while garden_is_child && [ "$garden_turns" -gt 0 ]; do
  case $garden_process_state in T|t) break ;; Z|X) exit 0 ;; esac
  garden_turns=$((garden_turns - 1))
done
garden_is_child || exit 0
${tell}
garden_end_tree ${snippet}
exit 0`;
}
