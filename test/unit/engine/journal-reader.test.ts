import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openJournal } from '../../../lib/engine/journal.ts';
import { Journals, parseJournal } from '../../../lib/engine/journal-reader.ts';
import type { Event, HostRecap, Status } from '../../../lib/model/events.ts';

const RUN = '20261124T114159000Z-aaaa';
const HOSTS = ['ok', 'failed', 'unreachable', 'locked', 'rescued', 'stopped', 'later'];

function started(run = RUN, file: string | undefined = 'site.ts', check = false): Event {
  const plays = [
    { play: 'First', hosts: HOSTS },
    { play: 'Second', hosts: ['ok', 'later'] },
  ];
  return { type: 'run-started', run, playbook: 'Site', file, check, hosts: HOSTS, plays };
}

function finished(host: string, status: Status, role = 'web', path = `First/${role}/task`): Event {
  const task = { path, play: 'First', role, name: 'task', where: [] };
  return { type: 'task-finished', host, task, status, changes: [], duration: 1 };
}

function done(host: string, play: string, complete = true): Event {
  return { type: 'host-finished', host, play, complete };
}

function recap(host: string, failed = 0): HostRecap {
  const counts = { ok: 1, changed: 0, failed, ignored: 0, skipped: 0, unknown: 0 };
  return { host, ...counts, unreachable: false, locked: false, pendingHandlers: [] };
}

const failure = { message: 'no' };
const EVENTS: readonly Event[] = [
  started(),
  finished('ok', 'changed'),
  finished('ok', 'changed', '', 'First/task'),
  done('ok', 'First'),
  finished('failed', 'failed'),
  done('failed', 'First', false),
  { type: 'host-unreachable', host: 'unreachable', failure },
  done('unreachable', 'First', false),
  { type: 'host-locked', host: 'locked', failure },
  done('locked', 'First', false),
  finished('rescued', 'failed'),
  done('rescued', 'First'),
  done('stopped', 'First', false),
  done('later', 'First'),
  done('ok', 'Second'),
];
const END: Event = {
  type: 'run-finished',
  run: RUN,
  exitCode: 2,
  duration: 1,
  recap: HOSTS.map((host) => recap(host, host === 'failed' ? 1 : 0)),
};

const written = (events: readonly Event[]) => events.map((event) => JSON.stringify(event)).join('\n');

t.test('pain 9: who failed, was not reached, was locked, or never came to the end', async (t) => {
  const past = parseJournal(written([...EVENTS, END]));
  t.strictSame(past?.unfinished, ['failed', 'unreachable', 'locked', 'stopped', 'later']);
  t.match(past, { run: RUN, file: 'site.ts', check: false });
  t.strictSame(past?.changes, [
    { host: 'ok', role: 'web', path: 'First/web/task' },
    { host: 'ok', role: '', path: 'First/task' },
  ]);
});

t.test('a journal without an end: what failed may have been made good, but nobody can tell', async (t) => {
  const past = parseJournal(`${written(EVENTS)}\n{"type":"run-fini`);
  t.strictSame(past?.unfinished, ['failed', 'unreachable', 'locked', 'rescued', 'stopped', 'later']);
  const torn = parseJournal(written([started()]));
  t.strictSame(torn?.unfinished, HOSTS, 'a run that was killed at once has reached nobody');
});

t.test('what is not understood is passed over, and hurts nobody', async (t) => {
  const cases = [
    '',
    '\u0000\u0000',
    'null',
    '[]',
    '{"type":"run-started"}',
    '{"type":"run-started","run":1,"check":false,"hosts":[]}',
    '{"type":"__proto__"}',
  ];
  for (const text of cases) t.equal(parseJournal(text), undefined, text);
  const future = `{"type":"from the future","host":{}}\n${written([...EVENTS, END])}\n{"type":"task-finished","host":7}\n`;
  t.strictSame(parseJournal(future), parseJournal(written([...EVENTS, END])));
});

t.test('the journals of a project', async (t) => {
  const folder = t.testdir({});
  const journals = new Journals(folder);
  t.equal(journals.latest('site.ts'), undefined, 'there is no folder yet');
  t.throws(() => journals.named(RUN), { message: /there is no run/ });

  const write = (run: string, ...events: readonly Event[]) => events.forEach(openJournal(folder, run));
  write('20261124T100000000Z-0001', started('20261124T100000000Z-0001'));
  write('20261124T110000000Z-0002', started('20261124T110000000Z-0002', 'other.ts'));
  write('20261124T120000000Z-0003', started('20261124T120000000Z-0003', 'site.ts', true));
  mkdirSync(join(folder, 'runs', '20261124T130000000Z-0004.jsonl'));
  writeFileSync(join(folder, 'runs', '20261124T140000000Z-0005.jsonl'), 'torn');

  t.equal(
    journals.latest('site.ts')?.run,
    '20261124T100000000Z-0001',
    'checks, other playbooks and ruins do not count',
  );
  t.equal(journals.latest(undefined)?.run, '20261124T110000000Z-0002');
  t.equal(journals.latest('third.ts'), undefined);
  t.equal(journals.named('20261124T120000000Z-0003').check, true, 'one that is named may be a check');
  t.throws(() => journals.named('20261124T100000000Z-0011'), { message: /did you mean "20261124T100000000Z-0001"/ });
  t.throws(() => journals.named('../../../etc/passwd'), { message: /there is no run/ });
  t.throws(() => journals.named('20261124T140000000Z-0005'), { message: /does not tell how it began/ });
});
