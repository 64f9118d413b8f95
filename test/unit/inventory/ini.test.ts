import t from 'tap';
import { load, refused, told } from './support.ts';

t.test('every mistake of every source is told, with its line and what to do', async (t) => {
  const first = `web1 port
web2 ; comment
web3 a = 1
web4 a='open
[web:hosst]
ignored = since the section is not known
[web servers]
[web] x
[web:vars]
no variable
[all:children]
we b
missing
[1:3:0]
[web:children] ; comment
`;
  const second = `w[1]
w[01:1] w
w[1:]
w[z:a]
w[a:3]
w:port
w:99999
w[1:200000]
[nowhere:vars]
a=1
[a:children]
b
[b:children]
a
[c:children]
c
[d:vars]
ansible_group_priority=high
[d]
`;
  t.strictSame(await refused(() => load(t, [first, second])), [
    'a:1: "port" is no variable: it has no = → a line is a host, then its variables: web1 ansible_host=10.0.0.1 port=80',
    'a:2: a ; begins a comment only at the start of a line → use #',
    'a:3: there is a space beside a = → write name=value, and quotes around a value with spaces',
    "a:4: the line cannot be read: a quote (') is not closed → a line is a host, then its variables: web1 ansible_host=10.0.0.1 port=80",
    'a:5: a section cannot be of the kind "hosst" (did you mean "hosts"?) → write [web], [web:children] or [web:vars]',
    "a:7: [web servers] is no section: a group's name has no spaces",
    'a:8: "x" stands behind the header of a section → put it on the next line',
    'a:10: "no" is no variable → in [web:vars] every line is name=value',
    'a:12: "we b" is no name of a group → in [all:children] every line is one group',
    'a:14: [1:3:0] is no section → write [group], [group:children] or [group:vars]',
    'a:15: a ; begins a comment only at the start of a line → use #',
    'a:13: [all:children] names the group "missing", which does not exist → declare it: [missing]',
    'a:9: [web:vars] is for a group that does not exist → declare it: [web]',
    'b:1: "w[1]" has brackets that are no range → a range has a colon: web[1:3], web[01:10:2], db[a:c]',
    'b:2: the range [01:1] has ends of different widths → with a leading zero both have the same number of digits: [01:01]',
    'b:3: the range [1:] has no end → write it as in web[1:3], web[01:10:2], db[a:c]',
    'b:4: the range [z:a] runs backwards → letters go from a to z, then from A to Z',
    'b:5: the range [a:3] goes neither from number to number nor from letter to letter → write it as in web[1:3], web[01:10:2], db[a:c]',
    'b:6: "w:port" is no host name → behind a colon stands a port, which is a number: host:2222',
    'b:7: 99999 is no port → a port is a number from 1 to 65535',
    'b:8: the range [1:200000] stands for more than 100000 hosts → write it as in web[1:3], web[01:10:2], db[a:c]',
    'b:14: "a" cannot be a child of "b": "a" already contains "b"',
    'b:16: "c" cannot be a child of "c": a group cannot be in itself',
    'b:18: ansible_group_priority is a whole number',
    'b:9: [nowhere:vars] is for a group that does not exist → declare it: [nowhere]',
  ]);
});

t.test(
  'a group that is named before it is declared, and one that another source declares, are no mistakes',
  async (t) => {
    const { inventory } = await load(t, ['[p:vars]\nx=1\n[p:children]\nc\n[c]\nh\n', '[c:vars]\ny=2\n[c]\nh z=3\n']);
    t.same(inventory.host('h').vars, { x: 1, y: 2, z: 3 });
    t.same(inventory.host('h').groups, ['c', 'p']);
    t.same(inventory.groups.get('p'), ['h']);
  },
);

t.test('lines of YAML in an INI file are one clear message', async (t) => {
  const hint = 'in INI a group is [web] on a line of its own, its hosts follow one a line';
  t.same(await refused(() => load(t, ['web0\n---\nall:\n  hosts:\n    web1:\n      a: 1\n'])), [
    `a:2: this looks like YAML, but the file is read as INI, and so do 4 more lines → ${hint}`,
  ]);
  t.same(await refused(() => load(t, ['[web]\nweb1\n- web2\n[web:vars]\na: 1\n'])), [
    `a:3: this looks like YAML, but the file is read as INI, and so do 1 more lines → ${hint}`,
  ]);
});

