import { spawnSync } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { parse } from 'yaml';
import { type Ended, makeProject, type Project } from '../support/garden.ts';

const ANSIBLE = '/usr/bin/ansible-inventory';
const INSTALLED = spawnSync(ANSIBLE, ['--version']).status === 0;
const SKIP = INSTALLED ? false : 'the Debian package ansible-core is not installed';
const FIXTURES = fileURLToPath(new URL('../fixtures/inventory/', import.meta.url));

const project: Project = await makeProject('cli-inventory');
t.teardown(() => project.remove());
await cp(FIXTURES, project.folder, { recursive: true });
await mkdir(join(project.folder, 'tree/group_vars/web'), { recursive: true });
await mkdir(join(project.folder, 'tree/host_vars'), { recursive: true });
const files: Readonly<Record<string, string>> = {
  'tree/hosts.yml': `all:
  children:
    site:
      children:
        web:
          hosts:
            web[1:2]:
              ansible_host: 192.0.2.1
            "10":
            "9": { size: 1.5, none: null, "on": yes, deep: { list: [1, { a: "it's" }], "10": b, "9": a } }
        db:
          hosts: { db1: , web1: }
          vars: { role: "database\\nserver", quote: 'say "it''s"' }
    empty:
`,
  'tree/group_vars/all.yml': 'domain: exämple.org\nempty: ""\nlist: []\n',
  'tree/group_vars/web/1.yml': 'role: web\nport: 80\n',
  'tree/group_vars/web/2.yml': 'port: 8080\n',
  'tree/host_vars/web1.json': '{ "port": 9090 }',
  'flat.ini': '[web]\nweb1\n[web:vars]\nrelease=2\n[all:vars]\nrelease=1\nansible_password=hunter2\n',
};
for (const [name, text] of Object.entries(files)) await project.write(name, text);

