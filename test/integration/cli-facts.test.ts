import { totalmem } from 'node:os';
import t from 'tap';
import { parse } from 'yaml';
import { inventoryLine, makeProject } from '../support/garden.ts';
import { freePort, sshdUnavailable, startSshd } from '../support/sshd.ts';

t.test('garden facts, against a real sshd', { skip: sshdUnavailable ?? false }, async (t) => {
  const sshd = await startSshd({ users: [] });
  const project = await makeProject('facts');
  t.teardown(async () => {
    await project.remove();
    await sshd.stop();
  });
  const here = inventoryLine('one', sshd.settings('root'));
  const gone = inventoryLine('gone', { address: '127.0.0.1', port: await freePort(), user: 'root' });
  await project.write('hosts.ini', `${here}\n[down]\n${gone}\n`);

  await t.test('as a table, each value with the way to it', async (t) => {
    const { status, stdout, stderr } = await project.garden(['facts', 'one', '-i', 'hosts.ini', 'memory', 'os']);
    t.equal(status, 0, stderr);
    t.match(stdout, new RegExp(`^one\n {2}memory\\.total +${totalmem()}$`, 'm'));
    t.match(stdout, /^ {2}os\.id +\S+$/m);
    t.notMatch(stdout, /cpu/);
  });

  await t.test('all of them, as data', async (t) => {
    const { status, stdout, stderr } = await project.garden(['facts', 'one', '-i', 'hosts.ini', '--format', 'json']);
    t.equal(status, 0, stderr);
    const expected = { one: { memory: { total: totalmem() }, cpu: {}, disks: [], kernel: {}, mounts: [], os: {} } };
    t.match(JSON.parse(stdout), expected);
    const yaml = await project.garden(['facts', 'one', 'memory', '-i', 'hosts.ini', '--format', 'yaml']);
    t.match(parse(yaml.stdout), { one: { memory: { total: totalmem() } } });
  });

  await t.test('a host that is down: the output stays data, the exit code tells', async (t) => {
    const { status, stdout, stderr } = await project.garden([
      'facts',
      'all',
      'os',
      '-i',
      'hosts.ini',
      '--format',
      'json',
    ]);
    t.equal(status, 4);
    t.same(Object.keys(JSON.parse(stdout)), ['one']);
    t.match(stderr, /^unreachable \| gone/m);
    t.match(stderr, /garden facts all os -i hosts\.ini --format json -l gone/);
  });

  await t.test('pain 13: unknown facts are mistakes, all at once, before a host is touched', async (t) => {
    const { status, stdout, stderr } = await project.garden(['facts', 'down', 'memori', 'oss', '-i', 'hosts.ini']);
    t.equal(status, 5);
    t.equal(stdout, '');
    t.match(stderr, /"memori" \(did you mean "memory"\?\)/);
    t.match(stderr, /"oss" \(did you mean "os"\?\)\n {2}→ there are: cpu, disks/);
  });

  await t.test('no lock is held and none is waited for', async (t) => {
    await sshd.run('mkfifo -m 666 /srv/started');
    const running = project.start(['exec', 'one', '-i', 'hosts.ini', '--', 'echo $$ > /srv/started; sleep 600']);
    await sshd.run('cat /srv/started');
    const { status, stderr } = await project.garden(['facts', 'one', 'os', '-i', 'hosts.ini']);
    t.equal(status, 0, stderr);
    running.kill('SIGINT');
    await running.ended;
  });
});
