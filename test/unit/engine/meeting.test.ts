import t from 'tap';
import { Meeting, OnceBoard, Slots } from '../../../lib/engine/meeting.ts';

t.test('hosts wait at a barrier for each other, but not for one that has left', async (t) => {
  const meeting = new Meeting(['a', 'b', 'c']);
  const order: string[] = [];
  const a = meeting.arrive('a', 'drained').then(() => order.push('a goes on'));
  const b = meeting.arrive('b', 'drained').then(() => order.push('b goes on'));
  await Promise.resolve();
  order.push('c fails');
  meeting.leave('c');
  await Promise.all([a, b]);
  t.same(order, ['c fails', 'a goes on', 'b goes on']);
});

t.test('who waits gives his place to another', async (t) => {
  const slots = new Slots(1);
  const meeting = new Meeting(['a', 'b']);
  const order: string[] = [];
  const host = async (name: string) => {
    await slots.acquire();
    order.push(`${name} starts`);
    await slots.yieldWhile(meeting.arrive(name, 'half way'));
    order.push(`${name} ends`);
    slots.release();
  };
  await Promise.all([host('a'), host('b')]);
  t.same(order.slice(0, 2), ['a starts', 'b starts'], 'both came to the barrier with one place');
  t.same(order.slice(2).sort(), ['a ends', 'b ends']);
});

t.test('the first who comes does it, the others learn how it went', async (t) => {
  const board = new OnceBoard();
  const first = board.claim('play/migrate');
  const second = board.claim('play/migrate');
  t.ok('mine' in first && 'theirs' in second);
  if ('mine' in first) first.mine(undefined);
  if ('theirs' in second) t.equal(await second.theirs, undefined);
});
