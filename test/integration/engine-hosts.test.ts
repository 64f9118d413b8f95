// Several hosts: batches, losses, waiting for each other, locks, acting as others.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { oncePerRun } from '../../lib/model/block.ts';
import { barrier } from '../../lib/model/flow.ts';
import type { Host } from '../../lib/model/host.ts';
import { play } from '../../lib/model/play.ts';
import { playbook } from '../../lib/model/playbook.ts';
import { sh } from '../../lib/model/script.ts';
import { Secret } from '../../lib/model/secret.ts';
import { step } from '../../lib/model/step.ts';
import { task } from '../../lib/model/task.ts';
import { onePlay, runOn, testHost } from '../support/engine.ts';
import { freePort, type Sshd, sshdUnavailable, startSshd } from '../support/sshd.ts';
import { action, text } from '../support/text-resource.ts';

if (sshdUnavailable) {
  t.plan(0, sshdUnavailable);
  process.exit(0);
}

const NAMES = ['alpha', 'beta', 'gamma', 'delta'];
const machines: Sshd[] = [];
for (const _ of NAMES)
  machines.push(
    await startSshd({
      users: [
        { name: 'tester', password: 'open sesame', sudo: 'with-password' },
        { name: 'steward', sudo: 'without-password' },
      ],
    }),
  );
t.teardown(() => Promise.all(machines.map((machine) => machine.stop())));
const machine = (index: number): Sshd => {
  const found = machines[index];
  if (!found) throw new Error(`no machine ${index}`);
  return found;
};
const hosts: readonly Host[] = NAMES.map((name, index) => testHost(name, machine(index).settings('root')));
const log = '/srv/log';
const onHost = (index: number, path = log) => readFileSync(join(machine(index).root, path), 'utf8');
const say = (line: string, status = 0) => action({ path: log, line, status });

t.beforeEach(() => Promise.all(machines.map((each) => each.run(`rm -f ${log}`))));

t.test('pain 8: once is once for all hosts and batches', async (t) => {
  const run = await runOn(hosts, onePlay({ serial: 1, tasks: [oncePerRun(say('migrate')), say('each')] }));
  t.equal(run.exitCode, 0, run.failure);
  t.same(
    NAMES.map((_, index) => onHost(index)),
    ['migrate\neach\n', 'each\n', 'each\n', 'each\n'],
  );
  t.same(run.tasks('beta'), ['skipped action migrate', 'changed action each']);
});

t.test('what fails once has failed for all', async (t) => {
  const run = await runOn(hosts.slice(0, 2), [oncePerRun(say('migrate', 1)), say('each')]);
  t.same([run.exitCode, run.recap.map(({ failed }) => failed)], [2, [1, 1]]);
});

t.test('several names of one machine share its lock, and do not end each other', async (t) => {
  const names = ['east', 'west', 'north'].map((name) => testHost(name, machine(0).settings('root')));
  // All are connected at once.
  const run = await runOn(names, [say('before'), barrier('All are there'), say('after')]);
  t.equal(run.exitCode, 0, run.failure);
  t.same(
    run.events.filter((event) => event.type === 'message' && event.level === 'warning'),
    [],
    'no connection was lost',
  );
  t.equal(onHost(0).match(/before/g)?.length, 3);
});

t.test('at a barrier all wait, though only one may be at work at a time', async (t) => {
  const run = await runOn(hosts, onePlay({ tasks: [say('one'), barrier(), say('two')] }), { forks: 1 });
  t.equal(run.exitCode, 0, run.failure);
  const order = run.events.flatMap((event) => (event.type === 'task-finished' ? [event.task.name] : []));
  t.same(order, [...Array(4).fill('action one'), ...Array(4).fill('action two')]);
});

t.test('pain 10: a host comes to its end before the next one begins, as many in flight as is said', async (t) => {
  for (const forks of [1, 2]) {
    const run = await runOn(hosts, [say('one'), say('two'), say('three')], { forks });
    t.equal(run.exitCode, 0, run.failure);
    const inFlight = new Set<string>();
    let most = 0;
    for (const event of run.events) {
      if (event.type === 'task-started') inFlight.add(event.host);
      if (event.type === 'host-finished') inFlight.delete(event.host);
      most = Math.max(most, inFlight.size);
    }
    t.equal(most, forks);
  }
});

t.test('batches come one after another', async (t) => {
  const run = await runOn(hosts, onePlay({ serial: [1, '50%'], tasks: [say('x')] }));
  const batches = run.events.flatMap((event) => (event.type === 'batch-started' ? [event.hosts.length] : []));
  t.same(batches, [1, 2, 1]);
});

t.test('a lost host takes no further part, the others go on', async (t) => {
  const dead = testHost('dead', { ...machine(0).settings('root'), port: await freePort() });
  const book = playbook('test', [
    play('one', {
      hosts: 'all',
      tasks: [
        task('x', say('x'), { when: ({ host }) => host.name !== 'beta' }),
        task('bad', say('bad', 1), { when: ({ host }) => host.name === 'beta' }),
      ],
    }),
    play('two', { hosts: 'all', tasks: [say('second play')] }),
  ]);
  const run = await runOn([...hosts.slice(0, 2), dead], book);
  t.equal(run.exitCode, 6, 'failed and unreachable');
  t.same(
    run.recap.map(({ host, failed, unreachable }) => [host, failed, unreachable]),
    [
      ['alpha', 0, false],
      ['beta', 1, false],
      ['dead', 0, true],
    ],
  );
  t.match(onHost(0), /second play/);
  t.notMatch(onHost(1), /second play/);
});

