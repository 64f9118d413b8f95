import t from 'tap';
import type { PlannedTask } from '../../../lib/engine/plan.ts';
import { type Departure, deviations } from '../../../lib/engine/plan-comparison.ts';

const task = (status: PlannedTask['status'], exact?: string, more: Partial<PlannedTask> = {}): PlannedTask => ({
  ...{ path: 'Play/task', status, changes: [] },
  ...(exact === undefined ? {} : { fingerprint: { exact, targets: [] } }),
  ...more,
});
const on = (host: string, found?: PlannedTask) => new Map([[host, new Map(found ? [['id', found]] : [])]]);

t.test('what departs from a plan, and what does not', async (t) => {
  const cases: readonly (readonly [string, PlannedTask | undefined, PlannedTask | undefined, Departure | undefined])[] =
    [
      ['the same change', task('changed', 'a'), task('changed', 'a'), undefined],
      ['another change', task('changed', 'a'), task('changed', 'b'), 'otherwise'],
      ['in order by now', task('changed', 'a'), task('ok'), undefined],
      ['not to be done any more', task('changed', 'a'), task('skipped'), undefined],
      ['in order before, and not now', task('ok'), task('changed', 'a'), 'differs'],
      ['skipped before, and not now', task('skipped'), task('changed', 'a'), 'differs'],
      ['unknown before', task('unknown'), task('changed', 'a'), undefined],
      ['unknown now', task('changed', 'a'), task('unknown'), 'unclear'],
      ['cannot be looked at now', task('changed', 'a'), task('failed'), 'unclear'],
      ['new in the playbook', undefined, task('changed', 'a'), 'new'],
      ['gone from the playbook', task('changed', 'a'), undefined, 'gone'],
      ['gone, but it was in order', task('ok'), undefined, undefined],
      ['a handler', undefined, task('changed', 'a', { handler: true }), undefined],
      ['a step', task('changed'), task('changed'), undefined],
    ];
  for (const [name, planned, now, expected] of cases) {
    const found = deviations(on('one', planned), on('one', now), new Set(['one']));
    t.same(
      found.map(({ departure }) => departure),
      expected === undefined ? [] : [expected],
      name,
    );
  }
  t.same(deviations(on('one', task('changed', 'a')), new Map(), new Set()), [], 'a host that could not be asked');
});

t.test('what one host does for all may be done by another', async (t) => {
  const plan = new Map([
    ...on('one', task('changed', 'a', { once: true })),
    ...on('two', task('skipped', undefined, { once: true })),
  ]);
  const now = new Map([
    ...on('one', task('skipped', undefined, { once: true })),
    ...on('two', task('changed', 'a', { once: true })),
  ]);
  t.same(deviations(plan, now, new Set(['one', 'two'])), []);
});
