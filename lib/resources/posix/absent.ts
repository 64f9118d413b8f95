import { z } from 'zod';
import { resource } from '../../model/resource.ts';
import { removablePath } from './file-path.ts';
import { probingFiles } from './file-state.ts';
import { removeTree } from './remove-tree.ts';

const params = z
  .union([
    removablePath.describe('The path alone.').transform((path) => ({ path })),
    z.strictObject({
      path: removablePath.describe('What should not be there: a file, a symbolic link, or a folder with all in it.'),
    }),
  ])
  .describe('The path, or an object with it.');
type Params = z.output<typeof params>;

const files = probingFiles<Params>({ path: ({ path }) => path, follow: false, attributes: false });

/** A path at which there should be nothing. */
export const absent = resource('absent', {
  description:
    'Removes a file, a symbolic link (not what it leads to) or a whole folder. Folders that the system stands on, and what has something mounted in it, are refused.',
  platform: 'posix',
  params,
  id: ({ path }) => path,
  owns: ({ path }) => [path],
  probe: files.probe,
  probeMany: files.probeMany,
  read: (stdout, wanted) => ({ state: files.state(stdout, wanted).kind }),
  desired: () => ({ state: 'absent' }),
  apply: ({ path }) => removeTree(path),
  together: { compatible: () => true },
});
