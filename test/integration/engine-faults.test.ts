// What goes wrong on the way: cut cables, a killed controller, an interruption.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { block } from '../../lib/model/block.ts';
import { confirmed } from '../../lib/model/confirmed.ts';
import { sh } from '../../lib/model/script.ts';
import { step } from '../../lib/model/step.ts';
import { detached } from '../../lib/resources/posix/detached.ts';
import { file } from '../../lib/resources/posix/file.ts';
import { cuttingProxy } from '../support/cutting-proxy.ts';
import { runOn, testHost } from '../support/engine.ts';
import { sshdUnavailable, startSshd } from '../support/sshd.ts';
import { action, text } from '../support/text-resource.ts';

if (sshdUnavailable) {
  t.plan(0, sshdUnavailable);
  process.exit(0);
}

const sshd = await startSshd();
const proxy = await cuttingProxy(sshd.port);
t.teardown(async () => {
  await proxy.close();
  await sshd.stop();
});
const host = testHost('alpha', sshd.settings('root', { port: proxy.port }));
const onHost = (path: string) => readFileSync(join(sshd.root, path), 'utf8');

t.test('100 tasks in order take at most 3 round trips after log-in', async (t) => {
  const proxy = await cuttingProxy(sshd.port);
  t.teardown(() => proxy.close());
  const host = testHost('alpha', sshd.settings('root', { port: proxy.port }));
  await sshd.run('mkdir -p /srv/many');
  const tasks = Array.from({ length: 100 }, (_, index) => text({ path: `/srv/many/${index}`, content: `${index}` }));
  await runOn([host], tasks);
  let roundTrips = 0;
  const run = await runOn([host], tasks, {
    onEvent: (event) => {
      if (event.type === 'host-connected') proxy.count();
      // Saying goodbye afterwards is nobody's wait.
      if (event.type === 'task-finished') roundTrips = proxy.roundTrips;
    },
  });
  t.same([run.recap[0]?.ok, run.recap[0]?.changed], [100, 0]);
  t.comment(`round trips after log-in, counted at the proxy: ${roundTrips}; bytes sent: ${proxy.sent}`);
  t.ok(roundTrips >= 1 && roundTrips <= 3, `${roundTrips} round trips`);
});

t.test('why a new version of a file was refused is told in words, with what the check printed', async (t) => {
  const refused = file({
    path: '/srv/refused',
    content: 'bad',
    validate: () => sh`echo 'line 3: no such word' >&2; exit 9`,
  });
  const homeless = file({ path: '/srv/none/file', content: 'x' });
  const failures = [];
  for (const task of [refused, homeless]) {
    const run = await runOn([host], [task]);
    failures.push(
      ...run.events.flatMap((event) => (event.type === 'task-finished' && event.failure ? [event.failure] : [])),
    );
  }
  t.match(failures, [
    {
      message: 'the new /srv/refused was refused by its validation, the old state was kept',
      lastLines: ['line 3: no such word'],
    },
    { message: 'there is no folder /srv/none' },
  ]);
});

t.test('pain 11: a cut cable during a change: the run connects again and finds out what was done', async (t) => {
  await sshd.run('mkdir -p /srv/cut');
  // The change itself is made, then the cable is cut before its end can be told.
  const before = 'printf done > /srv/cut/a; while [ -e /srv/cut/wait ]; do :; done';
  await sshd.run('touch /srv/cut/wait');
  const run = await runOn(
    [host],
    [text({ path: '/srv/cut/a', content: 'done', before }), text({ path: '/srv/cut/b', content: 'b' })],
    {
      onEvent: (event) => {
        if (event.type !== 'task-applying' || event.task.name !== 'text /srv/cut/a') return;
        void sshd.run('until [ -e /srv/cut/a ]; do sleep 0.1; done').then(() => proxy.cut());
      },
    },
  );
  t.equal(run.exitCode, 0, run.failure);
  t.same(run.tasks(), ['changed text /srv/cut/a', 'changed text /srv/cut/b']);
  t.ok(run.events.some((event) => event.type === 'message' && /connecting again/.test(event.text)));
  await sshd.run('rm /srv/cut/wait');
});

t.test('pain 24: a command of which nobody knows whether it ran is not run again', async (t) => {
  await sshd.run('touch /srv/hold-it');
  const run = await runOn([host], [action({ path: '/srv/once', line: 'once', hold: '/srv/hold-it' })], {
    onEvent: (event) => {
      if (event.type !== 'task-applying') return;
      void sshd.run('until [ -e /srv/once ]; do sleep 0.1; done').then(() => proxy.cut());
    },
  });
  t.equal(run.exitCode, 2);
  t.match(run.failure, /nothing on the host tells whether it finished/);
  await sshd.run('rm /srv/hold-it');
  t.equal(onHost('/srv/once'), 'once\n');
});

