import { type Script, sh } from '../model/script.ts';

/**
 * Ends everything that was started below a shell, but not the shell: TERM, and KILL for what is left after three seconds.
 * The processes are found in proc(5), since a target need not have procps.
 */
export function killDescendants(pid: number): Script {
  return sh`garden_below() {
  awk -v root=${pid} '
    { line = $0; sub(/^.*\) [A-Z] /, "", line); split(line, field, " "); split($0, first, " "); parent[first[1]] = field[1] }
    END { for (each in parent) { at = parent[each]; while (at != root && at > 1) at = parent[at]; if (at == root) print each } }
  ' /proc/[0-9]*/stat 2>/dev/null
}
garden_found=$(garden_below)
[ -n "$garden_found" ] && kill -TERM $garden_found 2>/dev/null
for garden_turn in 1 2 3 4 5 6; do
  [ -z "$(garden_below)" ] && exit 0
  sleep 0.5
done
garden_found=$(garden_below)
[ -n "$garden_found" ] && kill -KILL $garden_found 2>/dev/null
exit 0`;
}
