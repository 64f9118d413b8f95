import { existsSync, readFileSync, statSync } from 'node:fs';
import t from 'tap';
import { sh } from '../../../lib/model/script.ts';
import { cron } from '../../../lib/resources/posix/cron.ts';
import { scheduleMistake } from '../../../lib/resources/posix/cron-schedule.ts';
import { assessIn, converges, mergedAsAlone } from '../../support/scratch-converge.ts';
import { SHELLS, scratchRoot, scratchRootUnavailable } from '../../support/scratch-root.ts';

const leftOut = scratchRootUnavailable ? { skip: scratchRootUnavailable } : {};

t.test('schedules', async (t) => {
  const right = ['* * * * *', '0 3 1 1 0', '*/5 0-6/2 1,15 jan-mar Mon,5', '59\t23 31 12 7', '@daily', '@reboot'];
  for (const schedule of right) t.equal(scheduleMistake(schedule), undefined, schedule);
  const wrong = ['', '* * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 8', '5/2 * * * *'];
  for (const schedule of [...wrong, '*/0 * * * *', '@dayly', 'x * * * *', '1-2-3 * * * *', '* * * * * root']) {
    t.type(scheduleMistake(schedule), 'string', schedule);
  }
});

t.test('what cron would leave out or take for something else is refused', async (t) => {
  const job = { name: 'job', schedule: '@daily', command: 'true' };
  t.throws(() => cron({ ...job, name: 'job.sh' }), /name: letters/);
  t.throws(() => cron({ ...job, schedule: '* * *' }), /schedule: five fields/);
  t.throws(() => cron({ ...job, command: 'a\nb' }), /command: one line/);
  t.throws(() => cron({ ...job, command: 'date +\\%F' }), /command: write "%" without a backslash/);
  t.throws(() => cron({ ...job, environment: { A: `'"` } }), /environment\.A: one line/);
  t.throws(() => cron({ name: 'job' }), /schedule and command are needed/);
});

t.test('the file of a job', async (t) => {
  const environment = { MAILTO: '', A: ' a "b" ', B: `it's` };
  const { changes } = cron({
    name: 'job',
    schedule: '5 4 * * *',
    user: 'ann',
    command: 'date +%F',
    environment,
  }).assess('');
  t.equal(changes[1]?.text?.after, `MAILTO=""\nA=' a "b" '\nB=it's\n5 4 * * * ann date +\\%F\n`);
  t.same(cron({ name: 'job', schedule: '@daily', command: 'x' }).assess('1+\n1 @daily root x\n').changes, []);
  t.same(cron({ name: 'job', state: 'absent' }).assess('').changes, []);
});

t.test('jobs come, change and go', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  await root.run(sh`mkdir -p /etc/cron.d`);
  const path = root.path('/etc/cron.d/garden-job');
  for (const shell of SHELLS) {
    const job = { name: 'garden-job', schedule: '0 3 * * *', command: `echo "$(touch /tmp/executed)" 'it' \`id\`` };
    await converges(t, root, cron(job), { shell });
    t.equal(readFileSync(path, 'utf8'), `0 3 * * * root ${job.command}\n`);
    t.same([statSync(path).mode & 0o7777, statSync(path).uid], [0o644, 0], 'as cron wants it');
    await converges(t, root, cron({ ...job, environment: { PATH: '/bin' } }), { shell });
    await mergedAsAlone(t, root, [cron({ ...job, name: 'none' }), cron(job)], shell);
    await converges(t, root, cron({ name: 'garden-job', state: 'absent' }), { shell });
    t.notOk(existsSync(path));
  }
  t.notOk(existsSync(root.path('/tmp/executed')));
  await root.run(sh`rm -r /etc/cron.d`);
  const { apply } = await assessIn(root, cron({ name: 'job', schedule: '@daily', command: 'x' }));
  t.match(await root.run(apply().script), { status: 1, stderr: /is cron installed/ });
});
