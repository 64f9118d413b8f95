import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadInventory, toAnsibleList } from '../../../lib/inventory/index.ts';
import { refused, told } from './support.ts';

t.test('hosts stand on the command line with a comma', async (t) => {
  const { inventory } = await loadInventory(['web1, db[1:2]:2222,', '[fe80::1]:22,'], {
    workingDirectory: t.testdir(),
  });
  t.same(toAnsibleList(inventory), {
    _meta: { hostvars: { db1: { ansible_port: 2222 }, db2: { ansible_port: 2222 }, 'fe80::1': { ansible_port: 22 } } },
    all: { children: ['ungrouped'] },
    ungrouped: { hosts: ['web1', 'db1', 'db2', 'fe80::1'] },
  });
  t.equal(inventory.host('db2').connection.port, 2222);
});

t.test('sources that cannot be read are told all at once', async (t) => {
  const workingDirectory = t.testdir();
  const write = (name: string, content: string | Uint8Array) => writeFileSync(join(workingDirectory, name), content);
  write('hosts.ini', 'web1 x\n');
  write('binary', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0]));
  write('latin1', new Uint8Array([0x68, 0xe9, 0x0a]));
  write('hosts.toml', '[all]\n');
  write('program', '#!/bin/sh\necho {}\n');
  const sources = ['host.ini', 'web1', 'binary', 'latin1', 'hosts.toml', 'program', ',', '', 'x[1,', 'hosts.ini'];
  t.match(
    new Set(await refused(() => loadInventory(sources, { workingDirectory }))),
    new Set([
      'host.ini: there is no such file (did you mean "hosts.ini"?) → a host that is not in a file has a comma behind it: -i "host.ini,"',
      'web1: there is no such file → a host that is not in a file has a comma behind it: -i "web1,"',
      'binary: this is no text file, and may not be executed',
      'latin1: this is no text file, and may not be executed',
      'hosts.toml: TOML cannot be read as an inventory → write it as YAML, INI or TypeScript',
      'program: this is a program, but it may not be executed → if it prints the inventory: chmod +x program',
      '-i: the name of the inventory is empty',
      '-i: "," names no hosts',
      '-i: "x[1" has brackets that are no range → a range has a colon: web[1:3], web[01:10:2], db[a:c]',
      'hosts.ini:1: "x" is no variable: it has no = → a line is a host, then its variables: web1 ansible_host=10.0.0.1 port=80',
    ]),
  );
});

t.test('an inventory without hosts is warned of', async (t) => {
  const workingDirectory = t.testdir({ hosts: '[web]\n' });
  const { inventory, warnings } = await loadInventory(['hosts'], { workingDirectory });
  t.same(inventory.all, []);
  t.same(told(warnings), ['hosts: there are no hosts in it']);
});
