import { readFileSync } from 'node:fs';
import t from 'tap';
import { group } from '../../../lib/resources/posix/group.ts';
import { converges, mergedAsAlone } from '../../support/scratch-converge.ts';
import { SHELLS, scratchRoot, scratchRootUnavailable } from '../../support/scratch-root.ts';

const leftOut = scratchRootUnavailable ? { skip: scratchRootUnavailable } : {};

t.test('what differs, and what is done about it', async (t) => {
  const cases = [
    { params: { name: 'mail' }, stdout: 'mail:x:8:\n', changes: [], apply: undefined },
    { params: { name: 'mail', gid: 8 }, stdout: 'mail:x:8:a,b\n', changes: [], apply: undefined },
    {
      params: { name: 'mail', gid: 9 },
      stdout: 'mail:x:8:\n',
      changes: [['gid', 8, 9]],
      apply: 'groupmod --gid 9 mail',
    },
    {
      params: { name: 'mail', gid: 9, system: true },
      stdout: '',
      changes: [
        ['state', 'absent', 'present'],
        ['gid', undefined, 9],
      ],
      apply: 'groupadd --system --gid 9 mail',
    },
    { params: { name: 'mail', state: 'absent' }, stdout: '', changes: [], apply: undefined },
    {
      params: { name: 'mail', state: 'absent' },
      stdout: 'mail:x:8:\n',
      changes: [['state', 'present', 'absent']],
      apply: 'groupdel mail',
    },
  ] as const;
  for (const { params, stdout, changes, apply } of cases) {
    const found = group(params).assess(stdout);
    t.same(
      found.changes.map(({ attribute, before, after }) => [attribute, before, after]),
      changes,
    );
    if (apply) t.equal(found.apply().script.text, apply);
  }
});

t.test('names that the system would not take are refused', async (t) => {
  for (const name of ['-n', '', '1', 'a b', "a'b", 'a\nb', 'a:b', '$(id)', 'x'.repeat(33)]) {
    t.throws(() => group({ name }), /name: a name of a user or group/, JSON.stringify(name));
  }
});

t.test('groups come, change and go', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  for (const [index, shell] of SHELLS.entries()) {
    const name = `garden${index}`;
    await converges(t, root, group({ name, gid: 7000 + index }), { shell });
    t.match(readFileSync(root.path('/etc/group'), 'utf8'), new RegExp(`^${name}:x:${7000 + index}:$`, 'm'));
    await converges(t, root, group({ name, gid: 7100 + index }), { shell });
    const all = [
      group({ name }),
      group({ name: 'root' }),
      group({ name: 'nobody-here' }),
      group({ name: 'root', gid: 3 }),
    ];
    await mergedAsAlone(t, root, all, shell);
    await converges(t, root, group({ name, state: 'absent' }), { shell });
  }
});
