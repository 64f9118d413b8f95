import { Script, sh } from '../../model/script.ts';
import type { FileWord } from './read-files.ts';

/** Which whole lines of a file are to be another. */
export interface LineEdit {
  /** Lines to take out, each as it stands in the file; all copies of them go. */
  readonly remove: readonly string[];
  /** What to put in: where the first of the removed lines was, or at the end of the file. */
  readonly add?: readonly string[] | undefined;
  /** Permissions of the file where it is made anew, as for umask; an existing one keeps its own. 022 by default. */
  readonly umask?: '022' | '077' | undefined;
}

const PROGRAM = Script.fromQuoted(`'
BEGIN {
  count = split(ENVIRON["old_lines"], list, "\\n")
  for (i = 1; i <= count; i++) old[list[i]] = 1
  added = ENVIRON["new_lines"] == ""
}
$0 in old {
  if (!added) print ENVIRON["new_lines"]
  added = 1
  next
}
{ print }
END { if (!added) print ENVIRON["new_lines"] }
'`);

/**
 * A script that edits a file by whole lines and puts the new one in its place at once (rename(2)); a symbolic link is
 * followed. Lines that it is not told of are left alone, also those that came since the file was read. The lines
 * must not be secret: they go through awk's environment.
 */
export function editLines(file: FileWord, { remove, add = [], umask = '022' }: LineEdit): Script {
  return sh`umask ${umask}
path=${file}
if [ -L "$path" ]; then path=$(readlink -f "$path") || exit 1; fi
folder=\${path%/*}
temporary=$folder/.\${path##*/}.garden
mkdir -p "$folder/" && rm -f "$temporary" || exit 1
input=/dev/null
if [ -e "$path" ]; then
  input=$path
  cp -p "$path" "$temporary" || exit 1
fi
old_lines=${remove.join('\n')} new_lines=${add.join('\n')} awk ${PROGRAM} "$input" > "$temporary" || exit 1
mv -f "$temporary" "$path" || exit 1`;
}

/** A script that makes a small file of root's with this text, at once (rename(2)), mode 0644. */
export function replaceFile(path: string, text: string): Script {
  const temporary = path.replace(/([^/]*)$/, '.$1.garden');
  return sh`umask 022
rm -f ${temporary} && printf %s ${text} > ${temporary} && mv -f ${temporary} ${path} || exit 1`;
}
