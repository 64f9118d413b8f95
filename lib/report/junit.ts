import type { Failure } from '../model/events.ts';
import { describeFailure, taskTitle } from './failure.ts';
import type { Report, ReportOptions } from './report.ts';
import { type PlayHostRecord, type RunDocument, RunRecorder, type TaskRecord } from './run-document.ts';
import { styles } from './style.ts';
import { element } from './xml.ts';

const PLAIN = styles(false);

/** A host in one play. */
interface Part extends PlayHostRecord {
  readonly play: string;
}

interface Tally {
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
  time: number;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function withPlaces(failure: Failure, where: readonly string[]): string {
  return [...where.map((place, index) => `${index === 0 ? 'at' : 'from'} ${place}`), ...describeFailure(failure, PLAIN)]
    .map((line) => line.trim())
    .join('\n');
}

/** What became of a task: nothing where it went well. */
function result({ status, failure, note, where }: TaskRecord): string[][] {
  if (status === 'failed') {
    const { message } = failure ?? { message: 'failed' };
    return [element('failure', { message, type: 'failed' }, failure ? withPlaces(failure, where) : message)];
  }
  if (status === 'skipped' || status === 'unknown') return [element('skipped', { message: note ?? status })];
  return [];
}

function printed({ output, failure, status }: TaskRecord): string[][] {
  const text = [...(status === 'ignored' && failure ? describeFailure(failure, PLAIN) : []), ...output];
  return text.length === 0 ? [] : [element('system-out', {}, text.join('\n'))];
}

function testCase(play: string, task: TaskRecord): string[] {
  const [place] = task.where;
  const [, file, line] = /^(.*):(\d+)$/.exec(place ?? '') ?? [];
  const classname = [play, task.role].filter((part) => part !== '').join('.');
  const name = taskTitle({ ...task, play });
  return element('testcase', { name, classname, time: seconds(task.duration), file, line }, [
    ...result(task),
    ...printed(task),
  ]);
}

/** A host that could not be worked on has no task that tells so. */
function lostCase({ play, status, failure }: Part): string[][] {
  if (status === 'unreached')
    return [
      element('testcase', { name: 'not reached', classname: play, time: '0.000' }, [
        element('skipped', { message: 'the run was given up before' }),
      ]),
    ];
  if (status !== 'unreachable' && status !== 'locked') return [];
  const { message } = failure ?? { message: status };
  const error = element('error', { message, type: status }, failure ? withPlaces(failure, []) : message);
  return [element('testcase', { name: 'connect', classname: play, time: '0.000' }, [error])];
}

function tally(parts: readonly Part[]): Tally {
  const sum: Tally = { tests: 0, failures: 0, errors: 0, skipped: 0, time: 0 };
  for (const { status, tasks } of parts) {
    if (status === 'unreachable' || status === 'locked') sum.errors++;
    if (status === 'unreached') sum.skipped++;
    if (status !== 'done' && status !== 'failed') sum.tests++;
    for (const task of tasks) {
      sum.tests++;
      sum.time += task.duration;
      if (task.status === 'failed') sum.failures++;
      if (task.status === 'skipped' || task.status === 'unknown') sum.skipped++;
    }
  }
  return sum;
}

function counts({ time, ...rest }: Tally): Readonly<Record<string, string | number>> {
  return { ...rest, time: seconds(time) };
}

function suite(host: string, parts: readonly Part[], timestamp: string): string[] {
  return element('testsuite', { name: host, hostname: host, timestamp, ...counts(tally(parts)) }, [
    ...parts.flatMap((part) => [...part.tasks.map((task) => testCase(part.play, task)), ...lostCase(part)]),
  ]);
}

/** A run in the form that CI servers read: a test suite for each host, a test case for each task. */
export function junitDocument({ plays, playbook, recap, started, duration }: RunDocument): string {
  const parts = plays.flatMap(({ play, hosts }) => hosts.map((host): Part => ({ ...host, play })));
  // By the standard a time stamp has no fraction and no zone.
  const timestamp = started.replace(/\.\d+Z$/, '');
  const suites = recap.map(({ host }) =>
    suite(
      host,
      parts.filter((part) => part.host === host),
      timestamp,
    ),
  );
  const lines = element('testsuites', { name: playbook, ...counts(tally(parts)), time: seconds(duration) }, suites);
  return `${['<?xml version="1.0" encoding="UTF-8"?>', ...lines].join('\n')}\n`;
}

/** JUnit's XML, written when the run is over. */
export function junitReport({ write, now }: ReportOptions): Report {
  const recorder = new RunRecorder(now);
  return {
    listener(event) {
      if (event.type === 'run-finished') write(junitDocument(recorder.document(event)));
      else recorder.see(event);
    },
    close: async () => {},
  };
}
