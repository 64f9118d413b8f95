import t from 'tap';
import { compare, describe, passes } from '../../../bench/guard-verdict.ts';

const judge = (before: number | undefined, after: number | undefined, figure = 'round trips') =>
  compare(
    before === undefined ? {} : { run: { [figure]: before } },
    after === undefined ? {} : { run: { [figure]: after } },
  );

t.test('a figure may be worse by a tenth, and not by more', async (t) => {
  const cases: readonly [number, number, string, boolean][] = [
    [100, 100, 'same', true],
    [100, 110, 'same', true],
    [100, 111, 'worse', false],
    [9, 10, 'worse', false],
    [100, 80, 'better', true],
    [0, 0, 'same', true],
    [0, 1, 'worse', false],
  ];
  for (const [before, after, verdict, pass] of cases) {
    const verdicts = judge(before, after);
    t.match(verdicts, [{ verdict }], `${before}, then ${after}`);
    t.equal(passes(verdicts), pass);
  }
});

t.test('where chance has a hand in it, more is borne, but not everything', async (t) => {
  t.ok(passes(judge(10, 12.9, 'processor time against node')));
  t.notOk(passes(judge(10, 13.1, 'processor time against node')));
});

t.test('what was not recorded, or is not measured any more, does not pass unseen', async (t) => {
  t.match(judge(undefined, 3), [{ verdict: 'new' }]);
  t.match(judge(3, undefined), [{ verdict: 'gone' }]);
  t.notOk(passes(judge(undefined, 3)));
  t.notOk(passes(judge(3, undefined)));
});

t.test('it is told which figure got worse, and by how much', async (t) => {
  const told = (before?: number, after?: number) => judge(before, after).map(describe);
  t.same(told(9, 12), ['run: round trips 12, recorded 9: 33 % more, WORSE']);
  t.same(told(1000, 1000), ['run: round trips 1,000, recorded 1,000: the same']);
  t.same(told(10, 5), ['run: round trips 5, recorded 10: 50 % less']);
  t.same(told(undefined, 5), ['run: round trips 5, not recorded yet']);
  t.same(told(5, undefined), ['run: round trips was recorded (5), but is not measured any more']);
});
