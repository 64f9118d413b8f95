import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { inventoryLine, makeProject, type Project } from '../support/garden.ts';
import { freePort, type Sshd, sshdUnavailable, startSshd } from '../support/sshd.ts';

const PLAYBOOK = `
import { file, play, playbook } from 'walled-garden';

export default playbook('Hello', [
  play('Pages', {
    hosts: 'web',
    tasks: [file({ path: '/srv/page', content: 'one\\ntwo\\n', mode: '0644' })],
  }),
]);
`;

/** Everything that the runs of a project have left in their journals. */
function journals({ folder }: Project): string {
  const runs = join(folder, '.garden', 'runs');
  return readdirSync(runs)
    .map((name) => readFileSync(join(runs, name), 'utf8'))
    .join('');
}

t.test('the command line against a real sshd', { skip: sshdUnavailable ?? false }, async (t) => {
  const password = 'canary-7f3k9';
  const users = [{ name: 'deploy', password, sudo: 'with-password' } as const];
  const sshd: Sshd = await startSshd({ users });
  const project = await makeProject('cli-run');
  t.teardown(async () => {
    await project.remove();
    await sshd.stop();
  });
  await project.write('hello.ts', PLAYBOOK);
  await project.write('hosts.ini', `[web]\n${inventoryLine('one', sshd.settings('root'))}\n`);

  await t.test('plan shows and changes nothing, run changes, a second run does not', async (t) => {
    const plan = await project.garden(['plan', 'hello.ts', '-i', 'hosts.ini']);
    t.equal(plan.status, 0, plan.stderr);
    t.match(plan.stdout, /^changed \| one \| file \/srv\/page$/m);
    t.match(plan.stdout, /^ {2}\+one$/m);
    t.equal(await sshd.run('ls /srv'), '');

    const first = await project.garden(['run', 'hello.ts', '-i', 'hosts.ini']);
    t.equal(first.status, 0, first.stderr);
    t.match(first.stdout, /^one {2}ok=0 {2}changed=1 {2}failed=0/m);
    t.equal(await sshd.run('cat /srv/page'), 'one\ntwo\n');

    const second = await project.garden(['run', 'hello.ts', '-i', 'hosts.ini']);
    t.equal(second.status, 0);
    t.match(second.stdout, /^one {2}ok=1 {2}changed=0 {2}failed=0/m);
  });

  await t.test('exec: several words arrive unchanged, one is a script, a failure is the exit code', async (t) => {
    const words = await project.garden(['exec', 'web', '-i', 'hosts.ini', '--', 'printf', '<%s>\\n', 'a  b', '$HOME']);
    t.equal(words.status, 0, words.stderr);
    t.equal(words.stdout, 'one | <a  b>\none | <$HOME>');
    const script = await project.garden(['exec', 'web', '-i', 'hosts.ini', '--', 'echo $((6 * 7)) | tr 4 X']);
    t.equal(script.stdout, 'one | X2');
    const failing = await project.garden(['exec', 'web', '-i', 'hosts.ini', '--', 'echo no >&2; exit 3']);
    t.equal(failing.status, 2);
    t.match(failing.stdout, /^one \| no\nfailed, status 3 \| one \| [\d.]+ s$/m);
  });

  await t.test('all mistakes of playbook and inventory at once, exit 5, nothing touched', async (t) => {
    await project.write('typo.ts', PLAYBOOK.replace('mode:', 'moode:'));
    await project.write('yaml.ini', 'web:\n  - one\n');
    const { status, stderr, stdout } = await project.garden(['run', 'typo.ts', '-i', 'yaml.ini']);
    t.equal(status, 5);
    t.match(stderr, /typo\.ts:7.*unknown parameter "moode" \(did you mean "mode"\?\)/);
    t.match(stderr, /yaml\.ini:1/);
    t.equal(stdout, '');
    const none = await project.garden(['run', 'hello.ts']);
    t.equal(none.status, 5);
    t.match(none.stderr, /no inventory.*\n.*--lab/);
    const limit = await project.garden(['run', 'hello.ts', '-i', 'hosts.ini', '-l', 'onee']);
    t.equal(limit.status, 5);
    t.match(limit.stderr, /"onee" matches no host .*"one"/);
  });

  await t.test('a host that is down does not stop the others; exit 4', async (t) => {
    const down = inventoryLine('two', { address: '127.0.0.1', port: await freePort(), user: 'root' });
    await project.write('two.ini', `[web]\n${down}\n${inventoryLine('one', sshd.settings('root'))}\n`);
    const { status, stdout } = await project.garden(['run', 'hello.ts', '-i', 'two.ini']);
    t.equal(status, 4);
    t.match(stdout, /^unreachable \| two\n {2}.*refused/m);
    t.match(stdout, /^ok \| one \| file \/srv\/page$/m);
    t.match(stdout, /garden run hello\.ts -i two\.ini -l two$/m);
  });

  await t.test('passwords: asked on standard input, used for sudo, in no output and no journal', async (t) => {
    const line = inventoryLine('one', sshd.passwordSettings('deploy'));
    await project.write('sudo.ini', `[web]\n${line}\n`);
    const argv = ['exec', 'web', '-i', 'sudo.ini', '-bK', '--', `id -un; echo ${password}`];
    const { status, stdout, stderr } = await project.garden(argv, { input: `${password}\n` });
    t.equal(status, 0, stdout + stderr);
    t.match(stdout, /^one \| root\none \| \*\*\*$/m);
    const wrong = await project.garden(['exec', 'web', '-i', 'sudo.ini', '-bK', '--', 'id'], { input: 'wrong\n' });
    t.not(wrong.status, 0);
    t.match(wrong.stdout, /sudo/);
    for (const text of [stdout, stderr, wrong.stdout, wrong.stderr, journals(project)]) {
      t.notMatch(text, new RegExp(password));
      t.notMatch(text, new RegExp(Buffer.from(password).toString('base64').slice(0, 12)));
    }
  });

  await t.test('Ctrl-C ends what runs on the host, and the command with 130', async (t) => {
    await sshd.run('mkfifo -m 666 /srv/started');
    const running = project.start(['exec', 'web', '-i', 'hosts.ini', '--', 'echo $$ > /srv/started; sleep 600']);
    const pid = (await sshd.run('cat /srv/started')).trim();
    t.match(await sshd.run(`test -d /proc/${pid} && echo alive`), /alive/);
    running.kill('SIGINT');
    const { status, stdout } = await running.ended;
    t.equal(status, 130);
    t.match(stdout, /Interrupted: ending what runs on the hosts/);
    t.match(await sshd.run(`test -d /proc/${pid} || echo gone`), /gone/);
  });
});
