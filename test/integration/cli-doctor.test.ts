import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t from 'tap';
import { inventoryLine, makeProject } from '../support/garden.ts';
import { freePort, type Sshd, sshdUnavailable, startSshd } from '../support/sshd.ts';

const BIN = fileURLToPath(new URL('../../bin/garden.js', import.meta.url));

t.test('doctor and ping', { skip: sshdUnavailable ?? false }, async (t) => {
  const password = 'canary-doctor-4k2';
  const sshd: Sshd = await startSshd({ users: [{ name: 'deploy', password, sudo: 'with-password' }] });
  const project = await makeProject('doctor');
  t.teardown(async () => {
    await project.remove();
    await sshd.stop();
  });
  await project.write('root.ini', inventoryLine('one', sshd.settings('root')));

  await t.test('a host that is well, beside one that is down: each line with its check', async (t) => {
    const down = inventoryLine('down', { address: '127.0.0.1', port: await freePort(), user: 'root' });
    const lost = inventoryLine('lost', { address: 'web1.invalid', user: 'root' });
    await project.write('three.ini', `${inventoryLine('one', sshd.settings('root'))}\n${down}\n${lost}\n`);
    const { status, stdout, stderr } = await project.garden(['doctor', '-i', 'three.ini']);
    t.equal(status, 4, stderr + stdout);
    for (const line of [
      /^this machine +node +ok +Node\.js \d/m,
      /^this machine +playbooks +ok +TypeScript can be loaded$/m,
      /^one +log-in +ok +by ssh in [\d.]+ ms, since ssh -G shows nothing/m,
      /^one +acts +ok +as root; to see whether it may become root, add -b; a round trip takes [\d.]+ ms$/m,
      /^one +clock +ok +agrees with this machine$/m,
      /^one +programs +ok +all there; Python is not needed$/m,
      /^one +lock +ok +nobody holds it$/m,
      /^down +unreachable$/m,
      /^ {2}127\.0\.0\.1:\d+: connection refused\n {2}→ .*is sshd running/m,
      /^ {2}web1\.invalid:22: the name cannot be resolved\n {2}→ check the name/m,
    ]) {
      t.match(stdout, line);
    }
    t.notMatch(stdout + stderr, /^\s+at .*:\d+:\d+/m, 'no stack trace');
  });

  await t.test('pain 25: the host keys that are not known are shown all at once', async (t) => {
    const [config, knownHosts] = [join(sshd.folder, 'empty_config'), join(sshd.folder, 'empty_known_hosts')];
    await writeFile(knownHosts, '');
    await writeFile(config, `Host *\n  UserKnownHostsFile ${knownHosts}\n  GlobalKnownHostsFile /dev/null\n`);
    const settings = { ...sshd.settings('root'), sshArguments: ['-F', config] };
    await project.write('new.ini', ['a', 'b'].map((name) => inventoryLine(name, settings)).join('\n'));
    const { status, stdout } = await project.garden(['doctor', '-i', 'new.ini']);
    t.equal(status, 4);
    t.equal(
      stdout.match(/the host key is not known: ssh-ed25519 SHA256:\S+\n {2}→ .*--accept-new-host-keys/g)?.length,
      2,
    );
  });

  await t.test("pain 27: sudo's password is asked for once, and told whether it is right", async (t) => {
    const lines = ['a', 'b'].map((name) => inventoryLine(name, sshd.settings('deploy')));
    await project.write('sudo.ini', lines.join('\n'));
    const argv = ['doctor', '-i', 'sudo.ini', '-bK'];
    const right = await project.garden(argv, { input: `${password}\n` });
    t.equal(right.status, 0, right.stdout);
    t.equal(right.stdout.match(/acts +ok +as root by sudo, with the password that was given;/g)?.length, 2);
    const wrong = await project.garden(argv, { input: 'wrong-canary\n' });
    t.equal(wrong.status, 2);
    t.match(wrong.stdout, /^a +failed: start a shell, as the user to become$/m);
    t.match(wrong.stdout, /sudo refused the password of deploy\n {2}→ /);
    t.notMatch(right.stdout + right.stderr + wrong.stdout + wrong.stderr, /canary/);
  });

  await t.test('pain 43: too few open files are told of before they run out', async (t) => {
    const script = 'ulimit -n 120; exec "$@"';
    const argv = ['-c', script, 'sh', process.execPath, BIN, 'doctor', '-i', 'root.ini'];
    const { stdout } = await execa('/bin/sh', argv, {
      ...{ cwd: project.folder, reject: false, stdin: 'ignore' },
      env: { NO_COLOR: '1', TERM: 'dumb', ANSIBLE_FORKS: '20' },
    });
    t.match(stdout, /open files +warning +120 open files at most, which is not enough for 50 hosts → .*-f 14$/m);
    t.match(stdout, /ansible +warning +these variables have no force here: ANSIBLE_FORKS → /);
  });

  await t.test('ping tells how long hosts take, and works where a run holds the lock', async (t) => {
    const { status, stdout, stderr } = await project.garden(['ping', '-i', 'root.ini']);
    t.equal(status, 0, stderr);
    t.match(stdout, /^host +answers +by +log-in +round trip\none +yes +ssh +[\d.]+ ms +[\d.]+ ms$/m);
    const typo = await project.garden(['ping', 'on', '-i', 'root.ini']);
    t.equal(typo.status, 5);
    t.match(typo.stderr, /"on" matches no host .*"one"/);
  });
});
