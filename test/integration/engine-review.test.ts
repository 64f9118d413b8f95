// What a second reader of the engine suspected: each of these was wrong once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { z } from 'zod';
import { block, oncePerRun } from '../../lib/model/block.ts';
import { confirmed } from '../../lib/model/confirmed.ts';
import { Unreachable } from '../../lib/model/errors.ts';
import { fact } from '../../lib/model/fact.ts';
import { barrier } from '../../lib/model/flow.ts';
import { handler } from '../../lib/model/handler.ts';
import { probe } from '../../lib/model/probe.ts';
import { resource } from '../../lib/model/resource.ts';
import { role } from '../../lib/model/role.ts';
import { sh } from '../../lib/model/script.ts';
import { step } from '../../lib/model/step.ts';
import { task } from '../../lib/model/task.ts';
import { onePlay, runOn, testHost } from '../support/engine.ts';
import { sshdUnavailable, startSshd } from '../support/sshd.ts';
import { action, text } from '../support/text-resource.ts';

if (sshdUnavailable) {
  t.plan(0, sshdUnavailable);
  process.exit(0);
}

const [sshd, second] = await Promise.all([startSshd(), startSshd()]);
t.teardown(() => Promise.all([sshd.stop(), second.stop()]));
const host = testHost('alpha', sshd.settings('root'));
const other = testHost('beta', second.settings('root'));

/** A folder on both hosts of its own for each test. */
let folders = 0;
async function folder(): Promise<string> {
  const path = `/srv/review-${folders++}`;
  await Promise.all([sshd, second].map((each) => each.run(`mkdir -p ${path}`)));
  return path;
}
const onHost = (path: string, machine = sshd) => readFileSync(join(machine.root, path), 'utf8');
/** Ends the shell of the session that runs it: what a lost connection looks like to garden. */
const END_SESSION = `kill -9 "$(cut -d' ' -f4 "/proc/$PPID/stat")"`;
const boom = (): never => {
  throw new TypeError('boom');
};

t.test('a change that was made and then failed keeps its handler', async (t) => {
  const at = await folder();
  const book = (before: string) => {
    const reload = handler('Reload late', action({ path: `${at}/log`, line: 'reloaded' }));
    return onePlay({ tasks: [task('a', text({ path: `${at}/a`, content: 'a', before }), { notify: reload })] });
  };
  const run = await runOn([host], book(`printf a >${at}/a; exit 1`));
  t.same([run.exitCode, run.recap[0]?.pendingHandlers], [2, ['play/Reload late']]);
  const next = await runOn([host], book('true'));
  t.equal(next.exitCode, 0, next.failure);
  t.equal(onHost(`${at}/log`), 'reloaded\n');
});

t.test('a rescue makes good all that failed in its block', async (t) => {
  const at = await folder();
  const say = (line: string, status = 0) => action({ path: `${at}/log`, line, status });
  const inner = block('inner', { tasks: [say('a', 1)], always: [say('b', 1)] });
  const run = await runOn([host], [block('outer', { tasks: [inner], rescue: [say('rescue')] }), say('after')]);
  t.same([run.exitCode, run.recap[0]?.failed, run.recap[0]?.ignored], [0, 0, 2]);
  t.equal(onHost(`${at}/log`), 'a\nb\nrescue\nafter\n');
});

t.test('what is always to be done is not ended by the interruption that led to it', async (t) => {
  const at = await folder();
  const interruption = new AbortController();
  const tasks = [
    block('guarded', {
      tasks: [
        text({ path: `${at}/connected`, content: '' }),
        action({ path: `${at}/log`, line: 'work' }),
        action({ path: `${at}/log`, line: 'never' }),
      ],
      always: [text({ path: `${at}/cleaned`, content: 'yes', before: 'sleep 4' })],
    }),
  ];
  const run = await runOn([host], tasks, {
    signal: interruption.signal,
    onEvent: (event) => {
      if (event.type === 'task-applying' && event.task.name === 'action work') interruption.abort();
    },
  });
  t.equal(run.exitCode, 130);
  t.same(run.tasks(), [`ok text ${at}/connected`, 'changed action work', `changed text ${at}/cleaned`]);
});

