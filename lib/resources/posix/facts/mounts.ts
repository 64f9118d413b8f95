import { fact } from '../../../model/fact.ts';
import { sh } from '../../../model/script.ts';
import { readSections, sections } from './sections.ts';

/** Something that is mounted. */
export interface Mount {
  readonly path: string;
  /** `/dev/sda1`, `server:/export`, `tmpfs`. */
  readonly device: string;
  /** `ext4`, `nfs4`, `tmpfs`. */
  readonly type: string;
  readonly options: readonly string[];
  /** In bytes; undefined for what is not asked: network, FUSE and automatic mounts, which may not answer, and kernel interfaces. */
  readonly size: number | undefined;
  /** What a user may still write, in bytes. */
  readonly available: number | undefined;
}

/** File systems that live in this machine's disks and memory. Any other may hang when it is asked, so it is not. */
const LOCAL =
  'bcachefs btrfs erofs exfat ext2 ext3 ext4 f2fs hfsplus iso9660 jfs msdos nilfs2 ntfs ntfs3 overlay ramfs reiserfs squashfs tmpfs udf ufs vfat xfs zfs';
/** Interfaces of the kernel: they have no size, but what is mounted below them can be asked. */
const KERNEL =
  'binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nsfs proc pstore rpc_pipefs securityfs selinuxfs sysfs tracefs';

/**
 * Prints the paths of mountinfo (proc(5)) that may be asked for their size, one a line. A path is left out when anything
 * that may hang is mounted on it or above it, since looking it up would already go through that. Octal escapes
 * (`\040`) are undone; a path with a newline is left out.
 */
const ASKABLE = `
function plain(text,   out, code) {
  out = ""
  while (match(text, /\\\\[0-7][0-7][0-7]/)) {
    code = substr(text, RSTART + 1, 1) * 64 + substr(text, RSTART + 2, 1) * 8 + substr(text, RSTART + 3, 1)
    out = out substr(text, 1, RSTART - 1) sprintf("%c", code)
    text = substr(text, RSTART + 4)
  }
  return out text
}
BEGIN {
  n = split(locals, words, " "); for (i = 1; i <= n; i++) isLocal[words[i]] = 1
  n = split(interfaces, words, " "); for (i = 1; i <= n; i++) isKernel[words[i]] = 1
}
{
  for (i = 7; i < NF && $i != "-"; i++);
  type = $(i + 1)
  path[NR] = $5
  if (type in isLocal) local[NR] = 1
  else if (!(type in isKernel)) hanging[$5] = 1
}
END {
  for (i = 1; i <= NR; i++) {
    if (!(i in local) || index(path[i], "\\\\012")) continue
    fine = 1
    for (above in hanging)
      if (above == path[i] || index(path[i], above == "/" ? "/" : above "/") == 1) fine = 0
    if (fine) print plain(path[i])
  }
}`;

export const mounts = fact<readonly Mount[]>('mounts', {
  description:
    'What is mounted where, with the size of what lies on this machine. Network, FUSE and automatic mounts are listed, but never touched.',
  script: sections({
    mounts: sh`cat /proc/self/mountinfo`,
    sizes: sh`awk -v locals=${LOCAL} -v interfaces=${KERNEL} ${ASKABLE} /proc/self/mountinfo | {
  set --
  while IFS= read -r path; do set -- "$@" "$path"; done
  [ $# -eq 0 ] || stat -f -c '%S %b %a %n' -- "$@"
}`,
  }),
  timeout: '5s',
  read(stdout) {
    const section = readSections(stdout);
    const sizes = new Map(
      [...section('sizes').matchAll(/^(\d+) (\d+) (\d+) (.*)$/gm)].map(([, block, total, available, path = '']) => [
        path,
        { size: Number(block) * Number(total), available: Number(block) * Number(available) },
      ]),
    );
    return section('mounts')
      .split('\n')
      .flatMap((line) => readMount(line, sizes) ?? []);
  },
});

function readMount(
  line: string,
  sizes: ReadonlyMap<string, { readonly size: number; readonly available: number }>,
): Mount | undefined {
  const words = line.split(' ');
  const dash = words.indexOf('-', 6);
  const [path, options] = words.slice(4);
  const [type, device, superOptions = ''] = words.slice(dash + 1);
  if (dash === -1 || path === undefined || type === undefined) return undefined;
  const known = LOCAL.split(' ').includes(type) ? sizes.get(plain(path)) : undefined;
  return {
    path: plain(path),
    device: plain(device ?? ''),
    type,
    options: [...new Set([...(options ?? '').split(','), ...superOptions.split(',')])].filter(Boolean),
    size: known?.size,
    available: known?.available,
  };
}

function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
