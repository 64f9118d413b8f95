// The engine against a real sshd: what it does to a host, and in which order.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { block } from '../../lib/model/block.ts';
import { flush } from '../../lib/model/flow.ts';
import { handler } from '../../lib/model/handler.ts';
import { probe } from '../../lib/model/probe.ts';
import { sh } from '../../lib/model/script.ts';
import { task } from '../../lib/model/task.ts';
import { waitFor } from '../../lib/model/wait.ts';
import { onePlay, runOn, testHost } from '../support/engine.ts';
import { type Sshd, sshdUnavailable, startSshd } from '../support/sshd.ts';
import { action, text } from '../support/text-resource.ts';

if (sshdUnavailable) {
  t.plan(0, sshdUnavailable);
  process.exit(0);
}

const sshd: Sshd = await startSshd();
t.teardown(() => sshd.stop());

/** A folder on the host of its own for each test. */
let folders = 0;
async function folder(): Promise<string> {
  const path = `/srv/test-${folders++}`;
  await sshd.run(`mkdir -p ${path}`);
  return path;
}
const onHost = (path: string) => readFileSync(join(sshd.root, path), 'utf8');
const host = testHost('alpha', sshd.settings('root'));

t.test('a first run changes, a second one does not, and a check changes nothing', async (t) => {
  const at = await folder();
  const tasks = ['a', 'b', 'c'].map((name) => text({ path: `${at}/${name}`, content: `${name}\n'$(id)'` }));
  const check = await runOn([host], tasks, { check: true });
  t.same(check.recap[0]?.changed, 3);
  t.equal(await sshd.run(`ls ${at}`), '', 'a check leaves the folder empty');
  const first = await runOn([host], tasks);
  t.same([first.exitCode, first.recap[0]?.changed], [0, 3]);
  t.equal(onHost(`${at}/a`), "a\n'$(id)'");
  const second = await runOn([host], tasks);
  t.same([second.exitCode, second.recap[0]?.changed, second.recap[0]?.ok], [0, 0, 3]);
});

t.test('a change that does not take has failed, and says what is still wrong', async (t) => {
  const at = await folder();
  const run = await runOn(
    [host],
    [text({ path: `${at}/a`, content: 'right', wrong: 'wrong' }), text({ path: `${at}/b`, content: 'b' })],
  );
  t.equal(run.exitCode, 2);
  t.match(run.failure, /applied, but content is still wrong \(wanted right\)/);
});

t.test('pain 42: a change throws away what was read before it', async (t) => {
  const at = await folder();
  // Writing the first file writes the second too: an answer read before would call for a change that is none.
  const run = await runOn(
    [host],
    [
      action({ path: `${at}/log`, line: 'x' }),
      text({ path: `${at}/a`, content: 'a', before: `printf b > ${at}/b` }),
      action({ path: `${at}/log`, line: 'y' }),
      text({ path: `${at}/b`, content: 'b' }),
    ],
  );
  t.same(run.tasks(), ['changed action x', `changed text ${at}/a`, 'changed action y', `ok text ${at}/b`]);
});

t.test('the first failure stops the host, and what a group had not reached is untouched', async (t) => {
  const at = await folder();
  const tasks = [
    text({ path: `${at}/a`, content: 'a' }),
    text({ path: `${at}/b`, content: 'b', before: 'echo no room >&2; exit 3' }),
    text({ path: `${at}/c`, content: 'c' }),
  ];
  const run = await runOn([host], tasks);
  t.same(run.tasks(), [`changed text ${at}/a`, `failed text ${at}/b`]);
  t.match(run.failure, /status 3\nno room/);
  t.equal(await sshd.run(`ls ${at}`), 'a\n');
  const failed = run.events.find((event) => event.type === 'task-finished' && event.status === 'failed');
  t.match(failed?.type === 'task-finished' && failed.task.where[0], /engine\.test\.ts:\d+/, 'the place is named');
});

t.test('handlers run once, at the end, in the order in which they were made', async (t) => {
  const at = await folder();
  const log = `${at}/log`;
  const second = handler('second', action({ path: log, line: 'made first' }));
  const first = handler('first', action({ path: log, line: 'made second' }));
  const tasks = [
    task('a', text({ path: `${at}/a`, content: 'a' }), { notify: [first, second] }),
    task('b', text({ path: `${at}/b`, content: 'b' }), { notify: first }),
    action({ path: log, line: 'last task' }),
  ];
  await runOn([host], tasks);
  t.equal(onHost(log), 'last task\nmade first\nmade second\n');
  await runOn([host], tasks);
  t.equal(onHost(log), 'last task\nmade first\nmade second\nlast task\n', 'nothing changed, so none ran');
  t.equal(await sshd.run('ls /var/lib/garden/pending'), '', 'no marker is left');
});

t.test('pain 3: flush runs handlers earlier, and so does waiting', async (t) => {
  const at = await folder();
  const log = `${at}/log`;
  const after = (name: string) => handler(name, action({ path: log, line: name }));
  await runOn(
    [host],
    [
      task('a', text({ path: `${at}/a`, content: 'a' }), { notify: after('flushed') }),
      flush(),
      task('b', text({ path: `${at}/b`, content: 'b' }), { notify: after('before waiting') }),
      waitFor('the handler', { script: sh`grep -q 'before waiting' ${log}`, timeout: '5s' }),
      action({ path: log, line: 'end' }),
    ],
  );
  t.equal(onHost(log), 'flushed\nbefore waiting\nend\n');
});