t.test('an interruption while the state is read lets nothing be changed any more', async (t) => {
  const at = await folder();
  const interruption = new AbortController();
  const slow = probe('slow', { script: sh`: >${at}/asked; sleep 100`, read: () => true, timeout: '200s' });
  const run = await runOn([host], [text({ path: `${at}/a`, content: 'a' }), slow], {
    signal: interruption.signal,
    onEvent: (event) => {
      if (event.type !== 'host-connected') return;
      void sshd.run(`until [ -e ${at}/asked ]; do sleep 0.1; done`).then(() => interruption.abort());
    },
  });
  t.equal(run.exitCode, 130);
  t.equal(await sshd.run(`ls ${at}`), 'asked\n');
});

t.test('a host that was rescued past a barrier is not waited for there', { timeout: 60_000 }, async (t) => {
  const at = await folder();
  const say = (line: string) => action({ path: `${at}/log`, line });
  const fails = step('Fails on beta', {
    plan: '',
    repeatable: true,
    run: async ({ host: { name } }) => {
      if (name === 'beta') throw new Error('as intended');
    },
  });
  const tasks = [
    block('guarded', { tasks: [fails, barrier('inner'), say('inner')], rescue: [say('rescue')] }),
    barrier('outer'),
    say('outer'),
  ];
  const run = await runOn([host, other], tasks);
  t.equal(run.exitCode, 0, run.failure);
  t.equal(onHost(`${at}/log`), 'inner\nouter\n');
  t.equal(onHost(`${at}/log`, second), 'rescue\nouter\n');
});

t.test(
  'a barrier that only some hosts have in their lists is not waited for by the others',
  { timeout: 60_000 },
  async (t) => {
    const run = await runOn(
      [host, other],
      onePlay({
        tasks: ({ host: { name } }) => [...(name === 'alpha' ? [barrier('own')] : []), barrier('common')],
      }),
    );
    t.equal(run.exitCode, 0, run.failure);
  },
);

t.test('a mistake in the code of one task fails that task, on that host', async (t) => {
  const at = await folder();
  const broken = resource('broken', {
    description: 'Its author made a mistake.',
    platform: 'posix',
    params: z.strictObject({ id: z.string() }),
    id: ({ id }) => id,
    probe: () => null,
    read: () => ({}),
    desired: () => ({ done: true }),
    apply: boom,
  });
  const tasks = [
    block('guarded', {
      tasks: [broken({ id: 'x' })],
      rescue: [],
      always: [text({ path: `${at}/always`, content: 'x' })],
    }),
  ];
  const run = await runOn([host], tasks);
  t.same(run.tasks(), ['failed broken x', `changed text ${at}/always`]);
  t.match(run.failure, /TypeError: boom/);
  for (const option of ['changedWhen', 'failedWhen'] as const) {
    const decided = await runOn(
      [host],
      [task('decides', action({ path: `${at}/log`, line: option }), { [option]: boom })],
    );
    t.same(decided.tasks(), ['failed decides'], option);
  }
});

t.test('what a group did is told, though the run stops or a neighbour fails', async (t) => {
  const at = await folder();
  const item = (name: string, wrong?: string) =>
    text({ path: `${at}/${name}`, content: name, ...(wrong === undefined ? {} : { wrong }) });
  const run = await runOn([host], [item('a', 'wrong'), item('b')]);
  t.same(run.tasks(), [`failed text ${at}/a`, `changed text ${at}/b`]);
  const interruption = new AbortController();
  const stopped = await runOn([host], [item('c'), item('d')], {
    signal: interruption.signal,
    onEvent: (event) => {
      if (event.type === 'task-finished') interruption.abort();
    },
  });
  t.same(stopped.tasks(), [`changed text ${at}/c`, `changed text ${at}/d`]);
});

t.test('a change that ends its own session every time fails in the end', { timeout: 60_000 }, async (t) => {
  const at = await folder();
  const run = await runOn([host], [text({ path: `${at}/a`, content: 'a', before: `${END_SESSION}; exit 1` })]);
  t.same(run.tasks(), [`failed text ${at}/a`]);
  t.match(run.failure, /connection was lost 3 times/);
});

