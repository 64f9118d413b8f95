import t from 'tap';
import { until } from '../../lib/lab/until.ts';
import { makeProject } from '../support/garden.ts';
import { lastJournal } from '../support/journal.ts';
import { singleHost, withLab } from '../support/lab.ts';
import { SLOW_BEGUN, SLOW_HOLD, SLOW_REPOSITORY, slowPackage } from '../support/slow-package.ts';

const HOST = 'apt-host';
const PATIENCE = 60_000;

/** Changes a file that calls for a handler, then installs packages, one of which takes its time. */
const PLAYBOOK = `import { file, handler, packages, play, playbook, role, service, task } from 'walled-garden';
import { z } from 'zod';

const interrupted = role('interrupted', {
  description: 'Something to be interrupted.',
  params: z.strictObject({}),
  tasks() {
    const restart = handler('Restart cron', service({ name: 'cron', state: 'restarted' }));
    return [
      task('Configure', file({ path: '/etc/interrupted.conf', content: 'whole\\n' }), { notify: restart }),
      packages(['hello', 'garden-slow', 'tree']),
      file({ path: '/etc/later.conf', content: 'later\\n' }),
    ];
  },
});

export default playbook('Interrupted', [play('Hosts', { hosts: 'all', become: true, roles: [interrupted({})] })]);
`;

/** Prints what must not be there when garden has gone, a line each. */
const REMAINS = `
find / -xdev \\( -name '*.garden*' -o -name '.garden*' -o -name '*.dpkg-new' -o -name '*.dpkg-tmp' \\) -print
pgrep -a -x 'apt|apt-get|dpkg' || :
python3 -c '
import fcntl
for name in ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock", "/var/cache/apt/archives/lock"):
    with open(name, "w") as file:
        try: fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError: print("locked:", name)
'
flock --nonblock /var/lib/garden/lock true || echo 'locked: garden'`;

t.test('Ctrl-C in the middle of an apt run', async (t) => {
  const lab = await withLab(t, { topology: singleHost(HOST), fresh: true });
  if (lab === undefined) return;
  const project = await makeProject('interrupted');
  t.teardown(() => project.remove());
  await project.write('playbook.ts', PLAYBOOK);
  const command = ['run', 'playbook.ts', '-i', lab.inventory];
  const host = async (script: string) => (await lab.exec(HOST, script)).stdout;
  const archive = (await slowPackage('garden-slow')).toString('base64');
  const source = `deb [trusted=yes] file:${SLOW_REPOSITORY} ./`;
  const { stderr: trouble } = await lab.exec(
    HOST,
    `base64 -d | tar -C /srv -x && echo '${source}' >/etc/apt/sources.list.d/slow.list && : >${SLOW_HOLD}`,
    { input: archive },
  );
  t.equal(trouble, '');

  const run = project.start(command);
  const begun = await until(async () => (await lab.exec(HOST, `test -e ${SLOW_BEGUN}`)).status === 0, PATIENCE);
  t.match(await host(REMAINS), /\bdpkg\b.*locked: \/var\/lib\/dpkg\/lock-frontend/s, 'dpkg is at work');
  const asked = performance.now();
  run.kill('SIGINT');
  const { status, stdout, stderr } = await run.ended;
  t.ok(begun, stdout + stderr);
  t.equal(status, 130, stdout + stderr);
  t.ok(performance.now() - asked < 30_000, 'it does not take long');

  await t.test('nothing half-done is left behind', async (t) => {
    t.equal(await host(REMAINS), '');
    t.equal(await host('cat /etc/interrupted.conf'), 'whole\n');
    t.equal(await host('ls /etc/later.conf 2>/dev/null'), '');
    t.match(await host('dpkg --audit'), /garden-slow/, 'dpkg knows what it had begun');
  });

  await t.test('the journal and the recap say what is pending, and how to go on', async (t) => {
    const journal = await lastJournal(project.folder);
    const finished = journal.find(({ type }) => type === 'run-finished');
    t.match(finished, { exitCode: 130, recap: [{ host: HOST, pendingHandlers: ['interrupted/Restart cron'] }] });
    t.match(stdout, /apt-host .*pending: interrupted\/Restart cron/);
    t.match(stdout, / is still to run on apt-host: the next run that comes to it does it/);
    t.match(
      journal.filter(({ type }) => type === 'task-finished').map((line) => [line.task?.path, line.status]),
      [
        [/Configure$/, 'changed'],
        [/packages/, 'failed'],
      ],
    );
    t.match(stdout, /interrupted while it ran/);
  });

  await t.test('the next run converges, with the handler of the first', async (t) => {
    const cron = await host('systemctl show --property=MainPID --value cron');
    await host(`rm ${SLOW_HOLD}`);
    const next = await project.garden(command);
    t.equal(next.status, 0, next.stdout + next.stderr);
    t.match(next.stdout, /pending \| apt-host \| interrupted\/Restart cron: notified by \S*.*Configure/);
    t.not(await host('systemctl show --property=MainPID --value cron'), cron);
    t.equal(await host('dpkg --audit'), '');
    t.equal(await host("dpkg-query -W -f '${Status}\\n' hello garden-slow tree | sort -u"), 'install ok installed\n');
    const last = await project.garden(command);
    t.equal(last.status, 0);
    t.match(last.stdout, /^apt-host +ok=3 +changed=0 /m);
  });
});
