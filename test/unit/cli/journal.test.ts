import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { allOrMistakes } from '../../../lib/cli/mistakes.ts';
import { journal } from '../../../lib/cli/run/journal.ts';
import { UsageError } from '../../../lib/model/errors.ts';
import { sampleRun } from '../../support/run-events.ts';

t.test('the journal begins with the first event and holds them all', async (t) => {
  const folder = join(t.testdir(), '.garden');
  const warnings: string[] = [];
  const listener = journal(folder, 'run-1', (text) => warnings.push(text));
  t.notOk(existsSync(folder), 'no trace before the first event');
  const events = sampleRun();
  for (const event of events) listener(event);
  const file = join(folder, 'runs', 'run-1.jsonl');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  t.equal(lines.length, events.length);
  t.match(JSON.parse(lines[0] ?? ''), { type: 'run-started', time: /^\d{4}-/ });
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.same(warnings, []);
});

t.test('a journal that cannot be written is told in words, before any host is touched', async (t) => {
  const file = join(t.testdir(), 'file');
  writeFileSync(file, '');
  const listener = journal(file, 'run-1', () => {});
  const [first] = sampleRun();
  if (first === undefined) throw new Error('the sample is empty');
  t.throws(() => listener(first), UsageError);
});

t.test('the mistakes of the playbook do not hide those of the inventory', async (t) => {
  const wrong = (message: string) => Promise.reject(new UsageError(message));
  t.same(await allOrMistakes(Promise.resolve(1), Promise.resolve('two')), [1, 'two']);
  await t.rejects(allOrMistakes(wrong('a'), wrong('b')), new UsageError([{ message: 'a' }, { message: 'b' }]));
  await t.rejects(allOrMistakes(wrong('a'), Promise.resolve(1)), new UsageError('a'));
  await t.rejects(allOrMistakes(wrong('a'), Promise.reject(new TypeError('fault'))), TypeError);
});
