import t from 'tap';
import { bigFile, changesOn, contentOf, hundredTasks, manyFiles, mixed, sample } from '../../../bench/workload.ts';

t.test('the hundred tasks are a hundred, and each is one of its own', async (t) => {
  const items = hundredTasks();
  t.equal(items.length, 100);
  t.equal(new Set(items.map((item) => JSON.stringify(item))).size, 100);
  t.equal(changesOn(items), 95, 'all but the packages');
});

t.test('mixed tasks are the same ones, the root folder first, and no kind stands in one heap', async (t) => {
  const items = hundredTasks();
  const turns = mixed(items);
  t.same(turns[0], items[0]);
  t.same(new Set(turns), new Set(items));
  t.equal(turns.length, items.length);
  const files = turns.flatMap(({ kind }, index) => (kind === 'file' ? [index] : []));
  t.ok((files[0] ?? 100) < 5 && (files.at(-1) ?? 0) > 94, 'files from the beginning to the end');
  const alike = turns.filter(({ kind }, index) => kind === turns[index - 1]?.kind).length;
  t.ok(alike < 20, `${alike} neighbours of the same kind`);
});

t.test('a sample is spread over the whole and begins with the first', async (t) => {
  const items = hundredTasks();
  const few = sample(items, 10);
  t.equal(few.length, 10);
  t.same(few[0], items[0]);
  t.ok(new Set(few.map(({ kind }) => kind)).size >= 3, 'several kinds');
  t.same(sample(items, 100), items);
  t.same(sample(manyFiles(3), 2).length, 2);
});

t.test('contents are always the same', async (t) => {
  t.same(contentOf('file1'), contentOf('file1'));
  t.not(contentOf('file1').toString(), contentOf('file2').toString());
  t.equal(contentOf('big').length, 100_000_000);
  t.equal(bigFile().length, 1);
});
