import { readFileSync } from 'node:fs';
import t from 'tap';
import { sh } from '../../../lib/model/script.ts';
import { mount } from '../../../lib/resources/posix/mount.ts';
import { assessIn, converges, mergedAsAlone } from '../../support/scratch-converge.ts';
import { SHELLS, scratchRoot, scratchRootUnavailable } from '../../support/scratch-root.ts';

const leftOut = scratchRootUnavailable ? { skip: scratchRootUnavailable } : {};

t.test('what differs', async (t) => {
  const data = { path: '/data', device: 'UUID=1', type: 'ext4' };
  const mounted = '2 /dev/sda1 /data ext4 rw 0 0\n';
  const cases = [
    { params: data, stdout: `1+\n2+\n1 UUID=1 /data ext4 defaults 0 0\n${mounted}`, changes: [] },
    { params: data, stdout: `1+\n2+\n1 UUID=1\t/data/  ext4 defaults\n${mounted}`, changes: [] },
    {
      params: data,
      stdout: '1+\n2+\n1 # UUID=1 /data ext4 defaults 0 0\n2 /dev/sda1 /data/more ext4 rw 0 0\n',
      changes: [
        ['fstab', null, 'UUID=1 /data ext4 defaults 0 0'],
        ['mounted', false, true],
      ],
    },
    { params: { ...data, state: 'present', pass: 2 }, stdout: '1+\n1 UUID=1 /data ext4 defaults 0 2\n', changes: [] },
    { params: { path: '/data', state: 'unmounted' }, stdout: `2+\n${mounted}`, changes: [['mounted', true, false]] },
    { params: { path: '/data', state: 'absent' }, stdout: '1+\n2+\n', changes: [] },
    {
      params: { path: '/a b', state: 'unmounted' },
      stdout: '2+\n2 x /a\\040b tmpfs rw 0 0\n',
      changes: [['mounted', true, false]],
    },
  ] as const;
  for (const { params, stdout, changes } of cases) {
    const found = mount(params).assess(stdout).changes;
    t.same(
      found.map(({ attribute, before, after }) => [attribute, before, after]),
      changes,
      stdout,
    );
  }
  t.throws(() => mount({ path: '/data' }), /device and type are needed/);
  t.throws(() => mount({ path: 'data', state: 'absent' }), /path: an absolute path/);
});

t.test('file systems are mounted, changed and unmounted', leftOut, async (t) => {
  for (const shell of SHELLS) {
    const root = await scratchRoot();
    t.teardown(() => root.remove());
    await root.run(
      sh`printf '# kept\nproc /proc proc defaults 0 0' > /etc/fstab; mkdir /srv/real; echo x > /srv/real/x`,
    );
    const path = `/srv/a 'b" $(id)\\`;
    const table = () => readFileSync(root.path('/etc/fstab'), 'utf8');
    const options = async () => (await root.run(sh`findmnt -n -o OPTIONS ${path}`)).stdout;

    await converges(t, root, mount({ path, device: 'tmpfs', type: 'tmpfs', options: ['size=1m', 'nodev'] }), { shell });
    t.equal(
      table(),
      `# kept\nproc /proc proc defaults 0 0\ntmpfs /srv/a\\040'b"\\040$(id)\\134 tmpfs size=1m,nodev 0 0\n`,
    );
    t.match(await options(), /nodev/);
    await converges(t, root, mount({ path, device: 'tmpfs', type: 'tmpfs', options: 'size=1m,noexec' }), { shell });
    t.match(await options(), /^(?!.*nodev).*noexec/);

    const bound = { path: '/srv/bound', device: '/srv/real', type: 'none', options: 'bind' };
    await converges(t, root, mount({ ...bound, state: 'present' }), { shell });
    t.not((await root.run(sh`cat /srv/bound/x`)).status, 0);
    await converges(t, root, mount(bound), { shell });
    t.equal((await root.run(sh`cat /srv/bound/x`)).stdout, 'x\n');

    const all = [mount(bound), mount({ path, state: 'absent' }), mount({ path: '/srv/none', state: 'unmounted' })];
    await mergedAsAlone(t, root, all, shell);
    await converges(t, root, mount({ path: '/srv/bound', state: 'unmounted' }), { shell });
    await converges(t, root, mount({ path, state: 'absent' }), { shell });
    await converges(t, root, mount({ path: '/srv/bound', state: 'absent' }), { shell });
    t.equal(table(), '# kept\nproc /proc proc defaults 0 0\n');
    await root.remove();
  }
});

t.test('one that is in use is not unmounted, and that is said', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  const started = await root.run(
    sh`mkdir /srv/busy && mount -t tmpfs tmpfs /srv/busy && cd /srv/busy && { sleep 1000 > /dev/null 2>&1 & }`,
  );
  t.equal(started.status, 0);
  const { apply } = await assessIn(root, mount({ path: '/srv/busy', state: 'unmounted' }));
  const { status, stderr } = await root.run(apply().script);
  t.not(status, 0);
  t.match(stderr, /busy/);
});
