import { z } from 'zod';
import { UnmetPrecondition } from '../../model/errors.ts';
import { resource } from '../../model/resource.ts';
import { sh } from '../../model/script.ts';
import { absolutePath, folderOf } from './file-path.ts';
import { probingFiles } from './file-state.ts';

const params = z.strictObject({
  path: absolutePath.describe('Where the link is.'),
  target: z
    .string()
    .min(1)
    .refine((target) => !target.includes('\0'), 'a path cannot hold a NUL character')
    .describe('What it says: an absolute path, or one relative to the folder of the link. It need not exist.'),
  force: z.boolean().default(false).describe('Whether a file that is in its place is replaced. A folder never is.'),
});
type Params = z.output<typeof params>;

const files = probingFiles<Params>({ path: ({ path }) => path, follow: false });

/** A symbolic link. */
export const symlink = resource('symlink', {
  description: 'A symbolic link and where it leads.',
  platform: 'posix',
  params,
  id: ({ path }) => path,
  owns: ({ path }) => [path],
  probe: files.probe,
  probeMany: files.probeMany,
  read(stdout, { path, ...wanted }) {
    const { kind, target } = files.state(stdout, { path, ...wanted });
    if (kind === 'directory') throw new UnmetPrecondition(`${path} is a folder, which a link does not replace`);
    if (kind !== 'link' && kind !== 'absent' && !wanted.force) {
      throw new UnmetPrecondition(`${path} is a file: say force: true if a link may replace it`);
    }
    return { state: kind, target };
  },
  desired: ({ target }) => ({ state: 'link', target }),
  // -n: where the present link leads to a folder, it is replaced, not filled.
  apply: ({
    path,
    target,
  }) => sh`[ -d ${folderOf(path)}/ ] || { printf '%s\n' ${`there is no folder ${folderOf(path)}`} >&2; exit 1; }
[ -L ${path} ] || [ ! -d ${path} ] || { printf '%s\n' ${`${path} is a folder`} >&2; exit 1; }
ln -s -f -n -- ${target} ${path}`,
  together: { compatible: (earlier, next) => earlier.path !== next.path },
});
