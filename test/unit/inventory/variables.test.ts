import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadInventory } from '../../../lib/inventory/index.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { load, refused, told } from './support.ts';

t.test('a value is that of the nearest level, and says where it is from and what it overrode', async (t) => {
  const { inventory } = await load(
    t,
    [
      '[all:vars]\nx=all\n[parent:vars]\nx=parent\n[parent:children]\nchild\n[child:vars]\nx=child\n[child]\nh x=host\ng\n',
    ],
    ['x=cli'],
  );
  const chain: string[] = [];
  for (let variable = inventory.explain('h').get('x'); variable; variable = variable.overrode) {
    chain.push(`${variable.level} ${variable.origin.source}:${variable.origin.line} ${variable.value}`);
  }
  t.same(chain, [
    '-e -e:undefined cli',
    'host a:10 host',
    'group child a:8 child',
    'group parent a:4 parent',
    'all a:2 all',
  ]);
  t.equal(inventory.host('g').vars.x, 'cli');
});

t.test('among groups depth decides, then priority, then the name, of which it is warned', async (t) => {
  const { inventory, warnings } = await load(t, [
    `[aa]
h
[aa:vars]
deep=aa
rank=aa
tie=aa
same=1
ansible_group_priority=10
[bb]
h
[bb:vars]
rank=bb
tie=bb
[cc:children]
dd
[dd]
h
[dd:vars]
deep=dd
[ee]
h
[ee:vars]
tie2=ee
same2=1
[ff]
h
[ff:vars]
tie2=ff
same2=1
`,
  ]);
  t.match(inventory.host('h').vars, { deep: 'dd', rank: 'aa', tie: 'aa', tie2: 'ff' });
  t.notOk('ansible_group_priority' in inventory.host('h').vars);
  t.same(told(warnings), [
    'a:28: tie2: "ff" of group ff wins over "ee" of group ee (a:23) by its name alone → set ansible_group_priority in one of them, or the variable at the host',
  ]);
});

t.test('a later source wins', async (t) => {
  const { inventory } = await load(t, ['[g]\nh a=1 b=1\n[g:vars]\nc=1\n', 'h a=2\n[g]\n[g:vars]\nc=2\n']);
  t.same(inventory.host('h').vars, { a: 2, b: 1, c: 2 });
});

t.test('-e takes words as in a shell, JSON, and files with it', async (t) => {
  const workingDirectory = t.testdir();
  writeFileSync(join(workingDirectory, 'vars.json'), '{ "n": 1, "deep": { "list": [1, null] } }');
  const extraVars = ['a=1 b="two words" c=x=y d=', '{"n": 0, "e": [true]}', '@vars.json', 'a=later#1'];
  const { inventory } = await loadInventory(['h,'], { workingDirectory, extraVars });
  t.same(inventory.host('h').vars, {
    a: 'later#1',
    b: 'two words',
    c: 'x=y',
    d: '',
    n: 1,
    e: [true],
    deep: { list: [1, null] },
  });
  t.same(inventory.explain('h').get('n')?.origin, { source: 'vars.json', line: 1 });
});

t.test('every mistake of -e is told, and no value with it', async (t) => {
  const workingDirectory = t.testdir();
  writeFileSync(join(workingDirectory, 'vars.json'), '{\n  "password": "hunter2"\n  "x": 1 }');
  const extraVars = [
    'name',
    '=x',
    "a='open",
    '',
    '{"password": "hunter2"',
    '[1]',
    '@vars.jsn',
    '@vars.json',
    '@',
    '@v.yml',
  ];
  const found = await refused(() => loadInventory(['h,'], { workingDirectory, extraVars }));
  const syntax = 'write -e name=value, -e \'{"name": 1}\' or -e @file.yml';
  t.notMatch(found.join('\n'), 'hunter2');
  t.match(found, [
    `-e: "name" is no variable: it has no name and = → ${syntax}`,
    `-e: "=x" is no variable: it has no name and = → ${syntax}`,
    `-e: it cannot be read: a quote (') is not closed → ${syntax}`,
    `-e: it cannot be read: it is empty → ${syntax}`,
    /^-e: this is neither JSON nor YAML: Flow map must end with a }/,
    '-e: this is a list, but variables are a mapping → write a line for each: name: value',
    'vars.jsn: there is no such file (did you mean "vars.json"?)',
    /^vars\.json:3: this is neither JSON nor YAML: Missing , /,
    `-e: there is no file name behind the @ → ${syntax}`,
    'v.yml: there is no such file',
  ]);
});