t.test('a question that ends its own session every time makes the host unreachable', { timeout: 60_000 }, async (t) => {
  const deadly = probe('deadly', { script: sh`sh -c ${END_SESSION}`, read: () => true });
  const run = await runOn([host], [deadly]);
  t.equal(run.exitCode, 4);
  t.match(run.failure, /lost 3 times/);
});

t.test('a step that puts a resource in order looks first', async (t) => {
  const at = await folder();
  const changed: boolean[] = [];
  const puts = step('Puts', {
    plan: '',
    repeatable: true,
    run: async ({ apply }) => {
      for (let time = 0; time < 2; time++) changed.push(await apply(text({ path: `${at}/a`, content: 'a' })));
    },
  });
  const run = await runOn([host], [puts]);
  t.equal(run.exitCode, 0, run.failure);
  t.same(changed, [true, false]);
});

t.test('pain 11: another host that cannot be reached fails the step, not the host', async (t) => {
  const gone = testHost('gone', { ...host.connection, port: 1, timeout: 3000 });
  const asks = step('Asks', {
    plan: '',
    repeatable: true,
    run: async ({ on }) => void (await on(gone).run(sh`true`)),
  });
  const run = await runOn([gone, host], onePlay({ hosts: 'alpha', tasks: [asks] }));
  t.same([run.exitCode, run.recap[0]?.unreachable], [2, false]);
});

t.test('a step that loses another host goes back to that one', { timeout: 60_000 }, async (t) => {
  const at = await folder();
  const end = sh`[ -e ${at}/ended ] || { : >${at}/ended; sh -c ${END_SESSION}; }; echo back >${at}/done`;
  const loses = step('Loses', { plan: '', repeatable: true, run: async ({ on }) => void (await on(other).run(end)) });
  const run = await runOn([host, other], onePlay({ hosts: 'alpha', tasks: [loses] }));
  t.equal(run.exitCode, 0, run.failure);
  t.equal(onHost(`${at}/done`, second), 'back\n');
});

t.test('facts just work in conditions', async (t) => {
  const at = await folder();
  const answer = fact('answer', { description: 'A number.', script: sh`echo 42`, read: Number });
  const tasks = [
    text({ path: `${at}/a`, content: 'a' }),
    task('b', text({ path: `${at}/b`, content: 'b' }), { when: ({ get }) => get(answer) === 42 }),
    task('c', text({ path: `${at}/c`, content: 'c' }), { when: ({ get }) => get(answer) !== 42 }),
  ];
  t.same((await runOn([host], tasks)).tasks(), [`changed text ${at}/a`, 'changed b', 'skipped c']);
  const mute = fact('mute', { description: 'Fails.', script: sh`echo no >&2; exit 3`, read: Number });
  const failing = await runOn(
    [host],
    [task('d', text({ path: `${at}/d`, content: '' }), { when: ({ get }) => get(mute) > 0 })],
  );
  t.same(failing.tasks(), ['failed d']);
  t.match(failing.failure, /reading the fact "mute" ended with status 3\nno/);
});

t.test('pain 41: a fact that hangs ends at its own time, and costs only whom it was asked for', async (t) => {
  const hangs = fact('hangs', {
    description: 'as a dead network mount',
    script: sh`sleep 60`,
    timeout: '200ms',
    read: (stdout) => stdout,
  });
  const run = await runOn(
    [host],
    [
      task('Asks', text({ path: '/srv/fact', content: 'x' }), {
        when: ({ get }) => get(hangs) === '',
        ignoreErrors: true,
      }),
      probe('Other', { script: sh`true`, read: () => true }),
    ],
  );
  t.same(run.tasks(), ['ignored Asks', 'ok Other']);
  t.match(run.failure, /reading the fact "hangs" took too long and was ended/);
});

t.test('pain 5: a check calls unknown what follows from what it could not ask', async (t) => {
  const at = await folder();
  const first = task('first', text({ path: `${at}/a`, content: 'a' }));
  const version = probe('version', {
    script: sh`cat ${at}/a`,
    read: ({ status }) => {
      if (status !== 0) throw new Error('no version');
      return 1;
    },
  });
  const maybe = task('maybe', text({ path: `${at}/b`, content: 'b' }), { when: ({ get }) => get(version) === 1 });
  const follows = task('follows', text({ path: `${at}/c`, content: 'c' }), { when: ({ get }) => get(maybe).changed });
  const run = await runOn([host], [first, version, maybe, follows], { check: true });
  t.same(run.tasks(), ['changed first', 'unknown version', 'unknown maybe', 'unknown follows']);
  t.equal(run.exitCode, 0, run.failure);
});

