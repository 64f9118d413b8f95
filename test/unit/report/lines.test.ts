import t from 'tap';
import type { Event } from '../../../lib/model/events.ts';
import { execReport } from '../../../lib/report/exec.ts';
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
    '→ 1 handler still to run on web-west: the next run does it, though nothing changes any more.',
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

t.test('-v tells how hosts are reached, what tasks print, what was notified', async (t) => {
  const lines = shown(linesReport, sampleRun(), { verbose: 1 });
  t.ok(lines.includes('connected | web-west | by openssh (a certificate is used)'));
  t.ok(lines.includes('web-east | checking the configuration'));
  t.ok(lines.includes('notified | web-east | Reload haproxy (by haproxy/Write haproxy.cfg)'));
  t.ok(lines.includes('ok | web-east | haproxy : packages haproxy 0.1 s'));
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

t.test('exec prints what each host printed, under its name', async (t) => {
  const task = taskReference('', 'uptime');
  const events: Event[] = [
    { type: 'task-output', host: 'a', task, line: 'up 3 days' },
    { type: 'task-output', host: 'b', task, line: 'not found\u0007' },
    { type: 'task-output', host: 'a', task, line: 'second line' },
    finished('b', task, 'failed', { failure: { message: 'ended', status: 127, lastLines: ['not found'] } }),
    finished('a', task, 'changed'),
    finished('c', task, 'failed', { failure: { message: 'took too long' } }),
  ];
  t.same(shown(execReport, events), [
    'b  status 127  0.1 s',
    'not found^G',
    'a  done  0.1 s',
    'up 3 days',
    'second line',
    'c  failed  0.1 s',
    '  took too long',
    '',
  ]);
});
