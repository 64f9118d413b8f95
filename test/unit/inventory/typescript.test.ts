import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { loadModule } from '../../../lib/cli/module/load-module.ts';
import { type LoadInventoryResult, loadInventory } from '../../../lib/inventory/index.ts';
import { place } from '../../../lib/inventory/origin.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { refused, told } from './support.ts';

const HEAD = "import { inventory, Secret } from 'walled-garden';\nimport { z } from 'zod';\n";

/** Loads an inventory from files of a project; `inventory.ts` is the source. */
async function load(t: Test, files: Readonly<Record<string, string>>): Promise<LoadInventoryResult> {
  const folder = fileURLToPath(
    new URL(`../../../.tap/typescript-${process.pid}-${t.fullname.length}`, import.meta.url),
  );
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return loadInventory(['inventory.ts'], { workingDirectory: folder, loadModule });
}

/** `name=value at place`, of the variables of a host, sorted. */
function placed({ inventory }: LoadInventoryResult, host: string): readonly string[] {
  return [...inventory.explain(host).values()].map((it) => `${it.name}=${it.value} at ${place(it.origin)}`).sort();
}

t.test('hosts, groups, settings and variables, each with its line', async (t) => {
  const result = await load(t, {
    'inventory.ts': `${HEAD}
export default inventory({
  user: 'deploy',
  hosts: ['alone:2222'],
  vars: { domain: 'example.org' },
  groups: {
    web: {
      hosts: {
        'web[1:2]': { address: '192.0.2.11', vars: { size: 1 } },
        web1: { vars: { size: 2, nothing: undefined } },
      },
      sshArguments: ['-o', "Word=it's one"],
      timeout: '1500ms',
      becomePassword: new Secret('hush'),
      priority: 5,
    },
    east: { groups: { inner: { groups: ['web'], become: false } } },
  },
});
`,
  });
  const { inventory } = result;
  t.same(
    inventory.all.map(({ name }) => name),
    ['alone', 'web1', 'web2'],
  );
  t.same(inventory.children('all'), ['ungrouped', 'east']);
  t.same(inventory.host('web2').groups, ['east', 'inner', 'web']);
  t.same(inventory.groupVars('web').ansible_group_priority, 5);
  t.same(placed(result, 'web1'), [
    'ansible_become=false at inventory.ts:19',
    'ansible_become_password=*** at inventory.ts:16',
    'ansible_host=192.0.2.11 at inventory.ts:11',
    "ansible_ssh_common_args=-o 'Word=it'\\''s one' at inventory.ts:14",
    'ansible_timeout=2 at inventory.ts:15',
    'ansible_user=deploy at inventory.ts:5',
    'domain=example.org at inventory.ts:7',
    'size=2 at inventory.ts:12',
  ]);
  const { connection, become } = inventory.host('web1');
  t.match(connection, { address: '192.0.2.11', user: 'deploy', timeout: 2000, sshArguments: ['-o', "Word=it's one"] });
  t.equal(become.password?.reveal(), 'hush');
  t.match(inventory.host('alone'), { groups: ['ungrouped'], connection: { port: 2222 } });
});

t.test('what is made elsewhere has the place of the call, or of what it is in', async (t) => {
  const result = await load(t, {
    'inventory.ts': "import { make } from './lib/make.ts';\nexport default async () => make('web1');\n",
    'lib/make.ts': `${HEAD}
export function make(host: string) {
  const vars = Object.fromEntries([['a', 1]]);
  return inventory({
    groups: { web: { hosts: { [host]: {} },
      vars } },
  });
}
`,
  });
  t.same(placed(result, 'web1'), ['a=1 at lib/make.ts:8']);
});

t.test('variables beside it may be in TypeScript too', async (t) => {
  const result = await load(t, {
    'inventory.ts': `${HEAD}export default inventory({ groups: { web: { hosts: ['web1'], vars: { a: 0 } } } });\n`,
    'group_vars/web.ts': 'const size = 2;\nexport default {\n  a: 1,\n  b: size,\n};\n',
    'host_vars/web1.ts': 'export default async () => ({ c: 3 });\n',
  });
  t.same(placed(result, 'web1'), [
    'a=1 at group_vars/web.ts:3',
    'b=2 at group_vars/web.ts:4',
    'c=3 at host_vars/web1.ts',
  ]);
});

t.test('pain 17: typos in a typed inventory are told all at once, with their lines and what was meant', async (t) => {
  const wrong = await refused(() =>
    load(t, {
      'inventory.ts': `${HEAD}
export default inventory({
  users: 'deploy',
  groups: {
    web: {
      hosts: { web1: { adress: '192.0.2.11', port: '22' } },
      password: 'open',
      timeout: '20 seconds',
      connection: 'shh',
      group: { inner: {} },
    },
    all: {},
    'a b': { hosts: { 'web[3:x]': {} } },
  },
});
`,
    }),
  );
  t.same(wrong, [
    'inventory.ts:5: unknown key "users" (did you mean "user"?)',
    'inventory.ts:8: groups.web.hosts.web1.port: expected number, received string',
    'inventory.ts:8: unknown key "groups.web.hosts.web1.adress" (did you mean "address"?)',
    'inventory.ts:9: groups.web.password: must be a secret, as secret() and new Secret() make it',
    'inventory.ts:10: groups.web.timeout: must be a duration: 500ms, 30s, 5m',
    'inventory.ts:11: groups.web.connection: Invalid option: expected one of "ssh"|"openssh"|"local"|"winrm"',
    'inventory.ts:12: unknown key "groups.web.group" (did you mean "groups"?)',
  ]);
});

t.test('wrong names, wrong exports and broken modules are mistakes', async (t) => {
  const of = (text: string) => refused(() => load(t, { 'inventory.ts': HEAD + text }));
  t.match(
    await of(
      "export default inventory({\n  groups: { 'a b': {},\n    all: {},\n    web: { hosts: ['web[3:x]'] } } });",
    ),
    [
      'inventory.ts:4: "a b" is no name for a group',
      'inventory.ts:5: "all" is no name for a group → what is for all hosts stands in the inventory itself',
      /^inventory.ts:6: the range \[3:x\] /,
    ],
  );
  t.match(await of('export default { groups: {} };'), [
    /^inventory.ts: its default export is no inventory → end it with: /,
  ]);
  t.match(await of('export const x = 1;'), [/^inventory.ts: it has no default export → /]);
  t.match(await of('export default () => { throw new Error("no network"); };'), ['inventory.ts: no network']);
  t.match(await of('export default inventory({ user: nobody });'), [
    /inventory.ts:3:\d+: nobody is used here, but neither/,
  ]);
  t.match(await of('export default inventory({ user: });'), [/inventory.ts:3:\d+: Unexpected "}"\n.*\n +\^/]);
  t.match(await of('export default inventory({ groups: { a: { groups: ["b"] }, b: { groups: ["a"] } } });'), [
    /^inventory.ts:3: "a" cannot be a child of "b"/,
  ]);
});

t.test('a schema in it counts for all sources', async (t) => {
  const { inventory, warnings } = await load(t, {
    'inventory.ts': `${HEAD}
export default inventory({
  hostVars: z.object({ size: z.number().default(7), token: z.instanceof(Secret).optional() }),
  hosts: { a: { vars: { token: new Secret('t') } }, b: { vars: { size: 1 } } },
});
`,
  });
  t.same(told(warnings), []);
  t.equal(inventory.host('a').vars.size, 7);
  t.equal(inventory.host('b').vars.size, 1);
  t.ok(inventory.host('a').vars.token instanceof Secret);
  t.match(inventory.explain('a').get('size'), { level: 'default' });
});
