import t, { type Test } from 'tap';
import { loadInventory, type SecretSource } from '../../../lib/inventory/index.ts';
import { readYamlScalar } from '../../../lib/inventory/yaml-scalar.ts';
import { GardenError } from '../../../lib/model/errors.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { refused, told } from './support.ts';

/** What PyYAML makes of plain scalars, and so Ansible; seen with Debian's. */
const SCALARS: readonly (readonly [string, unknown])[] = [
  ['yes', true],
  ['No', false],
  ['oFF', 'oFF'],
  ['on', true],
  ['y', 'y'],
  ['n', 'n'],
  ['TRUE', true],
  ['~', null],
  ['', null],
  ['Null', null],
  ['nULL', 'nULL'],
  ['010', 8],
  ['0777', 511],
  ['08', '08'],
  ['0o17', '0o17'],
  ['0b11', 3],
  ['0x1F', 31],
  ['0x', '0x'],
  ['-0b1', -1],
  ['-010', -8],
  ['0_1', 1],
  ['1_000', 1000],
  ['1__0', 10],
  ['_1', '_1'],
  ['+1', 1],
  ['-0', 0],
  ['1:30', 90],
  ['-1:30', -90],
  ['0:30', '0:30'],
  ['12:60', '12:60'],
  ['1:30:00', 5400],
  ['190:20:30.15', 685_230.15],
  ['1.10', 1.1],
  ['5.', 5],
  ['.5', 0.5],
  ['-.5', '-.5'],
  ['1e3', '1e3'],
  ['1.0e+3', 1000],
  ['1.0e3', '1.0e3'],
  ['0.1_0', 0.1],
  ['1.2.3', '1.2.3'],
  ['2024-01-02', '2024-01-02'],
  ['2024-01-02 03:04:05', '2024-01-02T03:04:05'],
  ['2001-12-14t21:59:43.10-05:00', '2001-12-14T21:59:43.100000-05:00'],
  ['2001-12-14 21:59:43Z', '2001-12-14T21:59:43+00:00'],
  ['2001-12-14 21:59:43.123456789 +5:30', '2001-12-14T21:59:43.123456+05:30'],
  // Ansible has infinite and endless numbers; JSON and JavaScript have not.
  ['123456789012345678901', '123456789012345678901'],
  ['.inf', '.inf'],
  ['.nan', '.nan'],
];

t.test('plain values have the types that PyYAML gives them', async (t) => {
  for (const [text, value] of SCALARS) t.strictSame(readYamlScalar(text).value, value, `"${text}"`);
});

function load(t: Test, text: string, secrets?: SecretSource) {
  return loadInventory(['hosts.yml'], { workingDirectory: t.testdir({ 'hosts.yml': text }), secrets });
}

t.test('groups, ranges, ports, aliases and merges, each value with its line', async (t) => {
  const { inventory, warnings } = await load(
    t,
    `---
all:
  vars: &defaults
    colour: blue
    size: 1
  children:
    web:
      hosts:
        web[1:2]:2222:
          <<: *defaults
          size: 2
        lonely:
    empty:
    named: {hosts: web1, children: inner}
`,
  );
  t.strictSame(JSON.parse(JSON.stringify(inventory.host('web2').vars)), {
    colour: 'blue',
    size: 2,
    ansible_port: 2222,
  });
  t.strictSame(inventory.host('web1').groups, ['named', 'web']);
  t.strictSame(inventory.host('lonely').vars, { colour: 'blue', size: 1 });
  t.strictSame(inventory.children('named'), ['inner']);
  t.match(inventory.explain('web1').get('size'), {
    origin: { source: 'hosts.yml', line: 11 },
    overrode: { origin: { line: 5 }, level: 'all' },
  });
  t.same(warnings, []);
});

