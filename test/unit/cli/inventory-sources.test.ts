import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { inventorySources } from '../../../lib/cli/inventory/inventory-sources.ts';

interface Case {
  readonly title: string;
  readonly files: readonly string[];
  readonly options?: { readonly inventory?: readonly string[]; readonly lab?: true };
  readonly variable?: string;
  /** What is read, or what the mistake says. */
  readonly expected: readonly string[] | RegExp;
}

const LAB = '.garden/lab/inventory.ini';

const CASES: readonly Case[] = [
  {
    title: '-i',
    files: ['inventory.ts', LAB],
    options: { inventory: ['a', 'b'] },
    variable: 'c',
    expected: ['a', 'b'],
  },
  { title: 'the variable', files: ['inventory.ts', LAB], variable: 'one,two,', expected: ['one,two,'] },
  { title: 'an empty variable is none', files: ['inventory.ts'], variable: '', expected: ['inventory.ts'] },
  { title: '--lab', files: ['inventory.ts', LAB], options: { lab: true }, variable: 'c', expected: [LAB] },
  { title: 'a lab that is up', files: ['inventory.ts', LAB], expected: [LAB] },
  { title: "the project's own", files: ['inventory.ini'], expected: ['inventory.ini'] },
  {
    title: 'the same in a folder',
    files: ['inventory/hosts.yaml', 'inventory/x.ini'],
    expected: ['inventory/hosts.yaml'],
  },
  {
    title: 'two',
    files: ['inventory.ini', 'inventory/hosts.ts'],
    expected: /two inventories, inventory\.ini and inventory\/hosts\.ts/,
  },
  { title: 'none', files: ['inventory/example.ini'], expected: /no inventory/ },
  { title: "another lab's", files: ['.garden/lab/mine.ini'], expected: /no inventory/ },
];

for (const { title, files, options = {}, variable, expected } of CASES) {
  t.test(`where the inventory is read from: ${title}`, async (t) => {
    const folder = t.testdir();
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), '');
    }
    const read = () => inventorySources(options, folder, { GARDEN_INVENTORY: variable });
    if (expected instanceof RegExp) t.throws(read, { message: expected });
    else t.same(read(), expected);
  });
}
