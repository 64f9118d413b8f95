import { Locked } from '../model/errors.ts';
import { type Script, sh } from '../model/script.ts';

/** Who holds a host while a run is at work on it. */
export interface LockRequest {
  /** Who and from where, in words. */
  readonly holder: string;
  readonly run: string;
  /** How long to wait for another run, in milliseconds. */
  readonly waitMs: number;
}

/**
 * Takes the host's lock for as long as the shell lives: flock(1) on descriptor 9, which no snippet inherits. The file
 * says who holds it. A holder of the same run is what a broken connection left behind, and is ended. Prints `held`, or
 * `busy` with the holder's words. Must run in the shell itself, not in a subshell.
 */
export function lockScript({ holder, run, waitMs }: LockRequest): Script {
  const tries = Math.max(1, Math.ceil(waitMs / 1000));
  return sh`mkdir -p "$garden_state" && exec 9>>"$garden_state/lock" || garden_lock=impossible
if [ -z "$garden_lock" ] && command -v flock >/dev/null; then
  garden_tries=0
  until flock -n 9; do
    garden_tries=$((garden_tries + 1))
    garden_pid=$(sed -n 's/^pid //p' "$garden_state/lock")
    if [ "$(sed -n 's/^run //p' "$garden_state/lock")" = ${run} ] && [ "$garden_tries" -le 5 ]; then kill -9 "$garden_pid" 2>/dev/null; sleep 0.2
    elif [ "$garden_tries" -gt ${tries} ]; then garden_lock=busy; break
    else sleep 1; fi
  done
fi
if [ -z "$garden_lock" ]; then
  printf '%s\n' ${`run ${run}`} "pid $$" ${`holder ${holder}`} "since $(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$garden_state/lock"
fi
garden_lock_answer() { echo "\${garden_lock:-held}"; if [ "$garden_lock" = busy ]; then cat "$garden_state/lock"; fi; }
`;
}

/** @throws Locked where another run holds the host. */
export function checkLock(answer: string): void {
  const [state, ...holder] = answer.split('\n');
  if (state !== 'busy') return;
  const field = (name: string) =>
    holder.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? 'unknown';
  throw new Locked(`another run is at work on it: ${field('holder')}, since ${field('since')}`, {
    hint: 'wait for it to end, or end it; the lock goes with it',
  });
}
