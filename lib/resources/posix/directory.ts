import { z } from 'zod';
import { UnmetPrecondition } from '../../model/errors.ts';
import { resource } from '../../model/resource.ts';
import { lines, sh } from '../../model/script.ts';
import { attributesOf, fileMode, fileOwner, setAttributes } from './file-attributes.ts';
import { absolutePath, folderOf, overlap, removablePath } from './file-path.ts';
import { probingFiles } from './file-state.ts';
import { removeTree } from './remove-tree.ts';

const params = z
  .strictObject({
    path: absolutePath.describe('Where the folder is. A symbolic link to a folder is one.'),
    mode: fileMode.optional().describe("Permissions, such as '0755', which a new one gets where none are given."),
    owner: fileOwner.optional().describe('Name or number of the user that owns it.'),
    group: fileOwner.optional().describe('Name or number of its group.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe('Whether it should exist. "absent" removes it with all that is in it.'),
  })
  .superRefine(({ path, state }, context) => {
    const removable = removablePath.safeParse(path);
    if (state !== 'absent' || removable.success) return;
    context.addIssue({
      code: 'custom',
      path: ['path'],
      message: removable.error.issues[0]?.message ?? 'not removable',
    });
  });
type Params = z.output<typeof params>;

const files = probingFiles<Params>({ path: ({ path }) => path });

/** A folder: its permissions and owner. */
export const directory = resource('directory', {
  description:
    'A folder: its permissions and owner, not those of what is in it. Folders above it are made as well, with mode 0755.',
  platform: 'posix',
  params,
  id: ({ path }) => path,
  owns: ({ path }) => [path],
  probe: files.probe,
  probeMany: files.probeMany,
  read(stdout, wanted) {
    const state = files.state(stdout, wanted);
    if (state.kind !== 'directory' && state.kind !== 'absent') {
      throw new UnmetPrecondition(`${wanted.path} is there and is no folder`);
    }
    return { state: state.kind === 'directory' ? 'present' : 'absent', ...attributesOf(state, wanted) };
  },
  desired({ state, mode, owner, group }, current) {
    if (state === 'absent') return { state };
    return { state, mode: mode ?? (current.state === 'absent' ? '0755' : undefined), owner, group };
  },
  apply(wanted, _changes, current) {
    const { path, state, mode } = wanted;
    if (state === 'absent') return removeTree(path);
    if (current.state === 'present') return setAttributes(sh`${path}`, wanted);
    // Made without rights for others, so that it is at no time more open than it should be.
    return lines([
      sh`umask 022
mkdir -p ${folderOf(path)} || exit 1
[ -d ${path} ] || mkdir -m 0700 ${path} || exit 1`,
      setAttributes(sh`${path}`, { ...wanted, mode: mode ?? '0755' }),
    ]);
  },
  together: {
    compatible: (earlier, next) =>
      !overlap(earlier.path, next.path) ||
      (earlier.path !== next.path && earlier.state === 'present' && next.state === 'present'),
  },
});