t.test('pain 1: a handler survives a failure: the next run does it though nothing changes, and says why', async (t) => {
  const at = await folder();
  const log = `${at}/log`;
  const book = (broken: boolean) => {
    const reload = handler('Reload', action({ path: log, line: 'reloaded' }));
    return onePlay({
      tasks: [
        task('a', text({ path: `${at}/a`, content: 'a' }), { notify: reload }),
        action({ path: log, line: 'task', status: broken ? 1 : 0 }),
      ],
    });
  };
  const failed = await runOn([host], book(true));
  t.equal(failed.exitCode, 2);
  t.same(failed.recap[0]?.pendingHandlers, ['play/Reload']);
  const check = await runOn([host], book(false), { check: true });
  t.ok(
    check.events.some((event) => event.type === 'handler-pending'),
    'a check tells of it',
  );
  const next = await runOn([host], book(false));
  t.match(
    next.events.find((event) => event.type === 'handler-pending'),
    { handler: 'play/Reload', by: 'play/a' },
  );
  t.equal(onHost(log), 'task\ntask\nreloaded\n');
  t.same(next.recap[0]?.pendingHandlers, []);
});

t.test('pain 2: a task that failed notifies nobody', async (t) => {
  const at = await folder();
  const reload = handler('Reload', action({ path: `${at}/log`, line: 'reloaded' }));
  const run = await runOn(
    [host],
    [task('a', text({ path: `${at}/a`, content: 'a', before: 'exit 1' }), { notify: reload })],
  );
  t.same(run.recap[0]?.pendingHandlers, []);
  t.equal(await sshd.run('ls /var/lib/garden/pending'), '', 'its marker is taken back');
});

t.test('rescue makes good, always is done in any case', async (t) => {
  const at = await folder();
  const log = `${at}/log`;
  const say = (line: string, status = 0) => action({ path: log, line, status });
  const rescued = await runOn(
    [host],
    [
      block('guarded', { tasks: [say('try', 1), say('never')], rescue: [say('rescue')], always: [say('always')] }),
      say('after'),
    ],
  );
  t.same([rescued.exitCode, rescued.recap[0]?.failed, rescued.recap[0]?.ignored], [0, 0, 1]);
  const lost = await runOn(
    [host],
    [block('guarded', { tasks: [say('try again', 1)], always: [say('always')] }), say('never')],
  );
  t.equal(lost.exitCode, 2);
  t.equal(onHost(log), 'try\nrescue\nalways\nafter\ntry again\nalways\n');
});

t.test('conditions see the answers of probes, of tasks, and nothing that was not asked', async (t) => {
  const at = await folder();
  const count = probe('How many files', { script: sh`ls ${at} | wc -l`, read: ({ stdout }) => Number(stdout) });
  const made = task('make', text({ path: `${at}/a`, content: 'a' }), { when: ({ get }) => get(count) === 0 });
  const tasks = [
    count,
    made,
    task('after', action({ path: `${at}/log`, line: 'x' }), { when: ({ get }) => get(made).changed }),
  ];
  t.same((await runOn([host], tasks)).tasks(), ['ok How many files', 'changed make', 'changed after']);
  const again = await runOn(
    [host],
    [count, task('make', text({ path: `${at}/z`, content: 'a' }), { when: ({ get }) => get(count) === 0 })],
  );
  t.same(again.tasks(), ['ok How many files', 'skipped make']);
  const stray = probe('stray', { script: sh`true`, read: () => 1 });
  const wrong = await runOn(
    [host],
    [task('x', text({ path: `${at}/x`, content: '' }), { when: ({ get }) => get(stray) === 1 })],
  );
  t.match(wrong.failure, /"stray" is not known yet: it is used before it was asked for/);
});

t.test('pain 5: a check calls unknown what follows from changes that are only planned', async (t) => {
  const at = await folder();
  const count = probe('How many files', { script: sh`ls ${at} | wc -l`, read: ({ stdout }) => Number(stdout) });
  const run = await runOn(
    [host],
    [
      text({ path: `${at}/a`, content: 'a' }),
      count,
      task('b', text({ path: `${at}/b`, content: 'b' }), { when: ({ get }) => get(count) > 0 }),
    ],
    { check: true },
  );
  t.same(run.tasks(), [`changed text ${at}/a`, 'ok How many files', 'unknown b']);
  const unknown = run.events.find((event) => event.type === 'task-finished' && event.status === 'unknown');
  t.match(unknown?.type === 'task-finished' && unknown.note, /depends on "How many files"/);
});

t.test('attempts are counted as they are written', async (t) => {
  const at = await folder();
  // Fails until its own third try.
  const before = `echo try >> ${at}/tries; [ $(wc -l < ${at}/tries) -ge 3 ]`;
  const attempt = (attempts: number, name: string) =>
    task('stubborn', text({ path: `${at}/${name}`, content: 'x', before }), { retry: { attempts, delay: '1ms' } });
  t.same((await runOn([host], [attempt(2, 'a')])).tasks(), ['failed stubborn']);
  t.equal(onHost(`${at}/tries`), 'try\ntry\n');
  t.same((await runOn([host], [attempt(2, 'b')])).tasks(), ['changed stubborn']);
});

t.test('waiting ends when it is so, and fails with the last look when it never is', async (t) => {
  const at = await folder();
  const [ok, never] = await Promise.all([
    runOn(
      [host],
      [
        waitFor('third look', {
          script: sh`echo x >> ${at}/looks; wc -l < ${at}/looks`,
          until: ({ stdout }) => Number(stdout) >= 3,
          every: '1ms',
          timeout: '20s',
        }),
      ],
    ),
    runOn(
      [testHost('beta', sshd.settings('root'))],
      [waitFor('godot', { script: sh`echo not yet; exit 1`, every: '1ms', timeout: '50ms' })],
      { lockTimeout: 20_000 },
    ),
  ]);
  t.equal(ok.exitCode, 0);
  t.match(never.failure, /waited 0.05 s in vain.*\nnot yet/);
});
