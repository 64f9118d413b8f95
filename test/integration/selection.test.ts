// A part of a playbook on real hosts: what is left out, what of it is asked all the same, handlers, questions, variables.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { z } from 'zod';
import type { StepAnswer } from '../../lib/engine/stepping.ts';
import { fact, type Handler, handler, play, playbook, probe, role, sh, step, task } from '../../lib/index.ts';
import { onePlay, runOn, testHost, testInventory } from '../support/engine.ts';
import { sshdUnavailable, startSshd } from '../support/sshd.ts';
import { action, text } from '../support/text-resource.ts';

if (sshdUnavailable) {
  t.plan(0, sshdUnavailable);
  process.exit(0);
}

const machine = await startSshd({});
t.teardown(() => machine.stop());
const host = testHost('one', machine.settings('root'));
const log = '/srv/log';
const logged = () => readFileSync(join(machine.root, log), 'utf8');
const say = (line: string, status = 0) => action({ path: log, line, status });
const params = z.strictObject({});

t.beforeEach(() => machine.run(`rm -rf ${log} /srv/page /srv/release; echo 42 >/srv/release`));

const release = () => probe('Release', { script: sh`cat /srv/release`, read: ({ stdout }) => stdout.trim() });

t.test('pain 37: a probe that is left out is asked where a task needs its answer, and only then', async (t) => {
  const asked = release();
  const broken = probe('Broken', { script: sh`exit 3`, read: () => JSON.parse('broken') });
  const tasks = [
    asked,
    broken,
    task('Old', say('old'), { when: ({ get }) => get(asked) === '41', tags: ['deploy'] }),
    task('New', say('new'), { when: ({ get }) => get(asked) === '42', tags: ['deploy'] }),
    task('Other', say('other')),
  ];
  const run = await runOn([host], tasks, { select: { tags: ['deploy'] } });
  t.equal(run.exitCode, 0, run.failure);
  t.same(run.tasks(), ['skipped Old', 'changed New'], 'what is left out is not told of');
  t.equal(logged(), 'new\n');
});

t.test('a probe whose conditions are not met has no answer, also where it is left out', async (t) => {
  const asked = probe('Release', {
    script: sh`cat /srv/release`,
    read: ({ stdout }) => stdout.trim(),
    when: () => false,
  });
  const run = await runOn(
    [host],
    [asked, task('New', say('new'), { when: ({ get }) => get(asked) === '42', tags: ['deploy'] })],
    { select: { tags: ['deploy'] } },
  );
  t.equal(run.exitCode, 2);
  t.match(run.failure, /"Release" is not known yet/);
});

t.test('a probe that fails where its answer is needed says that it was left out', async (t) => {
  const broken = probe('Broken', { script: sh`echo no`, read: ({ stdout }) => JSON.parse(stdout) });
  const run = await runOn(
    [host],
    [broken, task('New', say('new'), { when: ({ get }) => get(broken) === 1, tags: ['deploy'] })],
    { select: { tags: ['deploy'] } },
  );
  t.equal(run.exitCode, 2);
  t.match(run.failure, /the probe "Broken" is left out of this run, but its answer is needed/);
});

t.test('a step finds the answers of probes before it, and tasks that are left out as skipped ones', async (t) => {
  const asked = release();
  const deploy = task('Deploy', say('deploy'));
  const tell = step('Tell', {
    plan: 'tells',
    repeatable: true,
    tags: ['tell'],
    run: async ({ get, run }) => {
      await run(sh`echo ${`${get(asked)} ${get(deploy).changed}`} >>${log}`);
    },
  });
  const after = task('After', say('after'), { when: ({ get }) => get(deploy).changed, tags: ['tell'] });
  const run = await runOn([host], [asked, deploy, tell, after], { select: { tags: ['tell'] } });
  t.equal(run.exitCode, 0, run.failure);
  t.equal(logged(), '42 false\n');
  const [skipped] = run.events.filter((event) => event.type === 'task-finished' && event.status === 'skipped');
  t.match(skipped, { note: 'its condition is not met: it asks for "Deploy", which is left out of this run' });
});

t.test('facts of what is left out are not read; those of what is done are', async (t) => {
  const good = fact('good', { description: 'x', script: sh`echo 7`, read: (stdout) => stdout.trim() });
  const bad = fact('bad', { description: 'x', script: sh`exit 9`, read: (stdout) => stdout });
  const reads = role('reads', {
    description: 'x',
    params,
    facts: [good],
    tasks: ({ get }) => [task(`Say ${get(good)}`, say(`good ${get(good)}`))],
  });
  const fails = role('fails', { description: 'x', params, facts: [bad], tasks: ({ get }) => [say(get(bad))] });
  const book = onePlay({ roles: [fails({}), reads({})] });
  const run = await runOn([host], book, { select: { roles: ['reads'] } });
  t.equal(run.exitCode, 0, run.failure);
  t.same(run.tasks(), ['changed Say 7']);
});

t.test('a play of which nothing is selected does not even connect', async (t) => {
  const gone = testHost('gone', { ...machine.settings('root'), port: 1 });
  const book = playbook('two', [
    play('Gone', { hosts: 'gone', tasks: [say('x')] }),
    play('Here', { hosts: 'one', tags: ['here'], tasks: [say('y')] }),
    play('Never', { hosts: 'gone', tags: ['never', 'reset'], tasks: [say('z')] }),
  ]);
  const run = await runOn([host, gone], book, { select: { tags: ['here'] } });
  t.equal(run.exitCode, 0, run.failure);
  t.same(
    run.recap.map(({ host: name }) => name),
    ['one'],
  );
});

