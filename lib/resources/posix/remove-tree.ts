import { type Script, sh } from '../../model/script.ts';

/** How mount points are written in /proc/self/mountinfo (proc(5)): blanks and backslashes as octal numbers. */
function asMountPoint(path: string): string {
  return path.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/**
 * Removes a file, a link (not what it leads to) or a folder with all that is in it, but never what is mounted there: it
 * may be the only copy of something.
 */
export function removeTree(path: string): Script {
  return sh`point=${asMountPoint(path)} mounts=/dev/null
if [ ! -L ${path} ] && [ -r /proc/self/mountinfo ]; then mounts=/proc/self/mountinfo; fi
while read -r _ _ _ _ mounted _; do
  case $mounted in
    "$point"|"$point"/*) printf '%s\n' ${`${path} is not removed: something is mounted there`} >&2; exit 1 ;;
  esac
done <"$mounts"
rm -rf -- ${path}`;
}
