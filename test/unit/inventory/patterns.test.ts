import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { limitNames, selectHosts } from '../../../lib/inventory/index.ts';
import { splitPattern } from '../../../lib/inventory/patterns.ts';
import { load, refused } from './support.ts';

const TEXT = `[db]
db1
db2
[web]
web[1:3]
[empty]
[v6]
fe80::1
[parent:children]
web
empty
`;

async function inventoryOf(t: Test) {
  return (await load(t, [TEXT])).inventory;
}

t.test('a pattern is split at commas, else at colons, but not within brackets', async (t) => {
  t.same(splitPattern('web:&prod:!db*'), ['web', '&prod', '!db*']);
  t.same(splitPattern(' web , fe80::1,'), ['web', 'fe80::1']);
  t.same(splitPattern('web[1:2]:~(?:a|b)c{1,2}'), ['web[1:2]', '~(?:a|b)c{1,2}']);
  t.same(splitPattern('fe80::1'), ['fe80::1']);
  t.same(splitPattern(' ,: '), [':']);
  t.same(splitPattern(''), []);
});

t.test('hosts come in the order of the inventory, whatever the order of the pattern', async (t) => {
  const inventory = await inventoryOf(t);
  const names = (pattern: string) => selectHosts(inventory, pattern).map(({ name }) => name);
  t.same(names('web:db'), ['db1', 'db2', 'web1', 'web2', 'web3']);
  t.same(names('web3,web1'), ['web1', 'web3']);
  t.same(names('fe80::1'), ['fe80::1']);
  t.same(names('empty'), []);
  t.same(names('web:empty'), ['web1', 'web2', 'web3']);
  t.equal(selectHosts(inventory, 'web1')[0], inventory.host('web1'), 'a host is the same object wherever it is met');
});

t.test('every term that matches nothing is told, with what was likely meant', async (t) => {
  const inventory = await inventoryOf(t);
  t.match(await refused(() => selectHosts(inventory, 'webb:!db9:&web[3]:empty[0]:web[-4]:~we(:nothing*')), [
    /"webb" matches no host and no group \(did you mean "web"\?\) → The inventory has the groups db, web, empty, v6, parent\./,
    /"db9" matches no host and no group \(did you mean "db"\?\)/,
    /"web\[3\]" matches nothing: web has 3 hosts, \[0\] to \[2\]/,
    /"empty\[0\]" matches nothing: empty has no hosts/,
    /"web\[-4\]" matches nothing/,
    /"~we\(:nothing\*" is no regular expression/,
  ]);
  t.match(await refused(() => inventory.hosts('  ')), [/a host pattern is empty/]);
  t.match(await refused(() => inventory.hosts('web:&:!')), [/no name behind "&" → .*web:&prod/, /no name behind "!"/]);
  t.match(await refused(() => inventory.host('web4')), [/no host "web4" \(did you mean "web1"\?\)/]);
});

t.test('a limit leaves what both name', async (t) => {
  const inventory = await inventoryOf(t);
  const names = (pattern: string, limit: string) => selectHosts(inventory, pattern, limit).map(({ name }) => name);
  t.same(names('parent', 'web2:db'), ['web2']);
  t.same(names('all', '!web'), ['db1', 'db2', 'fe80::1']);
  t.same(names('db', 'web'), []);
});

t.test('pain 12: an empty limit is refused: it never means all hosts', async (t) => {
  const inventory = await inventoryOf(t);
  for (const limit of ['', ' ', ',', ',,', ' , ']) {
    t.match(await refused(() => selectHosts(inventory, 'all', limit)), [/--limit is empty/], JSON.stringify(limit));
  }
  t.match(await refused(() => selectHosts(inventory, 'all', 'wbe')), [/^--limit: "wbe" matches no host/]);
});

t.test('a limit may stand in a file', async (t) => {
  const inventory = await inventoryOf(t);
  const folder = t.testdir();
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return `@${join(folder, name)}`;
  };
  const names = (limit: string) => selectHosts(inventory, 'all', limit).map(({ name }) => name);
  t.same(names(file('retry', '# failed\nweb1\r\n\nfe80::1\n!db\n')), ['web1', 'fe80::1']);
  t.same(names(`${file('one', 'web1\n')},db1`), ['db1', 'web1']);
  t.match(await refused(() => names(file('none', '\n# nothing\n'))), [/^--limit: there is no pattern in the file/]);
  t.match(await refused(() => names(`@${join(folder, 'missing')}`)), [/^--limit: the file ".*missing" does not exist/]);
});

t.test('localhost is there without an inventory, but not in "all"', async (t) => {
  const { inventory } = await load(t, [`${TEXT}[all:vars]\nx=1\n`], ['y=2']);
  const [host] = inventory.hosts('localhost');
  t.match(host, { name: 'localhost', connection: { transport: 'local' }, vars: { x: 1, y: '2' } });
  t.equal(inventory.hosts('localhost')[0], host);
  t.notOk(inventory.all.some(({ name }) => name === 'localhost'));
  t.same(limitNames(inventory, 'localhost'), new Set(['localhost']));
});
