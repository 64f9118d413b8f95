import { type Application, REFUSED } from '../../model/resource.ts';
import { lines, printBytes, type Script, sh } from '../../model/script.ts';
import { type FileAttributes, setAttributes } from './file-attributes.ts';
import type { Content } from './file-content.ts';
import { folderOf, temporaryBeside } from './file-path.ts';

/** Up to so many bytes a file's content goes inside the script, above it as a stream. */
const INLINE = 65_536;

/** A new version of a file, on its way to its place. */
export interface NewFile {
  readonly path: string;
  /** What it holds, or a script that writes it to the file "$temporary". */
  readonly content: Content | Script;
  /** Of what it must hold, in hexadecimal; that of the content where it is not given. */
  readonly sha256?: string | undefined;
  readonly attributes: FileAttributes;
  /** A script that says with its exit status whether the file at this path is good. */
  readonly validate?: readonly ((path: string) => Script)[];
  /** Whether the old version is kept as `path.<time>~`. */
  readonly backup?: boolean;
  /** What the old version must still hold: a hash, or `absent`. */
  readonly unless?: { readonly changedSince: string };
}

function isContent(content: Content | Script): content is Content {
  return 'bytes' in content;
}

/** Tells with its status whether a file has a content of this hash. */
function hasHash(file: Script, sha256: string): Script {
  return sh`[ "$(sha256sum <${file})" = ${`${sha256}  -`} ]`;
}

function unchanged(path: string, hash: string): Script {
  const same = hash === 'absent' ? sh`[ ! -e "$path" ]` : hasHash(sh`"$path"`, hash);
  return sh`${same} || fail ${`${path} was changed by somebody else a moment ago: run again`}`;
}

/**
 * The script that puts one file in place: written beside it with nobody else's rights, checked by its hash, given its
 * owner and mode, validated, and renamed (rename(2) is atomic). Until then the old version stands. A symbolic link is
 * followed, so that the file that it leads to is replaced and not the link. Noclobber (`set -C`, O_EXCL) keeps others
 * from putting a link where the temporary file is made.
 */
function putScript(file: NewFile): Script {
  const { path, content, attributes, validate = [], backup = false, unless } = file;
  const temporary = temporaryBeside(path);
  const name = temporary.slice(temporary.lastIndexOf('/') + 1);
  const inline = !isContent(content) || content.size <= INLINE;
  const sha256 = file.sha256 ?? (isContent(content) ? content.sha256 : undefined);
  return lines([
    sh`path=${path} temporary=${temporary}
fail() { printf '%s\n' "$1" >&2; exit ${REFUSED}; }
trap 'rm -f "$temporary"' EXIT
trap 'exit 143' HUP INT TERM
[ -d ${folderOf(path)}/ ] || fail ${`there is no folder ${folderOf(path)}`}
[ ! -d "$path" ] || fail ${`${path} is a folder`}`,
    ...(unless ? [unchanged(path, unless.changedSince)] : []),
    ...(inline
      ? [
          sh`rm -f "$temporary" || exit 1
umask 077`,
        ]
      : []),
    // Through cat, which says why it could not write (a full disk); dash's own printf says "I/O error" whatever it is.
    ...(isContent(content)
      ? inline
        ? [
            sh`set -C
{ ${printBytes(content.bytes())}; } | cat >"$temporary" || fail ${`${temporary} cannot be written`}
set +C`,
          ]
        : []
      : [content]),
    ...(sha256 === undefined ? [] : [sh`${hasHash(sh`"$temporary"`, sha256)} || fail ${wrongContent(file)}`]),
    setAttributes(sh`"$temporary"`, attributes),
    ...validate.map(
      (check) =>
        sh`( ${check(temporary)}
) || fail ${`the new ${path} was refused by its validation, the old state was kept`}`,
    ),
    ...(backup
      ? [
          sh`[ ! -e "$path" ] || cp -p "$path" "$path.$(date -u +%Y%m%dT%H%M%SZ)~" || fail ${`${path} cannot be backed up`}`,
        ]
      : []),
    // Step by step, since busybox's readlink -f says nothing of a link to a file that is still to be made.
    sh`steps=0
while [ -L "$path" ] && [ $steps -lt 40 ]; do
  steps=$((steps + 1))
  target=$(readlink "$path" && echo x) || exit 1
  case $target in /*) path= ;; *) path=\${path%/*}/ ;; esac
  path=$path\${target%??}
done
[ ! -L "$path" ] || fail ${`the link ${path} leads in a circle`}
if [ $steps -gt 0 ]; then
  beside=\${path%/*}/${name}
  [ "$beside" = "$temporary" ] || mv -f "$temporary" "$beside" || fail ${`there is no folder where the link ${path} leads to`}
  temporary=$beside
fi
mv -f "$temporary" "$path" || exit 1
trap - EXIT`,
  ]);
}

function wrongContent({ path, content }: NewFile): string {
  const what = isContent(content) ? 'is not what was sent (is the disk full?)' : 'has another checksum';
  return `${path}: what arrived ${what}, the old state was kept`;
}

/** Puts files in place, one after another up to the first that fails. */
export function putFiles(files: readonly NewFile[]): Application {
  return {
    script: lines(
      files.map(
        (file) => sh`( ${putScript(file)}
) || exit $?`,
      ),
    ),
    uploads: files.flatMap(({ path, content }) =>
      isContent(content) && content.size > INLINE
        ? [
            {
              path: temporaryBeside(path),
              content: content.file === undefined ? content.bytes() : { file: content.file },
            },
          ]
        : [],
    ),
  };
}
