import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadInventory } from '../../../lib/inventory/index.ts';
import { refused, told } from './support.ts';

const names = ({ all }: { readonly all: readonly { readonly name: string }[] }) => all.map(({ name }) => name);

t.test('a folder is all inventories in it, in the order of their names', async (t) => {
  const workingDirectory = t.testdir({
    inventory: {
      '20-more': 'b x=2\n',
      '10-first.ini': 'a x=1\nb x=1\n',
      '30.yml': 'all: {hosts: {c: {x: 3}}}\n',
      Z: 'z\n',
      sub: { deep: { hosts: 'd\n' } },
      // Passed over, as Ansible does.
      '.hidden': '[',
      'old.bak': '[',
      'hosts~': '[',
      'notes.md': '[',
      'readme.txt': '[',
      'x.cfg': '[',
      'hosts.retry': '[',
      'hosts.orig': '[',
      'x.pyc': '[',
      host_vars: { a: 'y: 1\n' },
      group_vars: { 'all.yml': 'z: 1\n' },
      vars_plugins: { x: '[' },
    },
    empty: {},
  });
  const { inventory } = await loadInventory(['inventory'], { workingDirectory });
  t.same(names(inventory), ['a', 'b', 'c', 'z', 'd']);
  t.strictSame(inventory.host('b').vars, { z: 1, x: 2 });
  t.strictSame(inventory.host('a').vars, { z: 1, x: 1, y: 1 });
  t.same(inventory.explain('c').get('x')?.origin, { source: 'inventory/30.yml', line: 1 });
  const { warnings } = await loadInventory(['empty', 'h,'], { workingDirectory });
  t.same(told(warnings), ['empty: there is no inventory in this folder']);
});

t.test('a link that leads back does not go round for ever', async (t) => {
  const workingDirectory = t.testdir({
    inventory: { hosts: 'a\n' },
    project: { hosts: 'b\n', group_vars: { all: {} } },
  });
  symlinkSync('.', join(workingDirectory, 'inventory', 'loop'));
  symlinkSync('.', join(workingDirectory, 'project', 'group_vars', 'all', 'loop'));
  t.match(await refused(() => loadInventory(['inventory'], { workingDirectory })), [/too many folders in folders/]);
  t.match(await refused(() => loadInventory(['project/hosts'], { workingDirectory })), [/too many folders in folders/]);
});

t.test('pain 15: what the inventory says of a group wins over group_vars/all', async (t) => {
  const workingDirectory = t.testdir({
    inventory: {
      hosts: '[web]\nweb1\n[web:vars]\nport=1\nfile=1\nplay=1\n[all:vars]\nport=0\nfile=0\n',
      group_vars: { 'all.yml': 'port: 2\n', 'web.yml': 'file: 2\nplay: 2\n' },
    },
    playbooks: {
      group_vars: { web: { '10.yml': 'play: 3\n' }, 'all.yml': 'port: 9\n' },
      host_vars: { 'web1.json': '{"own": 1}' },
    },
  });
  const { inventory } = await loadInventory(['inventory/hosts'], { workingDirectory, playbookFolder: 'playbooks' });
  t.strictSame(inventory.host('web1').vars, { port: 1, file: 2, play: 3, own: 1 });
  // Each value tells where it comes from, and all that it overrode.
  const places: string[] = [];
  for (let at = inventory.explain('web1').get('play'); at !== undefined; at = at.overrode) {
    places.push(`${at.level} ${at.origin.source}:${at.origin.line} ${String(at.value)}`);
  }
  t.same(places, [
    'group web playbooks/group_vars/web/10.yml:1 3',
    'group web inventory/group_vars/web.yml:2 2',
    'group web inventory/hosts:6 1',
  ]);
  const port = inventory.explain('web1').get('port');
  t.match(port, { level: 'group web', overrode: { level: 'all', origin: { source: 'playbooks/group_vars/all.yml' } } });
});

