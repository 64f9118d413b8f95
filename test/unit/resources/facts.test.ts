import t from 'tap';
import type { Fact } from '../../../lib/model/fact.ts';
import { facts } from '../../../lib/resources/posix/index.ts';

function answer<T>(fact: Fact<T>, stdout: string): T {
  const host = {};
  fact.answer(host, stdout);
  return fact.get(host);
}

/** The output of a fact that asks several things. */
function sections(parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts)
    .map(([name, text]) => `\x1e${name}\n${text}`)
    .join('');
}

t.test('os', async (t) => {
  const ubuntu = `PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n`;
  t.same(answer(facts.os, ubuntu), {
    id: 'ubuntu',
    like: ['debian'],
    name: 'Ubuntu 24.04.1 LTS',
    version: '24.04',
    codename: 'noble',
  });
  const odd = `# a comment\nNAME='it is'\nID="rocky"\nID_LIKE="rhel centos fedora"\nPRETTY_NAME="a \\"b\\" \\$c \\\\d"\n`;
  t.match(answer(facts.os, odd), {
    like: ['rhel', 'centos', 'fedora'],
    name: 'a "b" $c \\d',
    version: '',
    codename: '',
  });
  t.same(answer(facts.os, ''), { id: 'linux', like: [], name: 'linux', version: '', codename: '' });
});

t.test('cpu', async (t) => {
  const thread = (id: number, socket: number, core: number) =>
    `processor\t: ${id}\nmodel name\t: Some CPU @ 2.00GHz: fast\nphysical id\t: ${socket}\ncore id\t\t: ${core}\n`;
  const two = [0, 1].flatMap((socket) => [0, 1].flatMap((core) => [0, 1].map((each) => [socket, core, each])));
  const text = two.map(([socket = 0, core = 0], index) => thread(index, socket, core)).join('');
  t.same(answer(facts.cpu, `${text}flags\t\t: fpu vmx aes\n`), {
    model: 'Some CPU @ 2.00GHz: fast',
    sockets: 2,
    cores: 4,
    threads: 8,
    flags: ['fpu', 'vmx', 'aes'],
  });
  const arm = 'processor\t: 0\nprocessor\t: 1\nFeatures\t: fp asimd\n';
  t.same(answer(facts.cpu, arm), { model: '', sockets: 1, cores: 2, threads: 2, flags: ['fp', 'asimd'] });
});

t.test('memory', async (t) => {
  const text =
    'MemTotal:        2048 kB\nMemFree:          100 kB\nMemAvailable:    1024 kB\nSwapTotal:       512 kB\nSwapFree:  0 kB\n';
  t.same(answer(facts.memory, text), {
    total: 2097152,
    available: 1048576,
    free: 102400,
    swapTotal: 524288,
    swapFree: 0,
  });
  t.equal(answer(facts.memory, 'MemTotal: 8 kB\nMemFree: 2 kB\n').available, 2048, 'a kernel before 3.14');
});

t.test('disks', async (t) => {
  const text = [
    'disk sda\nsize 2048\nrotational 1\nremovable 0\nread-only 0\nmapped \nmodel A disk  \nserial S1\n',
    'partition sda1 1024\n',
    'disk dm-0\nsize 16\nrotational 0\nremovable 0\nread-only 1\nmapped vg-root\nmodel \nserial \npart sda1\n',
    'disk loop0\nsize 0\n',
    'disk cciss!c0d0\nsize 2\npartition cciss!c0d0p1 1\n',
  ].join('');
  const [sda, root, raid] = answer(facts.disks, text);
  t.match(sda, { name: 'sda', size: 1048576, model: 'A disk', serial: 'S1', rotational: true, mapped: undefined });
  t.same(sda?.partitions, [{ name: 'sda1', size: 524288 }]);
  t.match(root, { name: 'dm-0', mapped: 'vg-root', readOnly: true, madeOf: ['sda1'] });
  t.match(raid, { name: 'cciss/c0d0', partitions: [{ name: 'cciss/c0d0p1' }] });
  t.equal(answer(facts.disks, text).length, 3, 'a loop with nothing in it is left out');
});

t.test('mounts', async (t) => {
  const text = sections({
    mounts: [
      '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro',
      '23 22 0:40 / /srv/with\\040blank rw - tmpfs tmpfs rw,size=4k',
      '24 22 0:41 / /net/share rw master:1 propagate_from:2 - nfs4 server:/export rw,vers=4.2',
      '',
    ].join('\n'),
    sizes: '4096 100 50 /\n4096 1 1 /srv/with blank\n',
  });
  t.same(answer(facts.mounts, text), [
    {
      path: '/',
      device: '/dev/sda1',
      type: 'ext4',
      options: ['rw', 'relatime', 'errors=remount-ro'],
      size: 409600,
      available: 204800,
    },
    {
      path: '/srv/with blank',
      device: 'tmpfs',
      type: 'tmpfs',
      options: ['rw', 'size=4k'],
      size: 4096,
      available: 4096,
    },
    {
      path: '/net/share',
      device: 'server:/export',
      type: 'nfs4',
      options: ['rw', 'vers=4.2'],
      size: undefined,
      available: undefined,
    },
  ]);
});