t.test('pain 16: what is likely not what was meant is warned of', async (t) => {
  const { warnings, inventory } = await load(t, [
    `web1 password=ab#cd lost=1
web2 version=1.50 flag=yes quoted='123456.' b="True" n="None" list=1,2 dict={'k':1} path=C:\\tmp
web3 tabs="a#b" t="{{ other }}" big=12345678901234567890 fine=10 good=True text=abc c='a b'
web[3:1]
[g:vars]
va = text # comment
vb = 8080 # comment
vc = no
vd = {"a": true}
ve = '1.50'
[g]
web1
[web1]
`,
  ]);
  t.strictSame(told(warnings), [
    'a:1: password: the # in the middle of the word begins a comment; what follows on the line is left out → put quotes around the value, or a space before the #',
    `a:2: version: 1.50 is the number 1.5 → if it is meant to be text, write "'1.50'"`,
    'a:2: flag: yes is text, no boolean → write True for the boolean',
    `a:2: quoted: the quotes around 123456. do not make it text; it is a number → if it is meant to be text, write "'123456.'"`,
    `a:2: b: the quotes around True do not make it text; it is a boolean → if it is meant to be text, write "'True'"`,
    `a:2: n: the quotes around None do not make it text; it is null → if it is meant to be text, write "'None'"`,
    `a:2: list: 1,2 is a list, since it has a comma → if it is meant to be text, write "'1,2'"`,
    `a:2: dict: {k:1} is text, no list and no dictionary → write it as Python does (True, None, 'text'), and quotes around the whole of it`,
    "a:2: path: a backslash is dropped from it outside of quotes → put quotes around it: path='…'",
    'a:3: t: {{ other }} is text: garden has no templates in its inventory → write the value itself',
    'a:3: big: 12345678901234567890 is kept as text: it has more digits than a number can hold',
    'a:4: "web[3:1]" stands for no hosts: the range runs backwards',
    'a:6: va: the # and what follows is a part of the value → put the comment on a line of its own',
    'a:8: vc: no is text, no boolean → write False for the boolean',
    `a:9: vd: {"a": true} is text, no list and no dictionary → write it as Python does (True, None, 'text')`,
    'a:1: "web1" is both a host and a group; a pattern that names it means the host → give one of them another name',
  ]);
  t.match(inventory.host('web1').vars, { password: 'ab', va: 'text # comment', vb: 8080, ve: '1.50' });
  t.equal(inventory.host('web3').vars.tabs, 'a#b');
  t.notOk('lost' in inventory.host('web1').vars);
});

t.test('what sounds like a secret is not shown', async (t) => {
  const { warnings } = await load(t, ['h db_password=1_000 token=yes\n[g:vars]\napi_key=0x10\n[g]\n']);
  t.same(told(warnings), [
    `a:1: db_password: the value is not kept as the text that was written → to keep it, write db_password="'…'" on a host line, db_password='…' in [group:vars]`,
    `a:3: api_key: the value is not kept as the text that was written → to keep it, write api_key="'…'" on a host line, api_key='…' in [group:vars]`,
  ]);
  t.same(await refused(() => load(t, ['h ansible_password=correct horse\n[g:vars]\npassword hunter2\n[g]\n'])), [
    'a:1: there is a word without = behind ansible_password → put quotes around a value with spaces',
    'a:3: "password" is no variable → in [g:vars] every line is name=value',
  ]);
});

t.test('line ends and byte order marks of other systems do no harm', async (t) => {
  const { inventory, warnings } = await load(t, ['\uFEFF[web]\r\nweb1 a=1\r\n\r\n[web:vars]\r\nb=2\r\n']);
  t.same(inventory.host('web1').vars, { a: 1, b: 2 });
  t.same(warnings, []);
});

t.test('hostile names and values are values', async (t) => {
  const { inventory } = await load(t, [
    'h __proto__=1 constructor=2\n[toString]\nh\n[toString:vars]\nhasOwnProperty=3\n',
  ]);
  t.same(Object.entries(inventory.host('h').vars), [
    ['hasOwnProperty', 3],
    ['__proto__', 1],
    ['constructor', 2],
  ]);
  t.same(inventory.host('h').groups, ['toString']);
});
