import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Unreachable } from '../../../lib/model/errors.ts';
import { jumpSettings, parseDestination } from '../../../lib/transport/jump.ts';
import { resolveSshConfig, SshConfig } from '../../../lib/transport/ssh-config.ts';

t.test('what ssh -G answers is read', async (t) => {
  const config = new SshConfig(
    'alias',
    'hostname real.example.org\nport 2222\nuser ann\nproxyjump none\nidentityfile a b\n',
  );
  t.equal(config.hostname, 'real.example.org');
  t.equal(config.port, 2222);
  t.equal(config.user, 'ann');
  t.same(config.jumps, []);
  t.same(config.identityFiles, ['a b']);
});

t.test('tokens that ssh leaves in its answer are expanded', async (t) => {
  const config = new SshConfig('alias', 'hostname real.example.org\nport 2222\nuser ann');
  t.equal(config.expand('~/.ssh/%r@%h:%p-%n-%%'), join(homedir(), '.ssh/ann@real.example.org:2222-alias-%'));
  t.equal(config.expand('%d/x'), join(homedir(), 'x'));
  process.env.GARDEN_TEST_FOLDER = '/somewhere';
  t.equal(config.expand('${GARDEN_TEST_FOLDER}/key'), '/somewhere/key');
  delete process.env.GARDEN_TEST_FOLDER;
});

t.test('the agent is the one that IdentityAgent names', async (t) => {
  const before = process.env.SSH_AUTH_SOCK;
  process.env.SSH_AUTH_SOCK = '/run/agent';
  t.equal(new SshConfig('a', '').agentSocket, '/run/agent');
  t.equal(new SshConfig('a', 'identityagent SSH_AUTH_SOCK').agentSocket, '/run/agent');
  t.equal(new SshConfig('a', 'identityagent $SSH_AUTH_SOCK').agentSocket, '/run/agent');
  t.equal(new SshConfig('a', 'identityagent none').agentSocket, undefined);
  t.equal(new SshConfig('a', 'identityagent /other/%n').agentSocket, '/other/a');
  if (before === undefined) delete process.env.SSH_AUTH_SOCK;
  else process.env.SSH_AUTH_SOCK = before;
});

t.test('the system is asked, with Include, Match and the settings’ own arguments', async (t) => {
  const folder = t.testdir({ included: 'Host web\n  User ann\n  IdentityFile ~/.ssh/web\n' });
  const config = join(folder, 'config');
  // A relative Include is looked up in ~/.ssh (ssh_config(5)), so it is made absolute.
  writeFileSync(
    config,
    `Include ${join(folder, 'included')}\nMatch user root\n  Port 99\nHost web\n  Hostname web.example.org\n`,
  );
  const { config: web, hasSsh } = await resolveSshConfig({ address: 'web', sshArguments: ['-F', config] });
  t.equal(web.user, 'ann');
  t.same(web.identityFiles, [join(homedir(), '.ssh/web')]);
  t.ok(hasSsh);
  t.equal(web.hostname, 'web.example.org');
  t.equal(web.alias, 'web');
  t.equal(web.port, 22);
  const root = await resolveSshConfig({ address: 'web', user: 'root', sshArguments: ['-F', config] });
  t.equal(root.config.port, 99);
  const given = await resolveSshConfig({ address: 'web', port: 5, user: 'bob', sshArguments: ['-F', config] });
  t.equal(given.config.port, 5);
  t.equal(given.config.user, 'bob');
  const again = await resolveSshConfig({ address: 'web', port: 5, user: 'bob', sshArguments: ['-F', config] });
  t.equal(again.config, given.config, 'the answer is kept');
});

t.test('what cannot be right is said before anything is tried', async (t) => {
  const config = join(t.testdir({ config: 'NoSuchKeyword yes\n' }), 'config');
  await t.rejects(resolveSshConfig({ address: 'web', sshArguments: ['-F', config] }), {
    name: 'Unreachable',
    message: /NoSuchKeyword|nosuchkeyword/,
  });
  await t.rejects(resolveSshConfig({ address: 'web', privateKeyFile: '/no/such/key' }), Unreachable);
  // Whatever the name is, what the hint says can be pasted into a shell.
  await t.rejects(resolveSshConfig({ address: '-oProxyCommand=$(id)' }), {
    message: /does not accept its configuration/,
    hint: "see what it says: ssh -G -- '-oProxyCommand=$(id)'",
  });
});

t.test('destinations as ProxyJump takes them', async (t) => {
  t.same(parseDestination('gate'), { address: 'gate' });
  t.same(parseDestination('ann@gate:2222'), { address: 'gate', user: 'ann', port: 2222 });
  t.same(parseDestination('ssh://ann@gate:2222'), { address: 'gate', user: 'ann', port: 2222 });
  t.same(parseDestination('[2001:db8::1]:22'), { address: '2001:db8::1', port: 22 });
  t.same(parseDestination('domain\\ann@x@gate'), { address: 'gate', user: 'domain\\ann@x' });
});

t.test('hops are passed in order, and only ssh’s configuration file goes with them', async (t) => {
  const config = new SshConfig('target', 'proxyjump one,ann@two:2222');
  const hop = jumpSettings(config, {
    address: 'target',
    user: 'root',
    sshArguments: ['-o', 'Port=9', '-F', 'file'],
    timeout: 5000,
  });
  t.match(hop, { address: 'two', user: 'ann', port: 2222, timeout: 5000, sshArguments: ['-F', 'file', '-J', 'one'] });
  t.equal(jumpSettings(new SshConfig('target', ''), { address: 'target' }), undefined);
});