const EXAMPLE = 'write a group as web: {hosts: {web1: {}}, vars: {port: 80}, children: {}}';
const MISTAKES: readonly (readonly [string, ...(string | RegExp)[]])[] = [
  ['', `hosts.yml:1: this is empty, but an inventory is a mapping of groups → ${EXAMPLE}`],
  ['- web1\n', `hosts.yml:1: this is a list, but an inventory is a mapping of groups → ${EXAMPLE}`],
  ['web1\n', `hosts.yml:1: this is text, but an inventory is a mapping of groups → ${EXAMPLE}`],
  ['web:\n  - web1\n', `hosts.yml:1: the group "web" is a list, but a group is a mapping → ${EXAMPLE}`],
  [
    'web:\n  hosts:\n    - web1\n',
    'hosts.yml:2: hosts of the group "web" is a list, but must be a mapping → write them as keys: hosts: {name: {}}, or a line "name:" each',
  ],
  ['web:\n  vars: text\n', 'hosts.yml:2: vars of the group "web" is text, but must be a mapping → write name: value'],
  [
    'web:\n  host:\n    web1:\n',
    'hosts.yml:2: the group "web" has no use for "host" (did you mean "hosts"?) → the hosts of a group stand under "hosts:"',
  ],
  [
    'web:\n  hosts:\n    web1: 5\n    2:\n    "a[1":\n',
    'hosts.yml:3: the host "web1" is a number, but what is said of a host is a mapping of variables → write web1: {name: value}',
    'hosts.yml:4: 2 is no name here, since it is no text → put quotes around it',
    /^hosts.yml:5: "a\[1" has brackets that are no range/,
  ],
  [
    'web:\n  hosts:\n    "":\n    "a\\nb":\n',
    'hosts.yml:3: a host has an empty name',
    /^hosts.yml:4: "a\nb" is no host name: it has a line end or another control character in it/,
  ],
  ['plugin: constructed\n', /^hosts.yml:1: this sets up an inventory plugin of Ansible, and is no inventory/],
  ['web:\n\thosts:\n', 'hosts.yml:2: this is no YAML: Tabs are not allowed as indentation → indent with spaces'],
  ['web: {hosts: {a: }\n', /^hosts.yml:2: this is no YAML: Flow map/],
  ['a:\n---\nb:\n', 'hosts.yml:2: there are several documents in it → keep one document a file'],
  ['a: *b\n', /^hosts.yml:1: \*b has no anchor/],
  ['a: &a [*a]\n', /^hosts.yml:1: \*a has no anchor/],
  ['a: !vualt x\n', /^hosts.yml:1: the tag !vualt is not known \(did you mean "!vault"\?\)/],
  ['a: !!int text\n', 'hosts.yml:1: !!int is not for a value like this'],
  ['a: {{ x }}\n', /^hosts.yml:1: a key is neither a list nor a mapping/],
  ['a: {<<: 3}\n', 'hosts.yml:1: << takes a mapping, or a list of mappings'],
  ['all: {children: {all: }}\n', /^hosts.yml:1: "all" cannot be a child of "all"/],
];

t.test('pain 13: an inventory that cannot be parsed is refused, with file and line', async (t) => {
  for (const [text, ...expected] of MISTAKES) {
    t.match(await refused(() => load(t, text)), expected, JSON.stringify(text));
  }
});

