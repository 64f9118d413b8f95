import t from 'tap';
import type { Event } from '../../../lib/model/events.ts';
import { execLinesReport } from '../../../lib/report/exec-lines.ts';
import { linesReport } from '../../../lib/report/lines.ts';
import type { Report, ReportOptions } from '../../../lib/report/report.ts';
import { finished, recapOf, sampleRun, taskReference } from '../../support/run-events.ts';

/** Everything that a report writes for these events, on a clock that goes on by a second with every event. */
function shown(make: (options: ReportOptions) => Report, events: readonly Event[], rest: Partial<ReportOptions> = {}) {
  let text = '';
  let seconds = 0;
  const report = make({
    write: (more) => {
      text += more;
    },
    coloured: false,
    diff: false,
    verbose: 0,
    profile: false,
    now: () => 1000 * seconds++,
    rerun: (hosts) => `garden run site.ts -l ${hosts.join(',')}`,
    ...rest,
  });
  for (const event of events) report.listener(event);
  return text.split('\n');
}

t.test('a run, line by line', async (t) => {
  t.same(shown(linesReport, sampleRun()), [
    'Run Walled garden, 3 hosts',
    '',
    'Play Proxies: 3 hosts',
    'unreachable | web-north',
    '  connection refused by 10.0.0.9 port 22',
    '  → Is sshd running there?',
    'ok | web-east | haproxy : packages haproxy',
    'ok | web-west | haproxy : packages haproxy',
    'changed | web-east | haproxy : Write haproxy.cfg',
    'failed | web-west | haproxy : Write haproxy.cfg',
    '  in play "Proxies"',
    '  at roles/haproxy/index.ts:31',
    '  from playbooks/site.ts:14',
    '  haproxy refused the new configuration',
    '  exit status 1',
    '  it printed at last:',
    '  | [ALERT] (812) : config : parsing [/etc/haproxy/.haproxy.cfg.garden:12]',
    '  | unknown keyword "bnid"',
    '  → Look at line 12 of templates/haproxy.ts.',
    'warning | web-east | the clock is 40 s ahead',
    'changed | web-east | haproxy : Reload haproxy',
    '',
    'Recap',
    'web-east   ok=1  changed=2  failed=0  skipped=0  17 s',
    'web-west   ok=1  changed=0  failed=1  skipped=0  17 s  pending: Reload haproxy',
    'web-north  ok=0  changed=0  failed=0  skipped=0  17 s  unreachable',
    '',
    '3 hosts, 1 failed, 1 unreachable, changed on 1, 4.2 s',
    '→ Reload haproxy is still to run on web-west: the next run that comes to it does it, though nothing changes any more.',
    '→ When the cause is mended: garden run site.ts -l web-west,web-north',
    '',
  ]);
});

t.test('-D shows what changes below its task', async (t) => {
  const lines = shown(linesReport, sampleRun(), { diff: true });
  const at = lines.indexOf('changed | web-east | haproxy : Write haproxy.cfg');
  t.same(lines.slice(at + 1, at + 7), [
    '  content:',
    '  @@ -1,2 +1,2 @@',
    '   global',
    '  -  maxconn 100',
    '  +  maxconn 200',
    '  mode: 0644 → 0600',
  ]);
});

t.test(
  '-v tells how hosts are reached, what was notified, and what tasks printed last when they are done',
  async (t) => {
    const lines = shown(linesReport, sampleRun(), { verbose: 1 });
    t.ok(lines.includes('connected | web-west | by openssh (a certificate is used)'));
    t.ok(lines.includes('notified | web-east | Reload haproxy (by haproxy/Write haproxy.cfg)'));
    t.ok(lines.includes('ok | web-east | haproxy : packages haproxy 0.1 s'));
    const changed = lines.indexOf('changed | web-east | haproxy : Write haproxy.cfg 0.1 s');
    t.equal(lines[changed + 1], '  | checking the configuration');
  },
);

t.test('pain 35: -vv shows what a task prints while it runs, and debug messages', async (t) => {
  const debug: Event = { type: 'message', host: 'web-east', level: 'debug', text: 'trying again' };
  const [started, ...rest] = sampleRun();
  if (started === undefined) throw new Error('the sample begins');
  const lines = shown(linesReport, [started, debug, ...rest], { verbose: 2 });
  const printed = lines.indexOf('web-east | checking the configuration');
  t.ok(printed > 0 && printed < lines.indexOf('changed | web-east | haproxy : Write haproxy.cfg 0.1 s'));
  t.ok(lines.includes('debug | web-east | trying again'));
  t.notOk(shown(linesReport, [started, debug, ...rest], { verbose: 1 }).includes('debug | web-east | trying again'));
});

