import { type Script, sh } from '../model/script.ts';
import type { Snippet } from './session.ts';

/**
 * Said once to a new shell, in front of its first frame: a plain environment, where garden keeps its state for this
 * user, and the function that runs snippets. A snippet is evaluated in a subshell, so that its `exit`, `set -e`, `exec` or
 * syntax error ends nothing but itself (POSIX.1-2017, XCU 2.12 and 2.8.1); its standard input is closed to it, and it
 * does not inherit the lock (9).
 */
export const PREAMBLE: Script = sh`LC_ALL=C; export LC_ALL; unset ENV BASH_ENV HISTFILE; umask 022
garden_uid=$(id -u)
if [ "$garden_uid" = 0 ]; then garden_state=/var/lib/garden; else garden_state=\${XDG_STATE_HOME:-$HOME/.local/state}/garden; fi
garden_mark() { printf '\n%s %s %s\n' "$garden_nonce" "$1" "$2"; printf '\n%s %s %s\n' "$garden_nonce" "$1" "$2" >&2; }
garden_run() {
  if [ -n "$garden_failed" ]; then garden_mark "$1" skipped; return 0; fi
  ( eval "$3" ) </dev/null 9>&-
  garden_status=$?
  [ "$2" = critical ] && [ "$garden_status" != 0 ] && garden_failed=yes
  garden_mark "$1" "$garden_status"
}
`;

/** Prints who the session is: `USER UID PID STATE-FOLDER`. */
export const INTRODUCTION: Script = sh`printf '%s %s %s %s\n' "$(id -un)" "$garden_uid" "$$" "$garden_state"`;

/** A frame, as the shell reads it: one line of shell a snippet, each with its own text quoted. */
export function frameScript(nonce: string, snippets: readonly Snippet[]): string {
  const runs = snippets.map(({ script, critical }, index) => {
    const kind = critical ? 'critical' : 'plain';
    return sh`garden_run ${index} ${kind} ${script.text}`.text;
  });
  return `garden_nonce=${nonce}; garden_failed=\n${runs.join('\n')}\n`;
}
