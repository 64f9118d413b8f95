import { fact } from '../../../model/fact.ts';
import { sh } from '../../../model/script.ts';
import { linesOf } from './sections.ts';

/** A part of a disk. */
export interface Partition {
  /** `sda1` */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
}

/** A block device that is no partition: a disk, an array, a logical volume, a loop with something in it. */
export interface Disk {
  /** `sda`, `nvme0n1`, `md0`, `dm-0`: its name in /dev and /sys/block. */
  readonly name: string;
  /** What LVM or dm-crypt calls it; undefined for others. */
  readonly mapped: string | undefined;
  /** In bytes. */
  readonly size: number;
  /** Empty where the kernel tells none. */
  readonly model: string;
  readonly serial: string;
  readonly rotational: boolean;
  readonly removable: boolean;
  readonly readOnly: boolean;
  readonly partitions: readonly Partition[];
  /** The devices that it is made of, where it is an array or a volume. */
  readonly madeOf: readonly string[];
}

/** The kernel counts in these, whatever the disk's own blocks are (Documentation/ABI/stable/sysfs-block, size). */
const SECTOR = 512;

export const disks = fact<readonly Disk[]>('disks', {
  description: 'Block devices with their size, model, partitions, and what they are made of.',
  // No process is started: the shell itself reads the files of one line that /sys is made of.
  script: sh`show() { value=; if [ -r "$2" ]; then read -r value <"$2"; fi; echo "$1 $value"; }
for disk in /sys/block/*; do
  [ -r "$disk/size" ] || continue
  echo "disk \${disk##*/}"
  show size "$disk/size"
  show rotational "$disk/queue/rotational"
  show removable "$disk/removable"
  show read-only "$disk/ro"
  show mapped "$disk/dm/name"
  show model "$disk/device/model"
  serial=$disk/device/serial
  [ -r "$serial" ] || serial=$disk/serial
  show serial "$serial"
  for part in "$disk"/*/partition; do
    [ ! -r "$part" ] || { part=\${part%/partition}; show "partition \${part##*/}" "$part/size"; }
  done
  for part in "$disk"/slaves/*; do [ ! -e "$part" ] || echo "part \${part##*/}"; done
done 2>/dev/null`,
  read(stdout) {
    const blocks = stdout.split(/^disk /m).slice(1);
    return blocks.map(readDisk).filter(({ size }) => size > 0);
  },
});

function readDisk(block: string): Disk {
  const [name = '', ...rest] = linesOf(block);
  const all = (key: string) =>
    rest.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1).trim());
  const value = (key: string) => all(key)[0] ?? '';
  return {
    // A slash in a device's name stands as an exclamation mark in /sys (cciss!c0d0).
    name: name.replaceAll('!', '/'),
    mapped: value('mapped') || undefined,
    size: Number(value('size')) * SECTOR,
    model: value('model'),
    serial: value('serial'),
    rotational: value('rotational') === '1',
    removable: value('removable') === '1',
    readOnly: value('read-only') === '1',
    partitions: all('partition').map((line) => {
      const [partition = '', size] = line.split(' ');
      return { name: partition.replaceAll('!', '/'), size: Number(size) * SECTOR };
    }),
    madeOf: all('part').map((part) => part.replaceAll('!', '/')),
  };
}
