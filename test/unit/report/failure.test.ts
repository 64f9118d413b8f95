import t from 'tap';
import { GardenError, UsageError } from '../../../lib/model/errors.ts';
import { describeError, describeMistakes, describeTaskFailure, taskTitle } from '../../../lib/report/failure.ts';
import { styles } from '../../../lib/report/style.ts';
import { taskReference } from '../../support/run-events.ts';

const plain = styles(false);
const noStack = { stack: false };

t.test('a failure names host, task, place, cause, last lines and what to do', async (t) => {
  const where = ['roles/haproxy/index.ts:31', 'playbooks/site.ts:14'];
  const lines = describeTaskFailure(
    'web-west',
    taskReference('haproxy', 'Write haproxy.cfg', where),
    { message: 'the configuration was refused', hint: 'Look at line 12.', status: 1, lastLines: ['bad \u001b[1mword'] },
    plain,
  );
  t.same(lines, [
    'web-west: haproxy : Write haproxy.cfg',
    '  in play "Proxies"',
    '  at roles/haproxy/index.ts:31',
    '  from playbooks/site.ts:14',
    '  the configuration was refused',
    '  exit status 1',
    '  it printed at last:',
    '  | bad ^[[1mword',
    '  → Look at line 12.',
  ]);
});

t.test('an exception names its own place, a command its text', async (t) => {
  const failure = {
    message: 'TypeError: x is undefined',
    places: ['/srv/site.ts:4', '/srv/site.ts:16'],
    command: 'ls /x',
  };
  t.same(describeTaskFailure('a', taskReference('', 'x', ['/srv/site.ts:16']), failure, plain), [
    'a: x',
    '  in play "Proxies"',
    '  at /srv/site.ts:16',
    '  TypeError: x is undefined',
    '  it was: ls /x',
    '  thrown at /srv/site.ts:4',
    '  from /srv/site.ts:16',
  ]);
});

t.test('a status that the message tells already is not told twice', async (t) => {
  const lines = describeTaskFailure(
    'a',
    taskReference('', 'x'),
    { message: 'it ended with status 3', status: 3 },
    plain,
  );
  t.same(lines, ['a: x', '  in play "Proxies"', '  it ended with status 3']);
  t.equal(taskTitle(taskReference('', 'alone')), 'alone');
});

t.test('mistakes are all listed, each with place and hint', async (t) => {
  const mistakes = [
    { message: 'unknown parameter "portt" (did you mean "port"?)', where: 'site.ts:12, haproxy' },
    { message: 'pattern "wbe" matches no host', hint: 'Did you mean "web"?' },
  ];
  t.same(describeMistakes(mistakes, plain), [
    'site.ts:12, haproxy: unknown parameter "portt" (did you mean "port"?)',
    'pattern "wbe" matches no host',
    '  → Did you mean "web"?',
    '2 mistakes; no host was touched.',
  ]);
  t.same(describeMistakes([{ message: 'one' }], plain), ['one']);
});

t.test('errors that are somebody’s to mend show no stack, faults of garden only when asked', async (t) => {
  t.same(describeError(new UsageError('empty limit'), plain, { stack: true }), ['empty limit']);
  t.same(describeError(new GardenError('no room', { hint: 'Make some.' }), plain, { stack: true }), [
    'no room',
    '  → Make some.',
  ]);
  const fault = new TypeError('x is not a function');
  const short = describeError(fault, plain, noStack);
  t.equal(short.length, 2);
  t.match(short[0], /^garden itself is at fault: TypeError: x is not a function$/);
  t.notMatch(short.join('\n'), /failure\.test\.ts/);
  t.match(describeError(fault, plain, { stack: true }).join('\n'), /failure\.test\.ts:\d+/);
  t.notMatch(describeError({ some: 'object' }, plain, noStack).join('\n'), /\{/);
});