t.test('aliases that multiply are no way to fill the memory, nor are brackets', async (t) => {
  const bomb = ['a: &l0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 12; level++) bomb.push(`b${level}: &l${level} [${`*l${level - 1}, `.repeat(10)}]`);
  t.match(await refused(() => load(t, `all:\n  vars:\n    ${bomb.join('\n    ')}\n`)), [/multiply without measure/]);
  t.match(await refused(() => load(t, `all: ${'['.repeat(50_000)}`)), [/nested too deeply|no YAML/]);
});

t.test('pain 16: values that are not what they look like are warned of, many of a kind once', async (t) => {
  const text = `all:
  vars:
    flag: yes
    country: no
    mode: 0777
    version: 1.10
    duration: 1:30
    template: "{{ other }}"
    api_token: 0123
    fine: true
    quoted: "yes"
    ansible_port: 0022
    on: 1
    dict: {yes: 1}
    list: [010]
    big: 123456789012345678901
  hosts: {h: {}}
`;
  const quotes = 'if it is meant to be text, put quotes around it';
  const { warnings } = await load(t, text);
  t.strictSame(told(warnings), [
    `hosts.yml:3: flag: yes is the boolean true → ${quotes}, else write true`,
    `hosts.yml:4: country: no is the boolean false → ${quotes}, else write false`,
    `hosts.yml:5: mode: 0777 is the number 511, and 5 more like it → ${quotes}`,
    'hosts.yml:8: template: {{ other }} is text: garden has no templates in its inventory → write the value itself, or compute it in TypeScript',
    'hosts.yml:14: dict: the key "yes" is no text; it becomes "true" → put quotes around it',
  ]);
});

t.test('a key that is there twice is warned of, and the last one counts', async (t) => {
  const { inventory, warnings } = await load(t, 'all:\n  hosts:\n    h:\n      a: 1\n      a: 2\n');
  t.equal(inventory.host('h').vars.a, 2);
  t.same(told(warnings), ['hosts.yml:5: the key "a" is there twice; the last one counts → take one of them out']);
});

/** Decrypts `$ANSIBLE_VAULT;…` of which the lines behind the header are the clear text. */
const secrets: SecretSource = {
  async decrypt(text, label) {
    if (label === 'lost') throw new GardenError('no password for "lost"', { hint: 'give one' });
    return text.split('\n').slice(1).join('\n').trim();
  },
  async find(name) {
    if (name === 'mail/dkim') return new Secret('the key');
    throw new GardenError(`the vault has no secret "${name}"`);
  },
};

t.test('encrypted values and secrets of the vault are secrets wherever they stand', async (t) => {
  const text = `all:
  hosts:
    h:
      ansible_become_password: !vault |
        $ANSIBLE_VAULT;1.1;AES256
        hunter2
      ansible_user: !vault |
        $ANSIBLE_VAULT;1.2;AES256;prod
        admin
      deep: {list: [!secret mail/dkim, !unsafe "{{ x }}"]}
`;
  const { inventory, warnings } = await load(t, text, secrets);
  const { vars, become, connection } = inventory.host('h');
  t.equal(become.password?.reveal(), 'hunter2');
  t.equal(connection.user, 'admin');
  t.match(vars.ansible_become_password, Secret);
  t.equal(JSON.stringify(vars.deep), '{"list":["***","{{ x }}"]}');
  t.same(warnings, []);
});

t.test('a file that is encrypted as a whole holds only secrets', async (t) => {
  const folder = t.testdir({
    hosts: 'h\n',
    group_vars: { all: { 'vault.yml': '$ANSIBLE_VAULT;1.1;AES256\na: hunter2\nb: {c: [deep, 1, true]}\n' } },
  });
  const { inventory } = await loadInventory(['hosts'], { workingDirectory: folder, secrets });
  const { a } = inventory.host('h').vars;
  t.ok(a instanceof Secret && a.reveal() === 'hunter2');
  t.equal(JSON.stringify(inventory.host('h').vars), '{"a":"***","b":{"c":["***",1,true]}}');
  t.match(inventory.explain('h').get('b')?.origin, { source: 'group_vars/all/vault.yml' });
});

t.test('secrets that are not there are told at their place, and none is shown', async (t) => {
  const text = `all:
  vars:
    a: !vault |
      $ANSIBLE_VAULT;1.2;AES256;lost
      hunter2
    b: !secret mail/dikm
    c: !vault hunter2
`;
  t.same(await refused(() => load(t, text, secrets)), [
    'hosts.yml:7: an encrypted value begins with $ANSIBLE_VAULT; → encrypt it again',
    'hosts.yml:3: no password for "lost" → give one',
    'hosts.yml:6: the vault has no secret "mail/dikm"',
  ]);
  t.match(await refused(() => load(t, text)), [
    'hosts.yml:3: this is encrypted with Ansible Vault, and cannot be read here',
    'hosts.yml:6: the secret "mail/dikm" cannot be read here',
    /hosts.yml:7/,
  ]);
  const broken = '$ANSIBLE_VAULT;1.1;AES256\npassword: "hunter2\n';
  const found = (await refused(() => load(t, broken, secrets))).join('\n');
  t.match(found, /no YAML/);
  t.notMatch(found, /hunter2/);
});
