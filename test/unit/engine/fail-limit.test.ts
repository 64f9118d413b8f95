import t from 'tap';
import { limitExceeded } from '../../../lib/engine/fail-limit.ts';

t.test('a percentage must be exceeded, as with Ansible', async (t) => {
  const counts = { lostInBatch: 1, batch: 4, lostInPlay: 1, total: 10 };
  t.equal(limitExceeded({ percent: 25 }, counts), undefined, '25 % is not more than 25 %');
  t.match(
    limitExceeded({ percent: 24 }, counts),
    /1 of 4 hosts of the batch are lost: 25 % is more than maxFail's 24 %/,
  );
  t.match(limitExceeded({ percent: 0 }, counts), /more than maxFail's 0 %/);
  t.equal(limitExceeded({ percent: 10, of: 'total' }, counts), undefined);
  t.match(limitExceeded({ percent: 9, of: 'total' }, counts), /1 of 10 hosts of the play/);
});

t.test('pain 7: a number of hosts is how many may be lost', async (t) => {
  t.equal(limitExceeded({ hosts: 1 }, { lostInBatch: 1, batch: 2, lostInPlay: 1, total: 4 }), undefined);
  t.match(limitExceeded({ hosts: 1 }, { lostInBatch: 1, batch: 2, lostInPlay: 2, total: 4 }), /2 hosts are lost/);
  t.equal(limitExceeded(undefined, { lostInBatch: 2, batch: 2, lostInPlay: 2, total: 4 }), undefined);
});