t.test('of several files for one name the first counts; a folder holds many', async (t) => {
  const workingDirectory = t.testdir({
    hosts: '[web]\nweb1\nlocalhost ansible_connection=local\n[web.front]\nshop.md\n',
    group_vars: {
      'web.yaml': 'a: 2\n',
      'web.yml': 'a: 1\n',
      'web.front': 'b: 1\n',
      all: {
        b: 'n: 2\n',
        'a.yml': 'n: 1\n',
        '.c.yml': 'n: 3\n',
        'd.yml~': 'n: 4\n',
        'x.txt': 'n: 5\n',
        in: { 'e.json': '{"m": 1}' },
      },
    },
    host_vars: { 'shop.md': 'c: 1\n' },
  });
  const { inventory, warnings } = await loadInventory(['hosts'], { workingDirectory });
  t.strictSame(inventory.host('web1').vars, { n: 2, m: 1, a: 1 });
  t.strictSame(inventory.host('shop.md').vars, { n: 2, m: 1, b: 1, c: 1 });
  t.same(told(warnings), [
    'group_vars/web.yaml: it is not read, since there is "web.yml" too → keep one of them, or a folder with both',
  ]);
});

t.test('localhost has its variables without being in the inventory', async (t) => {
  const workingDirectory = t.testdir({
    hosts: 'web1\n',
    host_vars: { 'localhost.yml': 'a: 1\n' },
    group_vars: { all: 'a: 0\nb: 0\n' },
  });
  const { inventory } = await loadInventory(['hosts'], { workingDirectory });
  t.match(inventory.host('localhost').vars, { a: 1, b: 0 });
  t.same(names(inventory), ['web1']);
});

t.test('files that are for nobody are told, with who was likely meant', async (t) => {
  const workingDirectory = t.testdir({
    hosts: '[web]\nweb1\n',
    group_vars: { 'wbe.yml': 'a: 1\n', 'README.md': 'text\n', 'web.yml': 'ansible_group_priority: 10\n' },
    host_vars: { 'web2.yml': '' },
  });
  const { warnings } = await loadInventory(['hosts'], { workingDirectory });
  const hint = (noun: string) =>
    `a file here is named as the ${noun} that it is for, with .yml, .yaml, .json, .ts or nothing behind it`;
  t.same(told(warnings), [
    `group_vars: "wbe.yml" is for no group of the inventory (did you mean "web"?) → ${hint('group')}`,
    `host_vars: "web2.yml" is for no host of the inventory (did you mean "web1"?) → ${hint('host')}`,
    'group_vars/web.yml:1: ansible_group_priority counts in the inventory itself only; here it is a variable like any other → set it among the vars of the group in the inventory',
  ]);
});

t.test('wrong files of variables are told all at once', async (t) => {
  const workingDirectory = t.testdir({
    hosts: '[web]\nweb1\n',
    group_vars: { 'all.yml': '- a\n', 'web.yml': 'a: [1\n' },
    host_vars: { 'web1.ts': 'export default 1;\n' },
  });
  t.match(await refused(() => loadInventory(['hosts'], { workingDirectory })), [
    'group_vars/all.yml: this is a list, but variables are a mapping → write a line for each: name: value',
    /^group_vars\/web.yml:2: this is no YAML/,
    /^host_vars\/web1.ts: TypeScript can be read by the command line only/,
  ]);
});

t.test("pain 17: a variable of Ansible's that is mistyped is told with its file and line", async (t) => {
  const workingDirectory = t.testdir({
    hosts: 'web1\n',
    group_vars: { 'all.yml': 'a: 1\nansible_usr: x\nansible_winrm_transprot: ntlm\n' },
  });
  const { warnings } = await loadInventory(['hosts'], { workingDirectory });
  t.match(told(warnings), [
    /^group_vars\/all.yml:2: ansible_usr is no setting that garden knows \(did you mean "ansible_user"\?\)/,
    /^group_vars\/all.yml:3: ansible_winrm_transprot is no setting .*"ansible_winrm_transport"/,
  ]);
});

t.test('Windows hosts are listed with their settings', async (t) => {
  const workingDirectory = t.testdir({
    'hosts.yml': `windows:
  hosts: {win1: }
  vars:
    ansible_connection: psrp
    ansible_port: 5986
    ansible_become_method: runas
    ansible_winrm_server_cert_validation: ignore
    ansible_psrp_auth: kerberos
    ansible_shell_type: powershell
`,
  });
  const { inventory, warnings } = await loadInventory(['hosts.yml'], { workingDirectory });
  t.match(inventory.host('win1').connection, { transport: 'winrm', port: 5986 });
  t.same(warnings, []);
});
