import t from 'tap';
import { batches } from '../../../lib/engine/batches.ts';
import type { Share } from '../../../lib/model/play.ts';

// The sizes are those that ansible-core 2.14 was seen to make of the same `serial` with ten hosts.
const CASES: readonly [Share | readonly Share[], readonly number[]][] = [
  ['30%', [3, 3, 3, 1]],
  ['5%', [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
  [
    [1, 2, '50%'],
    [1, 2, 5, 2],
  ],
  [
    ['10%', 3],
    [1, 3, 3, 3],
  ],
  [0, [10]],
  [-1, [10]],
  [20, [10]],
  [
    ['50%', '50%'],
    [5, 5],
  ],
];

t.test('batches have the sizes that Ansible gives them', async (t) => {
  const hosts = Array.from({ length: 10 }, (_, index) => `h${index}`);
  for (const [serial, sizes] of CASES) {
    const made = batches(hosts, serial);
    t.same(
      made.map((batch) => batch.length),
      sizes,
      `serial ${JSON.stringify(serial)}`,
    );
    t.same(made.flat(), hosts, 'every host once, in order');
  }
});

t.test('sizes that are none are refused', async (t) => {
  t.throws(() => batches(['h'], 1.5), /whole number/);
  t.throws(() => batches(['h'], []), /empty list/);
});