t.test('-vvv shows what is sent and what comes back, so much of it as can be read', async (t) => {
  const long = Array.from({ length: 60 }, (_, index) => `line ${index}`).join('\n');
  const answer = { status: 0, outcome: 'done', stdout: long, stderr: '', duration: 4 } as const;
  const events: Event[] = [
    { type: 'frame-sent', host: 'a', frame: 2, user: 'root', scripts: ['id -u', 'stat /x\u001b[2J'] },
    {
      ...{ type: 'frame-answered', host: 'a', frame: 2, duration: 12.4 },
      answers: [answer, { ...answer, status: 1, stdout: '', stderr: 'x'.repeat(400) }],
    },
    { type: 'frame-answered', host: 'a', frame: 3, duration: 3 },
  ];
  const lines = shown(linesReport, events, { verbose: 3 });
  t.same(lines.slice(0, 5), [
    'frame 2 to a as root: 2 scripts',
    '  script 1',
    '    > id -u',
    '  script 2',
    '    > stat /x^[[2J',
  ]);
  t.same(lines.slice(5, 8), ['frame 2 from a: answered after 12 ms', '  script 1: status 0, 4 ms', '    < line 0']);
  t.same(lines.slice(47, 50), [
    '    < … (20 more lines)',
    '  script 2: status 1, 4 ms',
    `    ! ${'x'.repeat(300)}… (400 characters)`,
  ]);
  t.equal(lines.length, 51, 'what is not traced is not told');
});

t.test('--profile tells the slowest tasks and hosts, log-ins and round trips', async (t) => {
  const slow = taskReference('web', 'Install packages');
  const fast = taskReference('web', 'Write the page');
  const took = (host: string, task: typeof slow, duration: number): Event => ({
    ...{ type: 'task-finished', host, task, status: 'changed', changes: [], duration },
  });
  const events: Event[] = [
    { type: 'host-connecting', host: 'a' },
    { type: 'host-connected', host: 'a', transport: 'ssh' },
    { type: 'frame-answered', host: 'a', frame: 1, duration: 5 },
    { type: 'frame-answered', host: 'a', frame: 2, duration: 5 },
    took('a', slow, 9000),
    took('a', fast, 300),
    took('b', slow, 21_000),
    took('b', taskReference('web', 'in order'), 0.2),
    { type: 'run-finished', run: 'r', exitCode: 0, duration: 30_000, recap: [recapOf('a'), recapOf('b')] },
  ];
  const lines = shown(linesReport, events, { profile: true });
  const at = lines.indexOf('Slowest tasks, over all hosts');
  t.same(lines.slice(at, at + 8), [
    'Slowest tasks, over all hosts',
    'web : Install packages   30 s  2 hosts  at most 21 s on b',
    'web : Write the page    0.3 s  1 host   a',
    '',
    'Hosts by time',
    'a  5.0 s  log-in 1.0 s  2 round trips',
    'b  1.0 s  log-in 0.0 s  0 round trips',
    '2 round trips in all; the longest log-in took 1.0 s',
  ]);
  t.notOk(shown(linesReport, events).includes('Hosts by time'));
});

t.test('a check says that it is one', async (t) => {
  const recap = [recapOf('a', { ok: 3, unknown: 1 })];
  const events: Event[] = [
    { type: 'run-started', run: 'r', playbook: 'p', check: true, hosts: ['a'] },
    finished('a', taskReference('', 'x'), 'unknown', { note: 'the unit is only planned' }),
    { type: 'run-finished', run: 'r', exitCode: 0, duration: 900, recap },
  ];
  t.same(shown(linesReport, events), [
    'Checking p, 1 host: nothing is changed, "changed" means "would change"',
    'unknown | a | x (the unit is only planned)',
    '',
    'Recap of the check (nothing was changed)',
    'a  ok=3  planned=0  failed=0  skipped=0  unknown=1  0.0 s',
    '',
    '1 host, nothing to change, 0.9 s',
    '',
  ]);
});

t.test('a host cannot fake a line of the report', async (t) => {
  const name = 'x\nok | web-west | all is well\u001b[1A';
  const lines = shown(linesReport, [finished('a', taskReference('', name), 'failed', { failure: { message: 'no' } })]);
  t.equal(lines[0], 'failed | a | x ⏎ ok | web-west | all is well^[[1A');
});

t.test('exec prints each line with its host, and what became of those that failed or said nothing', async (t) => {
  const task = taskReference('', 'uptime');
  const printed = (host: string, line: string): Event => ({ type: 'task-output', host, task, line, stream: 'stdout' });
  const events: Event[] = [
    printed('a', 'up 3 days'),
    printed('b', 'not found\u0007'),
    printed('a', 'second line'),
    finished('b', task, 'failed', { failure: { message: 'ended', status: 127, lastLines: ['not found'] } }),
    finished('a', task, 'changed'),
    finished('c', task, 'failed', { failure: { message: 'took too long' } }),
    finished('d', task, 'changed'),
  ];
  t.same(shown(execLinesReport, events), [
    'a | up 3 days',
    'b | not found^G',
    'a | second line',
    'failed, status 127 | b | 0.1 s',
    'failed | c | 0.1 s',
    '  took too long',
    'done | d | 0.1 s',
    '',
  ]);
});
