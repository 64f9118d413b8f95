import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { arch, cpus, hostname, type networkInterfaces, release, totalmem, uptime } from 'node:os';
import t from 'tap';
import type { Fact } from '../../lib/model/fact.ts';
import { sh } from '../../lib/model/script.ts';
import { facts } from '../../lib/resources/posix/index.ts';
import { type Run, succeed } from '../support/converge.ts';
import { localShell } from '../support/local-shell.ts';
import { SHELLS, scratchRoot, scratchRootUnavailable } from '../support/scratch-root.ts';

const leftOut =
  process.platform === 'linux'
    ? scratchRootUnavailable
      ? { skip: scratchRootUnavailable }
      : {}
    : { skip: 'facts are read from Linux' };

async function ask<T>(fact: Fact<T>, run: Run): Promise<T> {
  const host = {};
  fact.answer(host, await succeed(fact.script, run));
  return fact.get(host);
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

for (const shell of SHELLS) {
  t.test(`this machine is as Node sees it, in ${shell}`, leftOut, async (t) => {
    const { run } = localShell(shell);
    const kernel = await ask(facts.kernel, run);
    t.equal(kernel.release, release());
    t.equal(kernel.hostname, hostname());
    t.equal(kernel.architecture, ARCHITECTURES[arch()] ?? kernel.architecture);
    t.ok(Math.abs(kernel.uptime - uptime()) < 60);
    t.match(kernel.bootId, /^[0-9a-f-]{36}$/);

    t.equal((await ask(facts.cpu, run)).threads, cpus().length);
    t.equal((await ask(facts.cpu, run)).model, cpus()[0]?.model);
    t.equal((await ask(facts.memory, run)).total, totalmem());
    t.match(readFileSync('/etc/os-release', 'utf8'), new RegExp(`^ID="?${(await ask(facts.os, run)).id}"?$`, 'm'));

    const root = (await ask(facts.mounts, run)).findLast(({ path }) => path === '/');
    const { blocks, bsize } = await statfs('/');
    if (root?.size === undefined) t.comment(`/ is ${root?.type}, which is not asked for its size`);
    else t.equal(root.size, blocks * bsize);
    t.type((await ask(facts.virtualisation, run)).kvm, 'boolean');
    t.type((await ask(facts.services, run)).length, 'number');
    for (const { size } of await ask(facts.disks, run)) t.ok(size > 0);
  });

  t.test(`the network is as Node sees it, with ip and without, in ${shell}`, leftOut, async (t) => {
    const root = await scratchRoot({ ownNetwork: true });
    t.teardown(() => root.remove());
    const run: Run = (script) => root.run(script, { shell });
    await succeed(
      sh`mount -t sysfs sysfs /sys && ip link set lo up
ip link add bridge0 type bridge && ip link set bridge0 up
ip link add left mtu 1400 type veth peer name right && ip link set left up && ip link set right master bridge0 up
ip addr add 192.0.2.5/25 dev left && ip addr add 198.51.100.7/24 dev bridge0 && ip addr add 2001:db8::5/64 dev left nodad
ip route add default via 192.0.2.1`,
      (script) => root.run(script),
    );
    // A Node in there, asked for the same.
    const program = 'console.log(JSON.stringify(require("node:os").networkInterfaces()))';
    const seen: ReturnType<typeof networkInterfaces> = JSON.parse(
      await succeed(sh`${process.execPath} -e ${program}`, (script) => root.run(script)),
    );
    const expected = Object.entries(seen).flatMap(([name, list = []]) => list.map(({ cidr }) => `${name} ${cidr}`));
    for (const without of [false, true]) {
      if (without) await succeed(sh`rm -f /usr/sbin/ip /usr/bin/ip /sbin/ip /bin/ip`, (script) => root.run(script));
      const network = await ask(facts.network, shell === 'busybox' && without ? hidden(root.run) : run);
      const found = network.interfaces.flatMap(({ name, addresses }) =>
        addresses.map(({ address, prefix }) => `${name} ${address}/${prefix}`),
      );
      t.same(
        found.filter((line) => !/ fe80:/.test(line)).sort(),
        expected.filter((line) => !/ fe80:/.test(line)).sort(),
      );
      t.same(network.gateway, { address: '192.0.2.1', interface: 'left' });
      const byName = new Map(network.interfaces.map((each) => [each.name, each]));
      t.match(byName.get('left'), { mtu: 1400, state: 'up', kind: 'virtual', master: undefined });
      t.match(byName.get('right'), { master: 'bridge0' });
      t.match(byName.get('bridge0'), { kind: 'bridge' });
      t.match(byName.get('lo'), { kind: 'loopback', mac: '' });
    }
  });

  t.test(`what may hang is never touched, in ${shell}`, leftOut, async (t) => {
    const root = await scratchRoot();
    t.teardown(() => root.remove());
    const run: Run = (script) => root.run(script, { shell });
    // The list of mounts is one that names network mounts; whoever asks for their size is caught by a stat that tells.
    const mountinfo = [
      '1 0 8:1 / / rw - ext4 /dev/sda1 rw',
      '2 1 0:30 / /tmp rw - tmpfs tmpfs rw',
      '3 1 0:31 / /net rw - nfs4 server:/export rw',
      '4 3 0:32 / /net/inside rw - ext4 /dev/sdb1 rw',
      '5 1 0:33 / /share rw - cifs //server/share rw',
      '6 1 0:34 / /remote rw - fuse.sshfs host: rw',
      '7 1 0:35 / /auto rw - autofs map rw',
      '8 7 0:36 / /auto/home rw - xfs /dev/sdc1 rw',
      '9 1 0:37 / /with\\040a\\011blank\\134 rw - tmpfs tmpfs rw',
      '10 1 0:38 / /odd rw - somethingnew x rw',
      '11 1 0:39 / /netting rw - tmpfs tmpfs rw',
      '12 1 0:20 / /proc/deep rw - proc proc rw',
      '',
    ].join('\n');
    await succeed(sh`printf %s ${mountinfo} >/tmp/mountinfo`, run);
    const script = facts.mounts.script.text.replaceAll('/proc/self/mountinfo', '/tmp/mountinfo');
    const told = await succeed(
      sh`stat() { shift 4; printf 'asked %s\n' "$@"; }
eval ${script}`,
      run,
    );
    t.same(
      [...told.matchAll(/^asked (.*)$/gm)].map(([, path]) => path),
      ['/', '/tmp', '/with a\tblank\\', '/netting'],
    );
  });
}

/** busybox has an ip of its own that no file stands for; as a function it can be hidden. */
function hidden(run: (script: Parameters<Run>[0], options: { shell: 'busybox' }) => ReturnType<Run>): Run {
  return (script) => run(sh`ip() { return 127; }\n${script}`, { shell: 'busybox' });
}
