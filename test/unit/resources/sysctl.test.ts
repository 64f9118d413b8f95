import { readFileSync } from 'node:fs';
import t from 'tap';
import { sh } from '../../../lib/model/script.ts';
import { sysctl } from '../../../lib/resources/posix/sysctl.ts';
import { assessIn, converges, mergedAsAlone } from '../../support/scratch-converge.ts';
import { SHELLS, scratchRoot, scratchRootUnavailable } from '../../support/scratch-root.ts';

const leftOut = scratchRootUnavailable ? { skip: scratchRootUnavailable } : {};
const FILE = '/etc/sysctl.d/90-garden.conf';

t.test('what differs', async (t) => {
  const cases = [
    { name: 'net.ipv4.ip_forward', value: 1, stdout: '1+\n2+\n1 1\n2 net.ipv4.ip_forward = 1\n', changes: [] },
    { name: 'net/ipv4/ip_forward', value: 1, stdout: '1+\n2+\n1 1\n2 net.ipv4.ip_forward=1\n', changes: [] },
    { name: 'net.ipv4.ip_forward', value: 1, stdout: '1+\n2+\n1 1\n2 -net/ipv4/ip_forward = 1 \n', changes: [] },
    {
      name: 'net.ipv4.conf.a/1.rp_filter',
      value: 1,
      stdout: '1+\n2+\n1 1\n2 net/ipv4/conf/a.1/rp_filter = 1\n',
      changes: [],
    },
    { name: 'vm.x', value: '1  2 ', stdout: '1+\n2+\n1 1\t2\n2 vm.x = 1\t2\n', changes: [] },
    { name: 'vm.x', value: 1, stdout: '1+\n1 1\n', changes: [['file', undefined, '1']] },
    { name: 'vm.x', value: 1, stdout: '1+\n2+\n1 0\n2 vm.x = 0\n2 vm.x = 1\n', changes: [['running', '0', '1']] },
    { name: 'vm.x', value: 1, stdout: '1+\n2+\n1 1\n2 # vm.x = 1\n2 ;vm.x=1\n', changes: [['file', undefined, '1']] },
  ] as const;
  for (const { name, value, stdout, changes } of cases) {
    const found = sysctl({ name, value }).assess(stdout).changes;
    t.same(
      found.map(({ attribute, before, after }) => [attribute, before, after]),
      changes,
      `${name} ${JSON.stringify(stdout)}`,
    );
  }
  t.throws(() => sysctl({ name: 'vm.x', value: 1 }).assess(''), { name: 'UnmetPrecondition' });
});

t.test('names and values that are none are refused', async (t) => {
  for (const name of ['', 'kernel', '../etc/passwd', 'net..x', 'a.$(id)', '-a.b', 'a b.c', '/a/b']) {
    t.throws(() => sysctl({ name, value: 1 }), /name: a name as sysctl/, name);
  }
  t.throws(() => sysctl({ name: 'vm.x', value: '1\n2' }), /value: one line/);
});

t.test('parameters of an own network', leftOut, async (t) => {
  for (const shell of SHELLS) {
    const root = await scratchRoot({ ownNetwork: true });
    t.teardown(() => root.remove());
    const file = () => readFileSync(root.path(FILE), 'utf8');
    const running = async (name: string) => (await root.run(sh`cat ${`/proc/sys/${name}`}`)).stdout;
    await root.run(sh`echo 0 > /proc/sys/net/ipv4/ip_forward; rm -f ${FILE}`);

    await converges(t, root, sysctl({ name: 'net.ipv4.ip_forward', value: 1 }), { shell });
    t.equal(await running('net/ipv4/ip_forward'), '1\n');
    t.equal(file(), 'net.ipv4.ip_forward = 1\n');

    await root.run(sh`printf '# kept\n-net/ipv4/ip_forward=1\nnet.ipv4.ip_forward = 0\nnet.ipv4.x = 1' > ${FILE}`);
    await converges(t, root, sysctl({ name: 'net.ipv4.ip_forward', value: 1 }), { shell });
    t.equal(file(), '# kept\nnet.ipv4.ip_forward = 1\nnet.ipv4.x = 1\n', 'one line of it is left');

    await converges(t, root, sysctl({ name: 'net.ipv4.ip_local_port_range', value: '20000 30000' }), { shell });
    t.equal(await running('net/ipv4/ip_local_port_range'), '20000\t30000\n');
    await mergedAsAlone(
      t,
      root,
      [
        sysctl({ name: 'net.ipv4.ip_forward', value: 1 }),
        sysctl({ name: 'net.ipv4.nowhere', value: 1 }),
        sysctl({ name: 'net.ipv4.ip_local_port_range', value: '1 2', file: '/etc/sysctl.d/none.conf' }),
        sysctl({ name: 'net.ipv4.ip_local_port_range', value: '1 2' }),
      ],
      shell,
    );
    await root.remove();
  }
});

t.test('a value that the kernel refuses is a failure, and is not kept for the next start', leftOut, async (t) => {
  const root = await scratchRoot({ ownNetwork: true });
  t.teardown(() => root.remove());
  await root.run(sh`rm -f ${FILE}`);
  for (const shell of SHELLS) {
    const { apply } = await assessIn(root, sysctl({ name: 'net.ipv4.ip_forward', value: 'on' }));
    const { status, stderr } = await root.run(apply().script, { shell });
    t.equal(status, 1);
    t.match(stderr, /the kernel refuses net.ipv4.ip_forward = on/);
    t.equal((await root.run(sh`cat ${FILE}`)).stdout, '');
  }
});
