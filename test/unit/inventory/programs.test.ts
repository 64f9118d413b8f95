import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { loadInventory } from '../../../lib/inventory/index.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { refused, told } from './support.ts';

/** Makes an inventory of a program, and reads it. */
function load(t: Test, script: string, secrets?: Parameters<typeof loadInventory>[1]['secrets']) {
  const workingDirectory = t.testdir({ program: script });
  chmodSync(join(workingDirectory, 'program'), 0o755);
  return loadInventory(['program'], { workingDirectory, secrets });
}

/** A program that prints this for `--list`. */
function printing(answer: unknown): string {
  return `#!/bin/sh\ncat <<'END'\n${JSON.stringify(answer)}\nEND\n`;
}

t.test('groups are lists or objects, or a host with variables; _meta has those of hosts', async (t) => {
  const { inventory, warnings } = await load(
    t,
    printing({
      web: { hosts: ['w1', 'w2'], vars: { port: 80 }, children: ['inner'] },
      list: ['w1'],
      solo: { ansible_host: '10.0.0.9' },
      _meta: { hostvars: { w1: { port: 8080, list: [1, { a: null }] }, stray: {}, w2: {} } },
    }),
  );
  t.strictSame(inventory.host('w1').vars, { port: 8080, list: [1, { a: null }] });
  t.strictSame(inventory.host('w1').groups, ['list', 'web']);
  t.equal(inventory.host('solo').address, '10.0.0.9');
  t.strictSame(inventory.host('solo').groups, ['solo']);
  t.strictSame(inventory.children('web'), ['inner']);
  t.same(
    told(warnings).filter((line) => !/both a host and a group/.test(line)),
    ['program: _meta.hostvars has "stray", which is in no group, so it is left out'],
  );
});

t.test('without _meta every host is asked for, some at a time; no answer is no variables', async (t) => {
  const hosts = Array.from({ length: 30 }, (_, index) => `h${index}`);
  const script = `#!/bin/sh
case $1 in
--list) echo '${JSON.stringify({ all: { hosts } })}' ;;
--host) [ "$2" = h7 ] || echo "{\\"name\\": \\"$2\\"}" ;;
esac
exit 0
`;
  const { inventory } = await load(t, script);
  t.strictSame(
    inventory.all.map(({ vars }) => vars.name),
    hosts.map((host) => (host === 'h7' ? undefined : host)),
  );
});

t.test('encrypted values in JSON are secrets', async (t) => {
  const answer = {
    g: {
      hosts: ['h'],
      vars: { a: { __ansible_vault: '$ANSIBLE_VAULT;1.1;AES256\nx' }, b: { __ansible_unsafe: '{{' } },
    },
  };
  const { inventory } = await load(t, printing({ ...answer, _meta: { hostvars: {} } }), {
    decrypt: async () => 'hunter2',
    find: async () => new Secret(''),
  });
  const { a, b } = inventory.host('h').vars;
  t.ok(a instanceof Secret && a.reveal() === 'hunter2');
  t.equal(b, '{{');
});

t.test('what a program complains of is told, though it did its work', async (t) => {
  const { warnings } = await load(t, `${printing({ g: ['h'], _meta: { hostvars: {} } })}echo 'slow today' >&2\n`);
  t.same(told(warnings), ['program: --list: it says: slow today']);
});

const SHAPE = 'a group is a list of hosts, or {"hosts": ["web1"], "vars": {}, "children": []}';
const FAILURES: readonly (readonly [string, ...(string | RegExp)[]])[] = [
  [
    '#!/bin/sh\necho one >&2\necho no token >&2\nexit 3\n',
    'program: --list: the program ended with exit status 3; it says: one\nno token',
  ],
  ['#!/bin/sh\nkill -9 $$\n', 'program: --list: the program was ended by SIGKILL'],
  ['#!/nowhere/python\n', /^program: --list: the program cannot be started → see that what its first line names/],
  ['#!/bin/sh\n', 'program: --list: the program prints nothing'],
  [
    '#!/bin/sh\nprintf \'{\\n"password": hunter2}\'\n',
    /^program: --list: what the program prints is no JSON(?!.*hunter2)/,
  ],
  [printing([1]), 'program: --list: what the program prints is no JSON object'],
  [
    printing({ web: { hosts: 'w1', vars: [1] }, g: 5, h: { children: [1] }, _meta: { hostvars: { w1: [] } } }),
    `program: web.hosts: this must be a list of names → ${SHAPE}`,
    `program: web.vars: this must be an object of variables → ${SHAPE}`,
    `program: g.hosts: this must be a list of names → ${SHAPE}`,
    `program: h.children[0]: this must be a name → ${SHAPE}`,
    /^program: _meta.hostvars.w1: this must be an object of variables/,
  ],
];

t.test('what is wrong with a program or its answer is told', async (t) => {
  for (const [script, ...expected] of FAILURES) t.match(await refused(() => load(t, script)), expected, script);
});

t.test('a program that gives no answer is ended, and what it said is told', async (t) => {
  const workingDirectory = t.testdir();
  const script = '#!/bin/sh\necho waiting for the cloud >&2\nexec sleep 60\n';
  writeFileSync(join(workingDirectory, 'program'), script, { mode: 0o755 });
  t.same(await refused(() => loadInventory(['program'], { workingDirectory, programTimeout: 500 })), [
    'program: --list: the program gave no answer within 0.5 seconds; it says: waiting for the cloud',
  ]);
});

t.test('a program that leaves its output open behind it does not hold garden up', async (t) => {
  const started = performance.now();
  const found = await refused(() => load(t, '#!/bin/sh\nsleep 60 &\nexit 3\n'));
  t.match(found, [/exit status 3/]);
  t.ok(performance.now() - started < 30_000);
});

t.test('a program must be one that may be executed; a text with the bit is read as text', async (t) => {
  const workingDirectory = t.testdir({
    program: '#!/bin/sh\n',
    hosts: 'web1\n',
    'hosts.yml': 'all: {hosts: {web2: }}\n',
  });
  for (const name of ['hosts', 'hosts.yml']) chmodSync(join(workingDirectory, name), 0o755);
  t.same(await refused(() => loadInventory(['program'], { workingDirectory })), [
    'program: this is a program, but it may not be executed → if it prints the inventory: chmod +x program',
  ]);
  const { inventory } = await loadInventory(['hosts', 'hosts.yml'], { workingDirectory });
  t.same(
    inventory.all.map(({ name }) => name),
    ['web1', 'web2'],
  );
});

t.test('nothing of an answer can reach into the objects of the language', async (t) => {
  const workingDirectory = t.testdir();
  const text =
    '{"g": {"hosts": ["h"], "vars": {"__proto__": {"polluted": 1}}}, "__proto__": ["x"], "_meta": {"hostvars": {"h": {"constructor": 1}}}}';
  writeFileSync(join(workingDirectory, 'program'), `#!/bin/sh\necho '${text}'\n`, { mode: 0o755 });
  const { inventory } = await loadInventory(['program'], { workingDirectory });
  t.strictSame(Object.entries(inventory.host('h').vars), [['constructor', 1]]);
  t.notOk('polluted' in {});
});
