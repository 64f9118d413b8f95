import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import t from 'tap';
import { sh } from '../../../lib/model/script.ts';
import { kernelModule } from '../../../lib/resources/posix/kernel-module.ts';
import { assessIn, mergedAsAlone } from '../../support/scratch-converge.ts';
import { SHELLS, scratchRoot, scratchRootUnavailable } from '../../support/scratch-root.ts';

const leftOut = scratchRootUnavailable ? { skip: scratchRootUnavailable } : {};
const LOADED = '1+\n1 br_netfilter 32768 0 - Live 0x0\n1 bridge 1 1 br_netfilter, Live 0x0\n';

t.test('what differs', async (t) => {
  const cases = [
    { params: { name: 'br-netfilter' }, stdout: `${LOADED}3+\n3 br-netfilter\n`, changes: [] },
    { params: { name: 'br_netfilter', persist: false }, stdout: LOADED, changes: [] },
    { params: { name: 'br_netfilter' }, stdout: LOADED, changes: [['persist', false, true]] },
    {
      params: { name: 'netfilter' },
      stdout: LOADED,
      changes: [
        ['state', 'absent', 'present'],
        ['persist', false, true],
      ],
    },
    { params: { name: 'bridge', state: 'absent' }, stdout: LOADED, changes: [['state', 'present', 'absent']] },
    {
      params: { name: 'usb-storage', state: 'absent', blacklist: true },
      stdout: LOADED,
      changes: [['blacklist', false, true]],
    },
    { params: { name: 'loop', persist: false }, stdout: '2+\n2 kernel/drivers/block/loop.ko\n', changes: [] },
    {
      params: { name: 'bridge', params: { a: '1', b: '' }, persist: false },
      stdout: `${LOADED}4+\n4 options bridge a=2\n4 blacklist bridge\n`,
      changes: [['params', 'a=2', 'a=1 b']],
    },
  ] as const;
  for (const { params, stdout, changes } of cases) {
    const found = kernelModule(params).assess(stdout).changes;
    t.same(
      found.map(({ attribute, before, after }) => [attribute, before, after]),
      changes,
      params.name,
    );
  }
  const builtin = kernelModule({ name: 'loop', state: 'absent' });
  t.throws(() => builtin.assess('2+\n2 kernel/drivers/block/loop.ko\n'), /built into the kernel/);
  t.throws(() => kernelModule({ name: '../x' }), /name: the name of a kernel module/);
  t.throws(() => kernelModule({ name: 'x', params: { a: '1 b=2' } }), /params\.a: without blanks/);
});

/** A modprobe that does no more than write down how it was called: a test must not touch the machine's own kernel. */
const RECORDER = '#!/bin/sh\necho "$@" >> /tmp/modprobe\n';

t.test('files are written before the module is loaded', leftOut, async (t) => {
  t.comment("left out: no module is really loaded or unloaded, since the kernel is the machine's own");
  for (const shell of ['dash', 'bash'] as const) {
    const root = await scratchRoot();
    t.teardown(() => root.remove());
    await root.run(sh`printf %s ${RECORDER} > /usr/local/sbin/modprobe; chmod 755 /usr/local/sbin/modprobe`);
    const module = kernelModule({ name: 'garden-x', params: { a: '1' }, blacklist: true });
    const { apply } = await assessIn(root, module, shell);
    t.same(await root.run(apply().script, { shell }), { stdout: '', stderr: '', status: 0 });
    t.equal(readFileSync(root.path('/tmp/modprobe'), 'utf8'), 'garden-x\n');
    t.equal(readFileSync(root.path('/etc/modules-load.d/garden-garden_x.conf'), 'utf8'), 'garden-x\n');
    const options = root.path('/etc/modprobe.d/garden-garden_x.conf');
    t.equal(readFileSync(options, 'utf8'), 'options garden-x a=1\nblacklist garden-x\n');
    const left = (await assessIn(root, module, shell)).changes;
    t.same(left, [{ attribute: 'state', before: 'absent', after: 'present' }], 'all but what the kernel has to do');

    const gone = kernelModule({ name: 'garden_x', params: {}, state: 'absent', blacklist: false });
    t.equal((await root.run((await assessIn(root, gone, shell)).apply().script, { shell })).status, 0);
    t.notOk(existsSync(root.path('/etc/modules-load.d/garden-garden_x.conf')));
    t.same((await assessIn(root, gone, shell)).changes, []);
    await root.remove();
  }
});

t.test('many are probed as one', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  const own = `/lib/modules/${release()}`;
  await root.run(sh`mkdir -p ${own} && echo kernel/fs/builtin.ko > ${`${own}/modules.builtin`}`);
  const all = ['builtin', 'nothing', 'bridge'].map((name) => kernelModule({ name, persist: false }));
  for (const shell of SHELLS) await mergedAsAlone(t, root, all, shell);
  const [builtin] = all;
  if (builtin) t.same((await assessIn(root, builtin)).changes, []);
});

t.test('what a module really needs is a failure that says so', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  const { apply } = await assessIn(root, kernelModule({ name: 'garden_no_such_module' }));
  const { status, stderr } = await root.run(apply().script);
  t.not(status, 0);
  t.match(stderr, /garden_no_such_module|modprobe/);
});