function ansible(argv: readonly string[]): string {
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', HOME: project.folder, ANSIBLE_LOCALHOST_WARNING: '0' };
  const { stdout, stderr, status } = spawnSync(ANSIBLE, [...argv], { cwd: project.folder, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`ansible-inventory ${argv.join(' ')}: ${stderr}`);
  return stdout.trimEnd();
}

function garden(...argv: readonly string[]): Promise<Ended> {
  return project.garden(['inventory', ...argv]);
}

t.test('what it prints is what ansible-inventory prints, to the letter', { skip: SKIP }, async (t) => {
  const questions: readonly (readonly string[])[] = [
    ...['hosts.ini', 'ranges.ini', 'ranges2.ini', 'patterns.ini', 'tree/hosts.yml'].map((source) => [source, '--list']),
    ['patterns.ini', '--list', '--export'],
    ['tree/hosts.yml', '--list', '--export'],
    ['tree', '--list'],
    ['hosts.ini', '--graph', '--vars'],
    ['patterns.ini', '--graph'],
    ['patterns.ini', '--graph', 'parent'],
    ['tree/hosts.yml', '--graph', 'site'],
    ['tree/hosts.yml', '--host', '9'],
    ['tree/hosts.yml', '--host', 'web1', '-e', 'port=1'],
    ['tree/hosts.yml', '--host', 'db1'],
    ['one,two,', '--list'],
    ['ranges2.ini', '--host', 'n9'],
  ];
  for (const [source = '', ...argv] of questions) {
    const { stdout, stderr, status } = await garden('-i', source, ...argv);
    if (!t.equal(stdout.trimEnd(), ansible(['-i', source, ...argv]), `${source} ${argv.join(' ')}`)) t.comment(stderr);
    t.equal(status, 0);
  }
});

t.test('as YAML it says the same as ansible-inventory', { skip: SKIP }, async (t) => {
  for (const argv of [
    ['-i', 'tree/hosts.yml', '--list', '--yaml'],
    ['-i', 'patterns.ini', '--list', '-y', '--export'],
    ['-i', 'tree/hosts.yml', '--host', 'web1', '-y'],
  ]) {
    const { stdout } = await garden(...argv);
    t.strictSame(parse(stdout, { version: '1.1' }), parse(ansible(argv), { version: '1.1' }), argv.join(' '));
  }
});

t.test('what garden prints can be read by Ansible and by garden', { skip: SKIP }, async (t) => {
  const { stdout } = await garden('-i', 'tree/hosts.yml', '--list', '--yaml', '--export');
  await project.write('again.yml', stdout);
  const [again, before] = ['again.yml', 'tree/hosts.yml'].map((source) =>
    JSON.parse(ansible(['-i', source, '--list'])),
  );
  t.same(again._meta, before._meta);
  t.equal((await garden('-i', 'again.yml', '--list')).stdout.trimEnd(), ansible(['-i', 'again.yml', '--list']));
});

t.test('pain 15: where each value is set, and what it overrode', async (t) => {
  const { stdout, status } = await garden('-i', 'tree/hosts.yml', '--host', 'web1', '--explain', '-e', 'port=1');
  t.equal(status, 0);
  t.equal(
    stdout.trimEnd(),
    `variable      value               level      set at
ansible_host  "192.0.2.1"         host       tree/hosts.yml:8
domain        "exämple.org"       all        tree/group_vars/all.yml:1
empty         ""                  all        tree/group_vars/all.yml:2
list          []                  all        tree/group_vars/all.yml:3
port          "1"                 -e         -e
  overrode    9090                host       tree/host_vars/web1.json:1
  overrode    8080                group web  tree/group_vars/web/2.yml:1
  overrode    80                  group web  tree/group_vars/web/1.yml:2
quote         "say \\"it's\\""      group db   tree/hosts.yml:13
role          "web"               group web  tree/group_vars/web/1.yml:1
  overrode    "database\\nserver"  group db   tree/hosts.yml:13`,
  );
  const one = await garden('-i', 'flat.ini', '--host', 'web1', '--explain', 'release');
  t.equal(
    one.stdout.trimEnd(),
    `variable    value  level      set at
release     2      group web  flat.ini:4
  overrode  1      all        flat.ini:6`,
  );
});

t.test('pain 15: inline variables of a group win over group_vars/all', async (t) => {
  await mkdir(join(project.folder, 'pain15/group_vars'), { recursive: true });
  await project.write('pain15/hosts', '[web]\nweb1\n[web:vars]\nx=inline\n');
  await project.write('pain15/group_vars/all.yml', 'x: all\n');
  const { stdout } = await garden('-i', 'pain15/hosts', '--host', 'web1', '--explain');
  t.match(stdout, /^x +"inline" +group web +pain15\/hosts:4\n +overrode +"all" +all +pain15\/group_vars\/all.yml:1$/m);
});

t.test('secrets are shown by none of the ways', async (t) => {
  for (const way of [
    ['--list'],
    ['--list', '-y'],
    ['--graph', '--vars'],
    ['--host', 'web1'],
    ['--host', 'web1', '--explain'],
  ]) {
    const { stdout, stderr } = await garden('-i', 'flat.ini', ...way, '-e', 'copy=hunter2');
    t.match(stdout, /ansible_password.*\*\*\*/, way.join(' '));
    t.notMatch(stdout + stderr, /hunter2/, way.join(' '));
  }
});

t.test('without an option: what there is, for people; -l leaves some of it', async (t) => {
  await project.write(
    'people.ini',
    'alone\n[web]\nweb1 ansible_host=192.0.2.1 ansible_user=deploy ansible_port=2222 ansible_become=True\nweb2\n[db]\nhere ansible_connection=local\n[site:children]\nweb\n',
  );
  t.equal(
    (await garden('-i', 'people.ini')).stdout.trimEnd(),
    `host   reached at                           groups
alone  alone                                ungrouped
web1   deploy@192.0.2.1:2222, becomes root  site, web
web2   web2                                 site, web
here   this machine                         db

group      with
ungrouped  1 host
web        2 hosts
db         1 host
site       2 hosts  has web`,
  );
  const { stdout } = await garden('-i', 'people.ini', '-l', 'web2', '--list');
  t.same(JSON.parse(stdout).web.hosts, ['web2']);
  t.equal((await garden('-i', 'people.ini', '-l', 'web:!web1', '--graph', 'web')).stdout, '@web:\n  |--web2');
});

t.test('long output comes whole', async (t) => {
  const { stdout } = await garden('-i', 'h[1:3000],', '--list');
  t.equal(JSON.parse(stdout).ungrouped.hosts.length, 3000);
});

t.test('a playbook brings its variables and its schema', async (t) => {
  await mkdir(join(project.folder, 'play/group_vars'), { recursive: true });
  await project.write('play/group_vars/web.yml', 'release: 7\n');
  await project.write(
    'play/site.ts',
    `import { playbook } from 'walled-garden';
import { z } from 'zod';
export default playbook('Site', [], { hostVars: z.object({ release: z.string(), size: z.number().default(3) }) });
`,
  );
  const { stdout } = await garden('-i', 'flat.ini', '--playbook', 'play/site.ts', '--host', 'web1', '--explain');
  t.match(stdout, /^release +"7" +group web +play\/group_vars\/web.yml:1$/m);
  t.match(stdout, /^size +3 +default +hostVars$/m);
  const wrong = await garden('-i', 'web1,', '--playbook', 'play/site.ts');
  t.equal(wrong.status, 5);
  t.match(wrong.stderr, /^-i: variable "release" is missing \(string\) \(host web1\)$/m);
});

t.test('wrong usage is told with what to do, and all of it at once', async (t) => {
  const cases: readonly (readonly [argv: readonly string[], ...told: RegExp[]])[] = [
    [['--list', '--host', 'web1'], /^--list and --host do not go together$/m],
    [['--explain', '--vars'], /^--explain goes with --host NAME$/m, /^--vars goes with --graph$/m],
    [['--list', '--explain', 'x', '--host', 'web1'], /--list and --host/],
    [['web'], /^"web" is a word too many\n.*--graph web/m],
    [['--graph', 'wbe'], /no group "wbe" \(did you mean "web"\?\)/],
    [['--host', 'wbe1'], /no host "wbe1" \(did you mean "web1"\?\)/],
    [['--host', 'web1', '--explain', 'releas'], /no variable "releas" \(did you mean "release"\?\)/],
    [['--yaml'], /^--yaml goes with --list or --host$/m],
    [['--export'], /^--export goes with --list$/m],
    [['--playbook', 'sight.ts'], /there is no playbook "sight.ts"/],
    [['-l', ''], /--limit is empty/],
    [['-l', 'nothing'], /"nothing" matches no host/],
    [['--lst'], /unknown option '--lst'/],
  ];
  for (const [argv, ...told] of cases) {
    const { status, stdout, stderr } = await garden('-i', 'flat.ini', ...argv);
    t.equal(status, 5, argv.join(' '));
    t.equal(stdout, '');
    for (const expression of told) t.match(stderr, expression);
    t.notMatch(stderr, /\n +at /);
  }
});