t.test('pain 1: the controller is killed between a change and its handler: the next run does it', async (t) => {
  const script = join(import.meta.dirname ?? '.', '../support/killed-controller.ts');
  const start = () =>
    spawn(process.execPath, ['--import=tsx', script, JSON.stringify(sshd.settings('root'))], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  const linesOf = async (child: ReturnType<typeof start>, until: string): Promise<readonly string[]> => {
    const seen: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      seen.push(line);
      if (line === until) break;
    }
    return seen;
  };
  await sshd.run('mkdir -p /srv/kill; touch /srv/kill/hold');
  const first = start();
  await linesOf(first, 'changed Configure');
  first.kill('SIGKILL');
  await new Promise((resolve) => first.once('exit', resolve));
  t.notOk(existsSync(join(sshd.root, '/srv/kill/reloaded')), 'the handler has not run');
  await sshd.run('rm /srv/kill/hold');
  const seen = await linesOf(start(), 'end');
  t.ok(seen.includes('ok Configure'), 'nothing changes any more');
  t.ok(
    seen.some((line) => /^pending killed\/Reload since .* by Proxies\/killed\/Configure/.test(line)),
    'and it says why',
  );
  t.equal(onHost('/srv/kill/reloaded'), 'reloaded\n');
});

t.test('pain 38: an interruption ends what runs, does what is always to be done, and leaves the rest', async (t) => {
  const interruption = new AbortController();
  const tasks = [
    block('guarded', {
      tasks: [
        action({ path: '/srv/interrupted', line: 'before' }),
        step('Hang', {
          plan: '',
          repeatable: true,
          run: async ({ run }) => void (await run(sh`echo hanging; sleep 1000`)),
        }),
      ],
      always: [action({ path: '/srv/interrupted', line: 'always' })],
    }),
    action({ path: '/srv/interrupted', line: 'never' }),
  ];
  const run = await runOn([host], tasks, {
    signal: interruption.signal,
    onEvent: (event) => {
      if (event.type === 'task-output' && event.line === 'hanging') interruption.abort();
    },
  });
  t.equal(run.exitCode, 130);
  t.equal(onHost('/srv/interrupted'), 'before\nalways\n');
  t.equal(await sshd.run('pgrep -f "sleep 100[0]" || true'), '', 'nothing is left running');
});

t.test('changes that cut garden off are taken back by the host itself', async (t) => {
  const keys = '/root/.ssh/authorized_keys';
  const before = onHost(keys);
  const changes = (content: string, within: '3s' | '30s') => [
    confirmed('Careful', {
      within,
      tasks: [text({ path: keys, content }), text({ path: '/srv/made', content: 'new' })],
    }),
  ];
  const good = await runOn([host], changes(`${before}# still lets us in\n`, '30s'));
  t.equal(good.exitCode, 0, good.failure);
  t.same(good.tasks().at(-1), 'ok Careful');
  t.match(onHost(keys), /still lets us in/);
  t.equal(await sshd.run('ls /var/lib/garden/confirm; pgrep -f "[r]evert" || true'), '', 'no timer is left');
  t.same(
    (await runOn([host], changes(`${before}# still lets us in\n`, '30s'))).tasks(),
    [`ok text ${keys}`, 'ok text /srv/made'],
    'nothing to confirm where nothing changes',
  );

  await sshd.run('rm /srv/made');
  const bad = await runOn([host], changes('nobody', '3s'));
  t.equal(bad.exitCode, 2);
  t.match(bad.failure, /could not be reached anew within 3 s, so it takes the changes back/);
  await sshd.run('until [ -e /var/lib/garden/confirm/*/reverted ]; do sleep 0.1; done');
  t.match(onHost(keys), /still lets us in/, 'the file is as it was');
  t.notOk(existsSync(join(sshd.root, '/srv/made')), 'what was not there is gone again');
});

t.test('detached work goes on without its controller, and is picked up again', async (t) => {
  const work = () => [
    detached('Long work', {
      script: sh`echo begun >>/srv/long; while [ -e /srv/hold ]; do sleep 0.1; done; echo ended >>/srv/long`,
      every: '100ms',
    }),
  ];
  await sshd.run('touch /srv/hold');
  const first = new AbortController();
  const left = runOn([host], work(), { signal: first.signal });
  await sshd.run('until [ -e /srv/long ]; do sleep 0.1; done');
  first.abort();
  t.equal((await left).exitCode, 130);
  t.equal(onHost('/srv/long'), 'begun\n', 'it goes on');
  await sshd.run('rm /srv/hold');
  t.equal((await runOn([host], work())).exitCode, 0);
  t.equal(onHost('/srv/long'), 'begun\nended\n', 'it was not begun a second time');
  const failing = await runOn([host], [detached('Fails', { script: sh`echo why >&2; exit 5`, every: '50ms' })]);
  t.match(failing.failure, /ended with status 5\nwhy/);
});