t.test('a task that was skipped has changed nothing', async (t) => {
  const at = await folder();
  const skipped = task('skipped', text({ path: `${at}/a`, content: 'a' }), { when: () => false });
  const after = task('after', text({ path: `${at}/b`, content: 'b' }), { when: ({ get }) => get(skipped).changed });
  const run = await runOn([host], [skipped, after]);
  t.same(run.tasks(), ['skipped skipped', 'skipped after']);
});

t.test('what one host did for all is known on all', async (t) => {
  const at = await folder();
  const migrate = task('migrate', text({ path: `${at}/a`, content: 'a' }));
  const size = probe('size', { script: sh`echo 7`, read: ({ stdout }) => Number(stdout) });
  const after = task('after', text({ path: `${at}/b`, content: 'b' }), {
    when: ({ get }) => get(migrate).changed && get(size) === 7,
  });
  const run = await runOn([host, other], [oncePerRun(migrate), oncePerRun(size), after]);
  t.equal(run.exitCode, 0, run.failure);
  for (const name of ['alpha', 'beta']) t.equal(run.tasks(name).at(-1), 'changed after', name);
});

t.test('what was read before another host did its part for all is read again', { timeout: 25_000 }, async (t) => {
  const at = await folder();
  // Two hosts that share a folder, as they would share a database. The second looks ahead before the first has done its part.
  const guest = testHost('guest', sshd.settings('tester'));
  await sshd.run(`mkdir -m 777 ${at}/signs`);
  const meet = probe('meet', {
    script: sh`[ "$(id -un)" = root ] || { : >${at}/signs/looked; until [ -e ${at}/signs/begun ]; do sleep 0.1; done; }`,
    read: () => true,
  });
  const before = `: >${at}/signs/begun; until [ -e ${at}/signs/looked ]; do sleep 0.1; done`;
  const migrate = task('migrate', text({ path: `${at}/a`, content: 'new', before }));
  const run = await runOn([host, guest], [meet, oncePerRun(migrate), text({ path: `${at}/a`, content: 'new' })]);
  t.same(run.tasks('guest'), ['ok meet', 'skipped migrate', `ok text ${at}/a`]);
});

t.test('a timer that could not be started lets nothing dangerous be done', async (t) => {
  const at = await folder();
  await sshd.run('mkdir -p /var/lib/garden && rm -rf /var/lib/garden/confirm && : >/var/lib/garden/confirm');
  const danger = (item: Parameters<typeof confirmed>[1]['tasks'][number]) =>
    confirmed('Danger', { within: '20s', tasks: [item] });
  const stepped = step('Step', {
    plan: '',
    repeatable: true,
    run: async ({ run }) => void (await run(sh`: >${at}/stepped`)),
  });
  const run = await runOn([host], [danger(stepped)]);
  t.match(run.failure, /timer/);
  const applied = await runOn([host], [danger(text({ path: `${at}/applied`, content: 'x' }))]);
  t.match(applied.failure, /timer/);
  t.equal(await sshd.run(`ls ${at}; rm /var/lib/garden/confirm`), '');
});

t.test('a merged question that fails is asked one by one', async (t) => {
  const at = await folder();
  const kind = (many: { script: string; parts?: number }) =>
    resource('fragile', {
      description: 'A file whose merged probe does not work.',
      platform: 'posix',
      params: z.strictObject({ path: z.string() }),
      id: ({ path }) => path,
      probe: ({ path }) => sh`echo one >>${at}/asked; cat ${path} 2>/dev/null || true`,
      probeMany: {
        script: () => sh`echo many >>${at}/asked; sh -c ${many.script}`,
        split: (stdout, all) => {
          if (many.parts === undefined) throw new Error('cannot be split');
          return all.slice(0, many.parts).map(() => stdout);
        },
      },
      read: (stdout) => ({ content: stdout }),
      desired: () => ({ content: 'x' }),
      apply: ({ path }) => sh`printf x >${path}`,
    });
  for (const [index, many] of [
    { script: 'exit 1', parts: 2 },
    { script: 'true' },
    { script: 'true', parts: 1 },
  ].entries()) {
    const fragile = kind(many);
    const paths = [`${at}/${index}-a`, `${at}/${index}-b`];
    await sshd.run(`: >${at}/asked; printf x >${at}/${index}-a`);
    const run = await runOn(
      [host],
      paths.map((path) => fragile({ path })),
    );
    t.same(run.tasks(), [`ok fragile ${paths[0]}`, `changed fragile ${paths[1]}`], many.script);
    t.match(onHost(`${at}/asked`), /^many\none\none\n/, 'once together, then one by one');
  }
});