t.test('pain 7: too many lost hosts stop the run, and it is told by which rule', async (t) => {
  const fails = (name: string) => task('fails', say('x', 1), { when: ({ host }) => host.name === name });
  const book = playbook('test', [
    play('p', { hosts: 'all', serial: 2, maxFail: { hosts: 0 }, tasks: [fails('alpha'), say('y')] }),
    play('later', { hosts: 'all', tasks: [say('z')] }),
  ]);
  const run = await runOn(hosts, book);
  t.match(
    run.events.find((event) => event.type === 'run-aborted'),
    { reason: /1 hosts are lost, and maxFail bears 0/ },
  );
  t.same(
    run.recap
      .filter(({ changed }) => changed > 0)
      .map(({ host }) => host)
      .filter((name) => name !== 'beta'),
    [],
    'later batches and plays are not begun',
  );
  const borne = await runOn(hosts, onePlay({ serial: 2, maxFail: { percent: 50 }, tasks: [fails('alpha'), say('y')] }));
  t.equal(borne.recap.filter(({ changed }) => changed > 0).length, 3);
});

t.test('a whole lost batch stops the run', async (t) => {
  const run = await runOn(hosts, onePlay({ serial: 1, tasks: [say('x', 1)] }));
  t.match(
    run.events.find((event) => event.type === 'run-aborted'),
    { reason: /all 1 hosts of the batch are lost/ },
  );
  t.equal(run.recap.filter(({ failed }) => failed > 0).length, 1);
});

t.test('pain 40: a step runs scripts, puts things in order, and acts on other hosts as themselves', async (t) => {
  const work = step('Hand over', {
    plan: 'would hand over',
    repeatable: true,
    async run({ run, apply, on, waitFor, host }) {
      const { stdout } = await run(sh`hostname; id -un`);
      if (!stdout.includes('root')) throw new Error(stdout);
      await apply(text({ path: '/srv/step', content: host.name }));
      const other = hosts[1];
      if (other) await on(other).apply(text({ path: '/srv/step', content: `from ${host.name}` }));
      await waitFor({ script: sh`test -f /srv/step` });
    },
  });
  const check = await runOn(hosts.slice(0, 2), onePlay({ hosts: 'alpha', tasks: [work] }), { check: true });
  t.match(
    check.events.find((event) => event.type === 'task-finished'),
    { status: 'changed', note: 'would hand over' },
  );
  const run = await runOn(hosts.slice(0, 2), onePlay({ hosts: 'alpha', tasks: [work] }));
  t.equal(run.exitCode, 0, run.failure);
  t.equal(onHost(0, '/srv/step'), 'alpha');
  t.equal(onHost(1, '/srv/step'), 'from alpha');
  const failing = step('Fails', {
    plan: '',
    repeatable: true,
    run: async ({ run }) => void (await run(sh`echo broken >&2; exit 4`)),
  });
  t.match((await runOn(hosts.slice(0, 1), [failing])).failure, /status 4\nbroken/);
});

t.test('tasks act as who they say; a wrong password is told, and others go on', async (t) => {
  const who = (name: string) =>
    text({ path: `/var/tmp/who-${name}`, content: name, before: `id -un > /var/tmp/is-${name}` });
  const as = (password: string): Host =>
    testHost('alpha', machine(0).settings('tester'), { password: new Secret(password) });
  const tasks = [
    who('login'),
    task('as root', who('root'), { become: true }),
    task('as steward', who('steward'), { become: { user: 'steward' } }),
  ];
  const run = await runOn([as('open sesame')], tasks);
  t.equal(run.exitCode, 0, run.failure);
  t.same(
    ['login', 'root', 'steward'].map((name) => onHost(0, `/var/tmp/is-${name}`).trim()),
    ['tester', 'root', 'steward'],
  );
  const other = testHost('beta', machine(1).settings('steward'));
  const wrong = await runOn(
    [as('wrong'), other],
    onePlay({ become: true, tasks: [text({ path: '/srv/as-root', content: 'x' })] }),
  );
  t.not(wrong.exitCode, 0);
  t.match(wrong.failure, /sudo refused the password/);
  t.equal(onHost(1, '/srv/as-root'), 'x', 'the other host went on');
});

t.test('pain 39: a host that another run is at work on is left alone', async (t) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let locked = () => {};
  const inside = new Promise<void>((resolve) => {
    locked = resolve;
  });
  const holding = step('Hold', {
    plan: '',
    repeatable: true,
    run: async ({ run }) => {
      await run(sh`true`);
      locked();
      await held;
    },
  });
  const first = runOn(hosts.slice(0, 1), [holding]);
  await inside;
  const second = await runOn(hosts.slice(0, 2), [say('x')]);
  t.equal(second.exitCode, 7);
  t.match(second.failure, /run \d{8}T/, 'it says who holds it');
  t.equal(onHost(1), 'x\n', 'the other host went on');
  const check = await runOn(hosts.slice(0, 1), [say('x')], { check: true });
  t.equal(check.exitCode, 0, 'a check needs no lock');
  release();
  t.equal((await first).exitCode, 0);
  t.equal((await runOn(hosts.slice(0, 1), [say('x')])).exitCode, 0, 'the lock died with its session');
});
