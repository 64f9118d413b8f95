import t from 'tap';
import type { Event } from '../../../lib/model/events.ts';
import { styles } from '../../../lib/report/style.ts';
import { PlayState } from '../../../lib/report/tree-state.ts';
import { type Room, viewPlay } from '../../../lib/report/tree-view.ts';
import { columns } from '../../../lib/report/width.ts';
import { finished, sampleRun, taskReference } from '../../support/run-events.ts';

const plain = styles(false);
const task = taskReference('web', 'Write the page');

/** What stands in a window. */
function lines(state: PlayState, room: Partial<Room> = {}): readonly string[] {
  return viewPlay(state, { rows: 24, columns: 80, ...room }, 0, plain);
}

function names(amount: number): string[] {
  return Array.from({ length: amount }, (_, index) => `host-${index}`);
}

function stateOf(hosts: readonly string[], events: readonly Event[]): PlayState {
  const state = new PlayState('Proxies', hosts);
  for (const event of events) state.see(event);
  return state;
}

t.test('few hosts: each with its task, its counts, its roles and the last line', async (t) => {
  const hosts = ['web-east', 'web-west', 'web-north'];
  const all = sampleRun();
  const applying = all.findIndex((event) => event.type === 'task-output');
  t.same(lines(stateOf(hosts, all.slice(0, applying + 1))), [
    '⠋ Proxies  3 hosts: 1 unreachable, 2 at work',
    '⠋ web-east   haproxy : Write haproxy.cfg  1 ok',
    '    haproxy  1 ok',
    '    checking the configuration',
    '⠋ web-west   haproxy : packages haproxy  1 ok',
    '    haproxy  1 ok',
    '✖ web-north  unreachable',
    '    connection refused by 10.0.0.9 port 22',
  ]);
  t.same(lines(stateOf(hosts, all)), [
    '✖ Proxies  3 hosts: 1 done, 1 failed, 1 unreachable',
    '✔ web-east   1 ok, 2 changed',
    '✖ web-west   failed: haproxy : Write haproxy.cfg  1 ok, 1 failed',
    '    haproxy refused the new configuration',
    '    unknown keyword "bnid"',
    '✖ web-north  unreachable',
    '    connection refused by 10.0.0.9 port 22',
    'the clock is 40 s ahead',
  ]);
});

t.test('many hosts: what is done or waits is folded, what failed stays', async (t) => {
  const hosts = names(200);
  const events: Event[] = hosts
    .slice(0, 60)
    .flatMap((host, index): Event[] => [
      { type: 'host-connecting', host },
      { type: 'host-connected', host, transport: 'ssh' },
      ...(index < 50 ? [finished(host, task, 'ok')] : []),
      ...(index === 7 ? [finished(host, task, 'failed', { failure: { message: 'no space left on device' } })] : []),
      ...(index < 50 ? [{ type: 'host-finished', host, play: 'Proxies' } satisfies Event] : []),
    ]);
  const shown = lines(stateOf(hosts, events));
  t.equal(shown[0], '⠋ Proxies  200 hosts: 49 done, 1 failed, 10 at work, 140 waiting');
  t.same(shown.slice(1, 3), ['✖ host-7   failed: web : Write the page  1 ok, 1 failed', '    no space left on device']);
  t.equal(shown.length, 13);
  t.notOk(shown.some((line) => line.includes('host-3 ')));
});

t.test('however many fail, those at work keep half of the window; the rest is counted', async (t) => {
  const hosts = names(200);
  const failure = { message: 'no space left on device' };
  const events: Event[] = hosts.flatMap((host, index): Event[] => [
    { type: 'task-started', host, task },
    ...(index < 100 ? [finished(host, task, 'failed', { failure })] : []),
    ...(index < 100 ? [{ type: 'host-finished', host, play: 'Proxies' } satisfies Event] : []),
    ...(index < 100
      ? []
      : [{ type: 'task-output', host, task, line: 'still at it', stream: 'stdout' } satisfies Event]),
  ]);
  const shown = lines(stateOf(hosts, events));
  t.equal(shown.length, 22);
  t.equal(shown[1], '✖ host-0    failed: web : Write the page  no space left on device');
  t.equal(shown[11], '  … and 90 more that failed or are out of reach');
  t.equal(shown[12], '⠋ host-100  web : Write the page  still at it');
  t.equal(shown[21], '  … and 91 more at work');
});

t.test('the tree never has more lines than the window, and no name takes more than a third of it', async (t) => {
  for (const rows of [4, 5, 10, 24, 60]) {
    for (const amount of [1, 3, 8, 50, 200]) {
      const hosts = names(amount).map((name) => `${name}.${'主'.repeat(80)}`);
      const events: Event[] = hosts.flatMap((host, index): Event[] => [
        { type: 'host-connecting', host },
        { type: 'task-started', host, task },
        { type: 'task-output', host, task, line: 'still at it', stream: 'stdout' },
        ...(index % 3 === 0 ? [finished(host, task, 'failed', { failure: { message: 'one\ntwo\nthree' } })] : []),
        ...(index % 3 < 2 ? [{ type: 'host-finished', host, play: 'Proxies' } satisfies Event] : []),
      ]);
      const shown = lines(stateOf(hosts, events), { rows });
      t.ok(shown.length <= rows - 2, `${amount} hosts in ${rows} rows take ${shown.length}`);
      const named = shown.filter((line) => line.includes('主')).map((line) => line.replace(/… {2}.*$/, '…'));
      t.ok(named.every((line) => columns(line) <= 2 + 26));
    }
  }
});

t.test('with serial, a batch is done when the next one begins; what was not reached is said', async (t) => {
  const state = stateOf(
    ['a', 'b', 'c'],
    [
      { type: 'batch-started', play: 'Proxies', batch: 1, hosts: ['a'] },
      { type: 'host-connecting', host: 'a' },
      finished('a', task, 'ok'),
      { type: 'batch-started', play: 'Proxies', batch: 2, hosts: ['b'] },
      { type: 'host-connecting', host: 'b' },
      { type: 'run-aborted', reason: 'too many hosts are lost' },
    ],
  );
  t.equal(state.notice, 'too many hosts are lost');
  t.same(
    [...state.hosts.values()].map(({ phase }) => phase),
    ['done', 'connecting', 'waiting'],
  );
  state.end();
  t.same(
    [...state.hosts.values()].map(({ phase }) => phase),
    ['done', 'done', 'unreached'],
  );
});

t.test('what a host says is made harmless', async (t) => {
  const state = stateOf(
    ['a'],
    [
      { type: 'task-started', host: 'a', task },
      { type: 'task-output', host: 'a', task, line: '\u001b[2Jgone', stream: 'stdout' },
    ],
  );
  t.match(lines(state).join('\n'), '^[[2Jgone');
});
