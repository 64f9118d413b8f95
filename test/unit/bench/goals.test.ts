import t from 'tap';
import { shown, times, verdicts } from '../../../bench/goals.ts';
import type { Goal, ScenarioResult } from '../../../bench/results.ts';
import { asMarkdown, asText } from '../../../bench/table.ts';

const entry = (name: string, wall: number[], cpu = [10], memory = [50e6]) => ({ name, how: name, wall, cpu, memory });
const result = (goals: Goal[]): ScenarioResult => ({
  name: 'work',
  what: 'some work',
  hosts: 10,
  entries: [
    entry('garden', [200, 220], [300]),
    entry('floor', [200, 200], [100]),
    { ...entry('ansible', [60_000]), note: 'judged' },
  ],
  missing: { pyinfra: 'there is none' },
  goals,
  when: '2026-01-01',
  commit: 'abc',
  machine: {},
});

t.test('goals are judged by ratio, by difference and by amount', async (t) => {
  const cases: readonly [Goal, boolean, string][] = [
    [{ measure: 'wall', against: 'floor', ratio: 1.3 }, true, '1.05 times'],
    [{ measure: 'wall', against: 'floor', ratio: 1 }, false, '1.05 times'],
    [{ measure: 'wall', against: 'ansible', ratio: 1 / 100 }, true, '1/286'],
    [{ measure: 'wall', against: 'ansible', ratio: 1 / 300 }, false, '1/286'],
    [{ measure: 'cpu', beyond: 'floor', most: 15, perHost: true }, false, '20.0 ms'],
    [{ measure: 'cpu', beyond: 'floor', most: 25, perHost: true }, true, '20.0 ms'],
    [{ measure: 'memory', most: 300e6 }, true, '50 MB'],
  ];
  for (const [goal, met, reached] of cases) t.match(verdicts(result([goal])), [{ met, reached }], JSON.stringify(goal));
});

t.test('a goal against somebody who was not measured is not judged', async (t) => {
  t.same(verdicts(result([{ measure: 'wall', against: 'pyinfra', ratio: 0.1 }])), []);
});

t.test('figures have units that people read', async (t) => {
  t.equal(shown('wall', 12.34), '12.3 ms');
  t.equal(shown('wall', 1234), '1234 ms');
  t.equal(shown('cpu', 123_456), '123.5 s');
  t.equal(shown('memory', 88_400_000), '88 MB');
  t.equal(times(1.5), '1.50 times');
  t.equal(times(0.5), '1/2.0');
  t.equal(times(1 / 300), '1/300');
});

t.test('the tables tell who was left out and what was not reached', async (t) => {
  const text = asText(result([{ measure: 'wall', against: 'floor', ratio: 1 }]));
  t.match(text, /MISSED: time 1\.00 times of floor; reached: 1\.05 times/);
  t.match(text, /left out: pyinfra, since there is none/);
  t.match(text, /\* ansible: judged/);
  t.match(asMarkdown(result([])), /\| ansible\* \| 60\.0 s \|/);
});
