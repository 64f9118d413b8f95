import t from 'tap';
import { extrapolate, median, ratio } from '../../../bench/statistics.ts';

t.test('the middle one of some numbers', async (t) => {
  t.equal(median([3, 1, 2]), 2);
  t.equal(median([10, 9, 100]), 10, 'ordered as numbers');
  t.equal(median([4, 1, 2, 3]), 2.5, 'the mean of two where there is no middle one');
  t.equal(median([7]), 7);
  t.ok(Number.isNaN(median([])));
});

t.test('a ratio compares what was measured in the same round', async (t) => {
  // The machine was ten times as slow in the last round, for both.
  t.equal(ratio([2, 4, 40], [1, 2, 20]), 2);
  t.equal(ratio([100], [1, 2, 3]), 50, 'who was measured once is compared with all rounds of the other');
  t.equal(ratio([1, 2, 3], [100]), 0.02);
});

t.test('what many tasks would take is judged from fewer', async (t) => {
  t.equal(extrapolate([10, 30], [20, 50], 100), 210, 'ten to start, two for each');
  t.equal(extrapolate([10, 30], [20, 29], 100), 29, 'chance makes no task cost less than nothing');
});
