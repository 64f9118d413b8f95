import { z } from 'zod';
import { resource } from '../../model/resource.ts';
import { lines, type Script, sh } from '../../model/script.ts';
import { plainPath } from './account-name.ts';
import { editLines } from './edit-lines.ts';
import { readingFiles } from './read-files.ts';

const word = z.string().regex(/^[^\s#\0][^\n\0]*$/, 'one line, not empty');
const numberField = z.int().min(0).default(0);

const params = z
  .strictObject({
    path: plainPath.describe('Where it is mounted; the folder is made where it is missing.'),
    device: word.optional().describe('What is mounted: a device, UUID=…, a share. Needed unless it is to go.'),
    type: word.optional().describe('Type of the file system, e.g. ext4, nfs, tmpfs; none for a bind mount.'),
    options: z
      .union([word, z.array(word).min(1)])
      .default('defaults')
      .transform((options) => (typeof options === 'string' ? options : options.join(',')))
      .describe('Mount options: a list, or text with commas.'),
    dump: numberField.describe('Fifth field of fstab(5): whether dump(8) backs it up.'),
    pass: numberField.describe(
      'Sixth field of fstab(5): when it is checked at the start; 1 for /, 2 for others, 0 for never.',
    ),
    state: z
      .enum(['mounted', 'unmounted', 'present', 'absent'])
      .default('mounted')
      .describe(
        'mounted: in fstab and mounted. present: in fstab, mounted or not. unmounted: not mounted, fstab is left alone. absent: neither.',
      ),
  })
  .refine(
    ({ state, device, type }) =>
      state === 'unmounted' || state === 'absent' || (device !== undefined && type !== undefined),
    'device and type are needed for what is to be mounted',
  );
type Params = z.output<typeof params>;

type Current = {
  readonly fstab: string | null;
  readonly mounted: boolean;
  /** The lines of fstab that are about this path. */
  readonly lines: readonly string[];
};

/** fstab(5) and proc(5): blanks in a field are written as octal numbers. */
function encode(field: string): string {
  return field.replace(/[\\ \t]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function decode(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** The fields of a line of fstab or /proc/self/mounts; undefined for comments and blank lines. */
function fieldsOf(line: string): readonly string[] | undefined {
  const text = line.trim();
  return text === '' || text.startsWith('#') ? undefined : text.split(/\s+/);
}

function isAbout(line: string, path: string): boolean {
  const point = fieldsOf(line)?.[1];
  return point !== undefined && decode(point).replace(/(.)\/+$/, '$1') === path;
}

function entryOf({ path, device = '', type = '', options, dump, pass }: Params): string {
  return [...[device, path, type, options].map(encode), dump, pass].join(' ');
}

const files = readingFiles<Params>(() => ['/etc/fstab', '/proc/self/mounts']);

/** A file system in the tree. */
export const mount = resource('mount', {
  description:
    'A mounted file system and its line in /etc/fstab. When the line of a mounted one changes, it is remounted with the new options.',
  platform: 'posix',
  params,
  id: ({ path }) => path,
  owns: () => ['/etc/fstab'],
  probe: (one) => files.script([one]),
  probeMany: { script: files.script, split: files.split },
  read(stdout, one): Current {
    const { path } = one;
    const [fstab = [], mounts = []] = files.read(stdout, one);
    const lines = fstab.filter((line) => isAbout(line, path));
    const [device, , type, options = 'defaults', dump = '0', pass = '0'] = fieldsOf(lines.at(-1) ?? '') ?? [];
    return {
      fstab: device === undefined ? null : [device, encode(path), type, options, dump, pass].join(' '),
      mounted: mounts.some((line) => isAbout(line, path)),
      lines,
    };
  },
  desired(one) {
    switch (one.state) {
      case 'mounted':
        return { fstab: entryOf(one), mounted: true };
      case 'present':
        return { fstab: entryOf(one) };
      case 'unmounted':
        return { mounted: false };
      case 'absent':
        return { fstab: null, mounted: false };
    }
  },
  apply(one, changes, current) {
    const changed = new Set(changes.map(({ attribute }) => attribute));
    const { path, state } = one;
    const steps: Script[] = [];
    if (changed.has('mounted') && current.mounted) steps.push(sh`umount ${path} || exit`);
    if (changed.has('fstab')) {
      steps.push(editLines('/etc/fstab', { remove: current.lines, add: state === 'absent' ? [] : [entryOf(one)] }));
      // systemd makes its mount units from fstab and has to be told.
      steps.push(sh`if [ -d /run/systemd/system ]; then systemctl daemon-reload || exit; fi`);
    }
    if (state === 'mounted') {
      // With all of it named, the options that it has now are not carried over (mount(8), remount; busybox would).
      const remount = sh`mount -o ${`remount,${one.options}`} ${one.device ?? ''} ${path} || exit`;
      steps.push(current.mounted ? remount : sh`mkdir -p ${path} && mount ${path} || exit`);
    }
    return lines(steps);
  },
  together: { compatible: (earlier, next) => !isWithin(earlier.path, next.path) && !isWithin(next.path, earlier.path) },
});

function isWithin(inner: string, outer: string): boolean {
  return outer === '/' || inner === outer || inner.startsWith(`${outer}/`);
}
