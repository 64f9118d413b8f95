import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Ended, inventoryLine, makeProject } from '../support/garden.ts';
import { freePort, type Sshd, sshdUnavailable, startSshd } from '../support/sshd.ts';

const PLAYBOOK = `
import { command, file, handler, line, play, playbook, Secret, sh, step, task } from 'walled-garden';

const key = new Secret('canary-plan-5t8');
const note = handler('Note it', command('echo noted >> /srv/notes'));

export default playbook('Pages', [
  play('Web servers', {
    hosts: 'web',
    tasks: [
      task('Page', file({ path: '/srv/page', content: 'one\\ntwo\\n', mode: '0644' }), { notify: note }),
      task('Key', file({ path: '/srv/key', content: key, mode: '0600', sensitive: true })),
      task('Motto', line({ path: '/srv/page', line: 'three' })),
      command({ command: 'touch /srv/touched', creates: '/srv/touched' }),
      step('Count', { plan: 'counts', repeatable: true, run: async ({ run }) => { await run(sh\`echo x >> /srv/count\`); } }),
    ],
  }),
]);
`;

t.test('a plan and the run that applies it', { skip: sshdUnavailable ?? false }, async (t) => {
  const sshd: Sshd = await startSshd();
  const project = await makeProject('plan');
  t.teardown(async () => {
    await project.remove();
    await sshd.stop();
  });
  const planFile = join(project.folder, 'plan.json');
  await project.write('site.ts', PLAYBOOK);
  await project.write('hosts.ini', `[web]\n${inventoryLine('one', sshd.settings('root'))}\n`);
  const fresh = () => sshd.run('rm -rf /srv/*');
  const plan = async (...more: readonly string[]): Promise<Ended> =>
    project.garden(['plan', 'site.ts', '-i', 'hosts.ini', '-o', 'plan.json', ...more]);
  const apply = (...more: readonly string[]): Promise<Ended> => project.garden(['run', '--plan', 'plan.json', ...more]);

  /** A plan that is refused before anything is done: exit 5, and no host is touched. */
  const mistaken = async (t: Test, expected: RegExp, ...argv: readonly string[]): Promise<void> => {
    const before = sshd.log.length;
    const { status, stdout, stderr } = await apply(...argv);
    t.equal(status, 5, stderr);
    t.match(stderr, expected);
    t.equal(stdout, '');
    t.same(sshd.log.slice(before), [], 'no host was touched');
  };

  await t.test('does what was planned, and nothing is left to be done', async (t) => {
    await fresh();
    const planned = await plan();
    t.equal(planned.status, 0, planned.stdout + planned.stderr);
    t.match(planned.stderr, /The plan is in plan\.json\. To do just that: garden run --plan plan\.json/);
    t.equal(await sshd.run('ls /srv'), '');
    t.equal(statSync(planFile).mode & 0o777, 0o600);
    t.notMatch(readFileSync(planFile, 'utf8'), /canary-plan|Y2FuYXJ5LXBsYW4/, 'no secret is in it');
    t.match(readFileSync(planFile, 'utf8'), /Pages|one\\ntwo/, 'it can be read');

    const applied = await apply();
    t.equal(applied.status, 0, applied.stdout + applied.stderr);
    t.match(applied.stdout, /^changed \| one \| Page$/m);
    t.match(applied.stdout, /^changed \| one \| Note it$/m, 'handlers of planned changes run');
    t.match(applied.stdout, /^changed \| one \| Motto/m);
    t.equal(
      await sshd.run('cat /srv/page /srv/key /srv/notes /srv/count'),
      'one\ntwo\nthree\ncanary-plan-5t8noted\nx\n',
    );
  });

  await t.test('refuses a state that has moved on, with all that differs, and changes nothing', async (t) => {
    await fresh();
    await sshd.run('echo old > /srv/page');
    await plan();
    await sshd.run('echo other > /srv/page; chmod 700 /srv/page');
    const { status, stdout, stderr } = await apply();
    t.equal(status, 2, stderr);
    t.equal(stdout, '');
    t.match(stderr, /^the state has moved on since the plan was made \(.*\): .* not as planned; no host was changed$/m);
    t.match(stderr, /one: Web servers\/Page\n {4}planned: content: .*\n {4}now: content: .*mode: 0700 → 0644/);
    t.match(stderr, /→ .*make a new plan: garden plan site\.ts/);
    t.equal(await sshd.run('cat /srv/page; ls /srv'), 'other\npage\n');
  });

  await t.test('refuses what was in order when it was planned', async (t) => {
    await fresh();
    await sshd.run('touch /srv/touched');
    await plan();
    await sshd.run('rm /srv/touched');
    const { status, stderr } = await apply();
    t.equal(status, 2, stderr);
    t.match(stderr, /command touch \/srv\/touched\n {4}it was ok when planned; now: run: done/);
    t.equal(await sshd.run('ls /srv'), '');
  });

  await t.test('what was planned and is in order by now is said to be so', async (t) => {
    await fresh();
    await plan();
    await sshd.run('touch /srv/touched');
    const { status, stdout, stderr } = await apply();
    t.equal(status, 0, stdout + stderr);
    t.match(stdout, /^ok \| one \| command touch \/srv\/touched \(planned, but in order already\)$/m);
  });

  await t.test('another content of the playbook is not what was planned, also where it is a secret', async (t) => {
    await fresh();
    await plan();
    await project.write('site.ts', PLAYBOOK.replace('canary-plan-5t8', 'canary-plan-9z1'));
    const secret = await apply();
    t.equal(secret.status, 2);
    t.match(secret.stderr, /one: Web servers\/Key\n {4}what it does is not what was planned, though it looks the same/);
    t.notMatch(secret.stderr + secret.stdout, /canary-plan/);
    await project.write('site.ts', PLAYBOOK.replace("task('Motto'", "task('Slogan'"));
    const renamed = await apply();
    t.equal(renamed.status, 2);
    t.match(renamed.stderr, /Slogan\n {4}the plan does not know it/);
    t.match(renamed.stderr, /Motto\n {4}it was planned, and the playbook does not have it any more/);
    t.equal(await sshd.run('ls /srv'), '');
    await project.write('site.ts', PLAYBOOK);
  });

  await t.test('the plan knows the options; others are a mistake', async (t) => {
    await fresh();
    await plan('-l', 'one', '-e', 'release=42');
    await mistaken(t, /the plan was made with -e\n {2}→ give the same as then/);
    await mistaken(t, /the plan was made with other values of -e/, '-e', 'release=43');
    await mistaken(t, /--limit is not what the plan was made with \(one\)/, '-e', 'release=42', '-l', 'web');
    await mistaken(t, /the plan was made without --become/, '-e', 'release=42', '-b');
    await mistaken(t, /the plan is one of site\.ts, not of other\.ts/, 'other.ts', '-e', 'release=42');
    t.equal((await apply('site.ts', '-l', 'one', '-e', 'release=42')).status, 0);
    await plan();
    await project.write('hosts.ini', `[web]\n${inventoryLine('one', sshd.settings('root'), 'colour=red')}\n`);
    await mistaken(t, /the inventory says something else of one than when the plan was made/);
    await project.write('hosts.ini', `[web]\n${inventoryLine('two', sshd.settings('root'))}\n`);
    await mistaken(t, /the plan is for the host one, which the inventory does not have any more/);
    await project.write('hosts.ini', `[web]\n${inventoryLine('one', sshd.settings('root'))}\n`);
  });

  await t.test('what follows from earlier runs cannot be planned', async (t) => {
    for (const limit of ['@failed', 'all:!@failed']) {
      const { status, stderr } = await project.garden([
        'plan',
        'site.ts',
        '-i',
        'hosts.ini',
        '-l',
        limit,
        '-o',
        'x.json',
      ]);
      // Without a run before, `@failed` itself would be the mistake.
      t.equal(status, 5);
      t.match(stderr, /--limit @failed cannot be kept in a plan\n {2}→ name the hosts/, limit);
    }
  });

  await t.test('a plan that is damaged, edited, foreign or not there', async (t) => {
    await fresh();
    await plan();
    const good = readFileSync(planFile, 'utf8');
    const cases: readonly (readonly [string, RegExp])[] = [
      [good.slice(0, good.length / 2), /plan\.json: the plan is damaged: it is not JSON any more, or not all of it/],
      [good.replace('"0644"', '"0666"'), /plan\.json: the plan has been edited since it was made/],
      [good.replace('"path":', '"paht":'), /plan\.json: the plan is damaged \(hosts\.0\.tasks\.0/],
      [good.replace(/"garden": "[^"]*"/, '"garden": "9.9.9"'), /the plan was made by garden 9\.9\.9, and this is \d/],
      ['', /plan\.json: the plan is empty/],
      ['{"resource_changes": []}', /plan\.json: this is no plan of garden/],
      ['[1, 2]', /plan\.json: this is no plan of garden/],
      ['hosts: all\n', /plan\.json: this is no plan of garden/],
    ];
    for (const [text, expected] of cases) {
      writeFileSync(planFile, text);
      await mistaken(t, expected);
    }
    const missing = await project.garden(['run', '--plan', 'plna.json']);
    t.equal(missing.status, 5);
    t.match(missing.stderr, /the plan "plna\.json" cannot be read: there is no such file or folder/);
    writeFileSync(planFile, good);
    chmodSync(planFile, 0o600);
  });

  await t.test('no plan of hosts that could not be asked, and none in a folder that is not there', async (t) => {
    const down = inventoryLine('two', { address: '127.0.0.1', port: await freePort(), user: 'root' });
    await project.write('two.ini', `[web]\n${inventoryLine('one', sshd.settings('root'))}\n${down}\n`);
    const { status, stderr } = await project.garden(['plan', 'site.ts', '-i', 'two.ini', '-o', 'two.json']);
    t.equal(status, 4);
    t.match(stderr, /No plan was written, since not every host came to its end/);
    t.notOk(existsSync(join(project.folder, 'two.json')));
    const nowhere = await project.garden(['plan', 'site.ts', '-i', 'hosts.ini', '-o', 'no/where.json']);
    t.equal(nowhere.status, 5);
    t.match(nowhere.stderr, /cannot be written to "no\/where\.json"/);
  });

  await t.test('pain 6: an exit code for "changes pending"', async (t) => {
    await fresh();
    const argv = ['plan', 'quiet.ts', '-i', 'hosts.ini'];
    await project.write('quiet.ts', PLAYBOOK.replace(/command\(\{.*/, '').replace(/step\('Count'.*/, ''));
    t.equal((await project.garden([...argv, '--detailed-exitcode'])).status, 3);
    t.equal((await project.garden(argv)).status, 0, 'only where it is asked for');
    t.equal((await project.garden(['run', 'quiet.ts', '-i', 'hosts.ini'])).status, 0);
    await sshd.run('sed -i "/three/d" /srv/page');
    const drifted = await project.garden(['verify', 'quiet.ts', '-i', 'hosts.ini']);
    t.equal(drifted.status, 3);
    t.match(drifted.stdout, /^host +task +differs\none +Motto +\S+: .*$/m);
    t.match(drifted.stdout, /^1 host verified, 1 difference, /m);
    t.equal(await sshd.run('cat /srv/page'), 'one\ntwo\n', 'verify changes nothing');
  });
});