t.test('the settings of Ansible become those of garden', async (t) => {
  const { inventory, warnings } = await load(t, [
    `plain
full ansible_host=10.0.0.1 ansible_port=2222 ansible_user=007 ansible_password=123456. ansible_connection=ssh ansible_ssh_private_key_file=~/.ssh/k ansible_ssh_common_args='-o ProxyCommand="ssh -W %h:%p bastion"' ansible_ssh_extra_args=-v ansible_become=yes ansible_become_user=app ansible_become_method=su ansible_become_password="a b" ansible_python_interpreter=/usr/bin/python3 ansible_timeout=5
legacy ansible_ssh_host=10.0.0.2 ansible_ssh_port=23 ansible_ssh_user=old ansible_ssh_pass=x ansible_become_pass=y
off ansible_become=false ansible_host_key_checking=False ansible_port= ansible_user=
local ansible_connection=local
system ansible_connection=openssh
`,
  ]);
  t.equal(inventory.host('plain').address, 'plain');
  t.same(inventory.host('plain').become, {});
  const full = inventory.host('full');
  t.match(full, {
    address: '10.0.0.1',
    connection: {
      address: '10.0.0.1',
      port: 2222,
      user: '007',
      privateKeyFile: '~/.ssh/k',
      sshArguments: ['-o', 'ProxyCommand=ssh -W %h:%p bastion', '-v'],
      timeout: 5000,
    },
    become: { enabled: true, user: 'app', method: 'su' },
  });
  t.equal(full.connection.transport, undefined, 'left to garden');
  t.equal(full.connection.password?.reveal(), '123456.', 'as it was written');
  t.equal(full.become.password?.reveal(), 'a b');
  t.ok(full.vars.ansible_password instanceof Secret);
  t.notMatch(JSON.stringify(full), '123456');
  const legacy = inventory.host('legacy');
  t.match(legacy.connection, { address: '10.0.0.2', port: 23, user: 'old' });
  t.equal(legacy.connection.password?.reveal(), 'x');
  t.equal(legacy.become.password?.reveal(), 'y');
  const off = inventory.host('off');
  t.equal(off.become.enabled, false);
  t.equal(off.connection.acceptNewHostKeys, true);
  t.equal(off.connection.port, undefined);
  t.equal(off.connection.user, undefined);
  t.equal(inventory.host('local').connection.transport, 'local');
  t.equal(inventory.host('system').connection.transport, 'openssh');
  t.match(told(warnings), [/^a:4: ansible_host_key_checking is off, but garden always checks host keys/]);
});

t.test('the nearest level of a setting wins over the more special name', async (t) => {
  const { inventory } = await load(
    t,
    ['h ansible_ssh_user=old ansible_ssh_port=22 ansible_port=23\n'],
    ['ansible_user=new'],
  );
  t.match(inventory.host('h').connection, { user: 'new', port: 22 });
});

t.test('settings have types, and every wrong one is told once with its place', async (t) => {
  const text = `[web]
web[1:3]
[web:vars]
ansible_port=abc
ansible_become=perhaps
ansible_become_method=sodu
ansible_connection=shh
ansible_host={{ address }}
ansible_ssh_common_args=-o "x
[win]
w ansible_connection=winrm
v:70 ansible_port=70000
`;
  const found = await refused(() => load(t, [text], ['{"ansible_user": [1]}']));
  t.match(found, [
    'a:8: ansible_host is a template → garden has no templates in its inventory: write the value itself',
    'a:7: ansible_connection is "shh", which garden does not know (did you mean "ssh"?) → it may be ssh, openssh, local or winrm',
    'a:4: ansible_port must be a number from 1 to 65535, not "abc"',
    '-e: ansible_user must be text',
    'a:9: ansible_ssh_common_args cannot be split into words: a quote (") is not closed',
    'a:6: ansible_become_method is "sodu", which garden does not know (did you mean "sudo"?) → it may be sudo, su, doas',
    'a:5: ansible_become must be true or false, not "perhaps"',
    'a:12: ansible_port must be a number from 1 to 65535, not "70000"',
  ]);
  t.equal(found.length, 8);
  const control = await refused(() => load(t, ['h\n'], ['{"ansible_host": "a\\u0000b"}']));
  t.match(control, ['-e: ansible_host has a control character in it']);
});

t.test('a setting that garden does not know is told, with what was likely meant', async (t) => {
  const { warnings } = await load(t, ['h ansible_prot=22 ansible_become_flags=-H mine=1\n']);
  t.same(told(warnings), [
    'a:1: ansible_prot is no setting that garden knows (did you mean "ansible_port"?); it is a variable like any other',
    'a:1: ansible_become_flags is not used: garden gives sudo, su and doas the flags that it needs',
  ]);
});