const ROUTES = [
  'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
  'wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
  'eth0\t00000000\t0101000A\t0003\t0\t0\t100\t00000000\t0\t0\t0',
  'eth0\t0000000A\t00000000\t0001\t0\t0\t100\t0000FFFF\t0\t0\t0',
  'eth1\t0002000A\t00000000\t0001\t0\t0\t0\t80FFFFFF\t0\t0\t0',
  '',
].join('\n');

t.test('network', async (t) => {
  const shared = {
    interfaces: [
      'eth0|02:00:00:00:00:01|1500|up|1|br0| physical',
      'eth1|02:00:00:00:00:02|1500|up|1|| physical vlan',
      'lo|00:00:00:00:00:00|65536|unknown|772||',
      '',
    ].join('\n'),
    ipv6: 'fe80000000000000000000fffe000001 02 40 20 80     eth0\n00000000000000000000000000000001 01 80 10 80       lo\n',
    routes: ROUTES,
    resolver: 'search a.example b.example\nnameserver 10.0.0.53\nnameserver  ::1\noptions edns0\n',
  };
  const ip = [
    '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever',
    '2: eth0    inet 10.0.1.5/16 brd 10.0.255.255 scope global dynamic eth0\\       valid_lft 1sec',
    '3: eth1@if7    inet 10.0.2.5/25 scope global eth1\\ ',
    '',
  ].join('\n');
  const local = (address: string) => `           |-- ${address}\n              /32 host LOCAL\n`;
  const trie = `Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n${['127.0.0.1', '10.0.1.5', '10.0.2.5', '10.0.1.5'].map(local).join('')}`;
  const expected = {
    gateway: { address: '10.0.1.1', interface: 'eth0' },
    nameservers: ['10.0.0.53', '::1'],
    searchDomains: ['a.example', 'b.example'],
    interfaces: [
      {
        name: 'eth0',
        mac: '02:00:00:00:00:01',
        mtu: 1500,
        state: 'up',
        kind: 'physical',
        master: 'br0',
        addresses: [
          { family: 'ipv4', address: '10.0.1.5', prefix: 16 },
          { family: 'ipv6', address: 'fe80::ff:fe00:1', prefix: 64 },
        ],
      },
      {
        name: 'eth1',
        mac: '02:00:00:00:00:02',
        mtu: 1500,
        state: 'up',
        kind: 'vlan',
        master: undefined,
        addresses: [{ family: 'ipv4', address: '10.0.2.5', prefix: 25 }],
      },
      {
        name: 'lo',
        mac: '',
        mtu: 65536,
        state: 'unknown',
        kind: 'loopback',
        master: undefined,
        addresses: [
          { family: 'ipv4', address: '127.0.0.1', prefix: 8 },
          { family: 'ipv6', address: '::1', prefix: 128 },
        ],
      },
    ],
  };
  t.same(answer(facts.network, sections({ ...shared, ipv4: ip })), expected, 'with ip(8)');
  t.same(answer(facts.network, sections({ ...shared, ipv4: `${ROUTES}${trie}` })), expected, 'without');
});

t.test('virtualisation', async (t) => {
  const cases: readonly (readonly [Readonly<Record<string, string>>, string | undefined, string | undefined])[] = [
    [{ firmware: 'Dell Inc.\nPowerEdge\nDell Inc.\n' }, undefined, undefined],
    [{ firmware: 'QEMU\nStandard PC\nSeaBIOS\n', guest: 'hypervisor\n' }, 'kvm', undefined],
    [{ firmware: 'QEMU\nStandard PC\nSeaBIOS\n' }, 'qemu', undefined],
    [{ firmware: 'VMware, Inc.\nVMware Virtual Platform\n', guest: 'hypervisor\n' }, 'vmware', undefined],
    [{ firmware: 'Microsoft Corporation\nVirtual Machine\n', guest: 'hypervisor\n' }, 'hyperv', undefined],
    [{ firmware: 'Microsoft Corporation\nSurface Pro\n' }, undefined, undefined],
    [{ hypervisor: 'xen\n', guest: 'hypervisor\n' }, 'xen', undefined],
    [{ guest: 'hypervisor\n', container: 'systemd-nspawn\n' }, 'unknown', 'systemd-nspawn'],
  ];
  for (const [parts, machine, container] of cases) {
    t.same(answer(facts.virtualisation, sections(parts)), { machine, container, kvm: false }, JSON.stringify(parts));
  }
});

t.test('services', async (t) => {
  const text = sections({
    units: [
      'cron.service loaded active running Regular background program processing daemon',
      'gone.service not-found inactive dead gone.service',
      'getty@tty1.service loaded active running Getty on tty1',
      '',
    ].join('\n'),
    files:
      'cron.service enabled enabled\ngetty@.service enabled enabled\nspare.service disabled enabled\nstatic.service static -\n',
  });
  t.same(answer(facts.services, text), [
    { name: 'cron.service', active: 'active', sub: 'running', file: 'enabled' },
    { name: 'getty@tty1.service', active: 'active', sub: 'running', file: '' },
    { name: 'spare.service', active: 'inactive', sub: 'dead', file: 'disabled' },
    { name: 'static.service', active: 'inactive', sub: 'dead', file: 'static' },
  ]);
  t.same(answer(facts.services, sections({ units: '', files: '' })), [], 'without systemd');
});

t.test('each has a deadline and says what it is', async (t) => {
  for (const fact of Object.values(facts)) {
    t.ok(fact.timeout > 0 && fact.timeout <= 10_000, fact.name);
    t.match(fact.description, /^[A-Z].*\.$/, fact.name);
  }
});
