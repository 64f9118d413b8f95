import { z } from 'zod';
import { resource } from '../../model/resource.ts';
import { sh } from '../../model/script.ts';
import { accountName } from './account-name.ts';

const params = z.strictObject({
  name: accountName.describe('Name of the group.'),
  gid: z.int().min(0).optional().describe('Its number; chosen by the system where it is not given.'),
  system: z.boolean().default(false).describe('Whether a new group gets a number of the range for system groups.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether it should exist.'),
});
type Params = z.output<typeof params>;

type Current = { readonly state: 'present' | 'absent'; readonly gid: number | undefined };

/** getent(1) exits with 2 where one of the names was not found, which is an answer. */
const script = (many: readonly Params[]) =>
  sh`getent group ${[...new Set(many.map(({ name }) => name))]} || [ $? -eq 2 ]`;

/** A group of users. */
export const group = resource('group', {
  description: 'A group of users, made and changed with groupadd, groupmod and groupdel.',
  platform: 'posix',
  params,
  id: ({ name }) => name,
  probe: (one) => script([one]),
  probeMany: {
    script,
    split(stdout, many) {
      const lines = stdout.split('\n');
      return many.map(({ name }) => {
        const line = lines.find((candidate) => candidate.startsWith(`${name}:`));
        return line === undefined ? '' : `${line}\n`;
      });
    },
  },
  read(stdout): Current {
    const [name, , gid] = stdout.trim().split(':');
    return name ? { state: 'present', gid: Number(gid) } : { state: 'absent', gid: undefined };
  },
  desired: ({ gid, state }) => (state === 'absent' ? { state } : { state, gid }),
  apply({ name, gid, system, state }, _changes, current) {
    if (state === 'absent') return sh`groupdel ${name}`;
    if (current.state === 'present') return sh`groupmod --gid ${gid ?? ''} ${name}`;
    return sh`groupadd ${system ? ['--system'] : []} ${gid === undefined ? [] : ['--gid', gid]} ${name}`;
  },
  together: { compatible: (earlier, next) => earlier.name !== next.name },
});