t.test('a word that names nothing is wrong usage, also where only the host could tell', async (t) => {
  const good = fact('good', { description: 'x', script: sh`echo 7`, read: (stdout) => stdout.trim() });
  const reads = role('reads', { description: 'x', params, tasks: ({ get }) => [say(get(good))] });
  const run = await runOn([host], onePlay({ roles: [reads({})] }), { select: { tags: ['nowhere'] } });
  t.equal(run.exitCode, 5);
  t.same(
    run.events.flatMap((event) => (event.type === 'message' && event.level === 'warning' ? [event.text] : [])),
    [
      'the tag "nowhere" is looked for in the lists that follow from facts: none is known yet',
      'the tag "nowhere" was not found on any host',
    ],
  );
});

function site(reload: Handler, status: number) {
  const web = role('web', {
    description: 'x',
    params,
    tasks: () => [
      task('Page', text({ path: '/srv/page', content: 'new' }), { notify: reload, tags: ['page'] }),
      task('Check', say('check', status), { tags: ['check'] }),
    ],
  });
  const other = role('other', { description: 'x', params, tasks: () => [task('Other', say('other'))] });
  return onePlay({ roles: [web({}), other({})] });
}

t.test('pain 1: a pending handler of a role that is selected runs; of one that is not it stays pending', async (t) => {
  const reload = handler('Reload', say('reload'));
  const broken = await runOn([host], site(reload, 1));
  t.equal(broken.exitCode, 2);
  t.same(broken.recap[0]?.pendingHandlers, ['web/Reload']);

  const apart = await runOn([host], site(reload, 0), { select: { roles: ['other'] } });
  t.equal(apart.exitCode, 0, apart.failure);
  t.equal(logged(), 'check\nother\n', 'the handler has not run');

  const part = await runOn([host], site(reload, 0), { select: { tags: ['check'] } });
  t.equal(part.exitCode, 0, part.failure);
  t.equal(logged(), 'check\nother\ncheck\nreload\n', 'tags do not select among handlers');
  t.same(part.recap[0]?.pendingHandlers, []);
});

t.test('the questions of a run: no, yes, and an end', async (t) => {
  const steps = async (answers: Readonly<Record<string, StepAnswer>>) => {
    const reload = handler('Reload', say('reload'));
    const asked: string[] = [];
    const run = await runOn([host], site(reload, 0), {
      ask: async ({ name }) => {
        asked.push(name);
        return answers[name] ?? 'do';
      },
    });
    return { run, asked };
  };
  const refused = await steps({ Check: 'leave-out', Reload: 'leave-out' });
  t.same(refused.asked, ['Page', 'Check', 'Reload', 'Other']);
  t.same(refused.run.tasks(), ['changed Page', 'skipped Check', 'skipped Reload', 'changed Other']);
  t.same(refused.run.recap[0]?.pendingHandlers, ['web/Reload'], 'a handler that was refused is not lost');
  t.equal(refused.run.exitCode, 0);

  const ended = await steps({ Check: 'stop' });
  t.same(ended.run.tasks(), ['ok Page']);
  t.equal(ended.run.exitCode, 130);
  t.match(
    ended.run.events.find(({ type }) => type === 'run-aborted'),
    { reason: 'ended at the question' },
  );
});

t.test('where each task is asked about, none is done before its turn', async (t) => {
  const paths = ['/srv/a', '/srv/b', '/srv/c'];
  await machine.run(`rm -f ${paths.join(' ')}`);
  const seen: string[] = [];
  const run = await runOn(
    [host],
    paths.map((path) => text({ path, content: 'x' })),
    {
      ask: async () => {
        seen.push((await machine.run(`cd /srv; ls -d a b c 2>/dev/null | tr '\\n' ' '`)).trim());
        return 'do';
      },
    },
  );
  t.equal(run.exitCode, 0, run.failure);
  t.same(seen, ['', 'a', 'a b']);
});

t.test('variables: the play over the playbook over the host, and what -e says over all', async (t) => {
  const own = { ...host, vars: { one: 'host', two: 'host', three: 'host', four: 'host' } };
  const heard: string[] = [];
  const told = role('told', {
    description: 'x',
    params,
    tasks: ({ vars, host: self }) => {
      heard.push(`${Object.values(vars).join(' ')} ${self.vars === vars}`);
      return [
        task('Say', say('x'), {
          when: ({ vars: seen, host: there }) => seen.two === 'playbook' && there.vars.three === 'play',
        }),
      ];
    },
  });
  const book = playbook(
    'vars',
    [
      play('With', { hosts: 'all', vars: { three: 'play', four: 'play' }, roles: [told({})] }),
      play('Without', { hosts: 'all', roles: [told({})] }),
    ],
    { vars: { two: 'playbook', three: 'playbook', four: 'playbook' } },
  );
  const inventory = { ...testInventory([own]), extraVars: new Set(['four']) };
  const run = await runOn([own], book, { inventory });
  t.equal(run.exitCode, 0, run.failure);
  t.same(run.tasks(), ['changed Say', 'skipped Say']);
  t.same([...new Set(heard)], ['host playbook play host true', 'host playbook playbook host true']);
  t.same(own.vars.three, 'host', 'the inventory itself stays as it is');
});

t.test('how a host is reached is not for a play to say', async (t) => {
  const book = onePlay({ vars: { ansible_user: 'x', colour: 'red' }, tasks: [say('x')] });
  await t.rejects(runOn([host], book), { name: 'UsageError', message: /ansible_user is no variable of a play/ });
});
