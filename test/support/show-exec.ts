// Shows one command on many hosts as on this process's terminal; started by its test in a pseudo-terminal.
// Word: how many hosts.
import { writeSync } from 'node:fs';
import type { Event } from '../../lib/model/events.ts';
import { execReport } from '../../lib/report/exec.ts';
import { finished, recapOf, taskReference } from './run-events.ts';
import { mark } from './screen.ts';

const amount = Number(process.argv[2] ?? '1');
const hosts = Array.from({ length: amount }, (_, index) => `web${index + 1}`);
const task = taskReference('', 'uname -r');
const failure = { message: 'the command ended with status 2', status: 2, lastLines: ['uname: not today'] };

const report = execReport(
  {
    write: (text) => process.stdout.write(text),
    coloured: false,
    diff: false,
    verbose: 0,
    profile: false,
    now: () => performance.now(),
    rerun: (names) => `garden exec web -l ${names.join(',')} -- uname -r`,
  },
  process.stdout,
);

/** All but the last host come to their end; every seventh fails. */
const events = hosts.flatMap((host, index): Event[] => {
  const fails = index % 7 === 3;
  const line = fails ? 'uname: not today' : '6.12.9\u001b[2J';
  return [
    { type: 'task-output', host, task, line, stream: fails ? 'stderr' : 'stdout' },
    finished(host, task, fails ? 'failed' : 'changed', fails ? { failure } : {}),
  ];
});
const last = events.at(-1);
report.listener({ type: 'run-started', run: 'r', playbook: 'exec', check: false, hosts });
for (const event of events.slice(0, -1)) report.listener(event);
writeSync(1, mark('look'));
if (last) report.listener(last);
const recap = hosts.map((host, index) => recapOf(host, { changed: 1, failed: index % 7 === 3 ? 1 : 0 }));
report.listener({ type: 'run-finished', run: 'r', exitCode: 2, duration: 1200, recap });
await report.close();