t.test('a transaction that fails names all that were in it', async (t) => {
  const together = resource('together', {
    description: 'Several in one transaction, which fails.',
    platform: 'posix',
    params: z.strictObject({ name: z.string() }),
    id: ({ name }) => name,
    probe: () => sh`true`,
    read: () => ({}),
    desired: () => ({ done: true }),
    apply: () => sh`exit 1`,
    together: { compatible: () => true, apply: () => sh`echo no such package >&2; exit 100` },
  });
  const run = await runOn(
    [host],
    ['one', 'two', 'three'].map((name) => together({ name })),
  );
  t.match(run.failure, /status 100.*together with "together two", "together three"/);
});

t.test('a role that cannot make its list says so once, with its place', async (t) => {
  const size = fact('size', { description: 'A number.', script: sh`echo 0`, read: Number });
  const fragile = role('fragile', {
    description: 'Fails when it knows the host.',
    params: z.strictObject({}),
    tasks: ({ get }) => (get(size) === 0 ? boom() : []),
  });
  const run = await runOn([host], onePlay({ roles: [fragile({})] }));
  t.equal(run.tasks().length, 1);
  t.match(run.failure, /list of tasks cannot be made: role "fragile": TypeError: boom/);
  const failed = run.events.find((event) => event.type === 'task-finished');
  t.match(failed?.type === 'task-finished' && failed.task.where[0], /engine-review\.test\.ts:\d+$/);
});

t.test('who failed to become another user has not taken the lock', async (t) => {
  await sshd.addUser({ name: 'plain' });
  const at = '/home/plain-lock';
  await sshd.run(`mkdir -p ${at} && chown plain ${at}`);
  const plain = testHost('alpha', sshd.settings('plain'));
  const tries = task('tries', text({ path: '/srv/never', content: '' }), { become: true, ignoreErrors: true });
  let lock = '';
  const looks = step('Looks', {
    plan: '',
    repeatable: true,
    run: async ({ run }) => {
      lock = (await run(sh`cat "$garden_state/lock" 2>/dev/null || true`)).stdout;
    },
  });
  const run = await runOn([plain], [tries, looks]);
  t.same(run.tasks(), ['ignored tries', 'changed Looks']);
  t.match(lock, /\d{8}T\d{9}Z/);
});

t.test('a role used twice: both do their handlers when an earlier run left one behind', async (t) => {
  const at = await folder();
  const site = role('site', {
    description: 'A site with its own reload.',
    params: z.strictObject({ name: z.string(), status: z.number() }),
    tasks: ({ params: { name, status } }) => {
      const reload = handler('Reload', action({ path: `${at}/log`, line: `reload ${name}` }));
      return [
        task(name, text({ path: `${at}/${name}`, content: name }), { notify: reload }),
        action({ path: `${at}/tried`, line: name, status }),
      ];
    },
  });
  const book = (status: number) => onePlay({ roles: [site({ name: 'a', status: 0 }), site({ name: 'b', status })] });
  t.equal((await runOn([host], book(1))).exitCode, 2);
  await sshd.run(`: >${at}/log`);
  t.equal((await runOn([host], book(0))).exitCode, 0);
  t.match(onHost(`${at}/log`), /reload b\n/);
  t.equal(await sshd.run('ls /var/lib/garden/pending'), '');
});

t.test('a step that says that its host is unreachable is believed', async (t) => {
  const says = step('Says', {
    plan: '',
    repeatable: true,
    run: async () => {
      throw new Unreachable('the host does not answer any more');
    },
  });
  const run = await runOn([host], [says]);
  t.same([run.exitCode, run.recap[0]?.unreachable], [4, true]);
});
