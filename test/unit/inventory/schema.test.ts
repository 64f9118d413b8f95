import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { type LoadInventoryResult, loadInventory } from '../../../lib/inventory/index.ts';
import type { HostVarsSchema } from '../../../lib/model/host.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { refused, told } from './support.ts';

/** Loads one inventory, `hosts.ini` if not named otherwise, with a schema. */
function load(
  t: Test,
  schema: HostVarsSchema,
  text: string,
  { name = 'hosts.ini', extraVars = [] }: { readonly name?: string; readonly extraVars?: readonly string[] } = {},
): Promise<LoadInventoryResult> {
  const workingDirectory = t.testdir();
  writeFileSync(join(workingDirectory, name), text);
  return loadInventory([name], { workingDirectory, extraVars, playbook: Promise.resolve({ hostVars: schema }) });
}

/** What is written, what is wanted of it, and what it becomes. */
type Case = readonly [written: string, wanted: z.ZodType, value: unknown];

const cases: readonly Case[] = [
  ['8080', z.number(), 8080],
  ['8080', z.string(), '8080'],
  ['007', z.string(), '007'],
  ['007', z.number(), 7],
  ['1.10', z.string(), '1.10'],
  ['1_000', z.string(), '1_000'],
  ['1_000', z.number(), 1000],
  ['-1.5e3', z.number(), -1500],
  ['yes', z.string(), 'yes'],
  ['yes', z.boolean(), true],
  ['off', z.boolean(), false],
  ['True', z.boolean(), true],
  ['True', z.string(), 'True'],
  ['1', z.boolean(), true],
  ['None', z.string(), 'None'],
  ['None', z.null(), null],
  ['None', z.string().nullable(), null],
  ['8080', z.union([z.string(), z.number()]), 8080],
  ['8080', z.unknown(), 8080],
  ['8080', z.enum(['80', '8080']), '8080'],
  ['[1,2]', z.array(z.number()), [1, 2]],
  ['["a"]', z.array(z.string()), ['a']],
  ['{"a":1}', z.object({ a: z.number() }), { a: 1 }],
  ['5', z.number().default(1), 5],
  ['5', z.string().optional(), '5'],
  ['5', z.coerce.string(), '5'],
  [' a b ', z.string().transform((text) => text.trim()), 'a b'],
];

t.test('the schema decides the type of a value, not its look', async (t) => {
  for (const [written, wanted, value] of cases) {
    const schema = z.object({ x: wanted });
    const name = `${written} as ${wanted.type}`;
    const text = `[all]\nh\n[all:vars]\nx=${written}\n`;
    const { inventory, warnings } = await load(t, schema, text);
    t.strictSame(inventory.host('h').vars.x, value, name);
    t.same(warnings, [], `${name}: nobody is warned of its look`);
  }
});

t.test('-e is text, and is read as what is wanted', async (t) => {
  const schema = z.object({ port: z.number(), code: z.string(), on: z.boolean(), list: z.array(z.number()) });
  const extraVars = ['port=8080 code=007 on=yes list=[1,2]'];
  const { inventory } = await load(t, schema, 'h\n', { extraVars });
  t.same(inventory.host('h').vars, { port: 8080, code: '007', on: true, list: [1, 2] });
});

t.test('YAML too: what was written is kept where text is wanted', async (t) => {
  const schema = z.object({ version: z.string(), country: z.string(), mode: z.string(), port: z.number() });
  const text = 'all:\n  hosts:\n    h:\n      version: 1.10\n      country: no\n      mode: 0644\n      port: 8080\n';
  const { inventory, warnings } = await load(t, schema, text, { name: 'hosts.yml' });
  t.same(inventory.host('h').vars, { version: '1.10', country: 'no', mode: '0644', port: 8080 });
  t.same(told(warnings), []);
  const quoted = load(t, schema, text.replace('8080', '"8080"'), { name: 'hosts.yml' });
  t.match(await refused(() => quoted), [/^hosts.yml:7: port: expected number, received string/]);
});

t.test('a secret is made where one is wanted, and then nothing prints it', async (t) => {
  const schema = z.object({ token: z.instanceof(Secret), size: z.number() });
  const { inventory } = await load(t, schema, 'h token=1234 size=5\n');
  const { token } = inventory.host('h').vars;
  t.ok(token instanceof Secret && token.reveal() === '1234');
  t.equal(JSON.stringify(inventory.host('h').vars), '{"token":"***","size":5}');
});

t.test('defaults and settings', async (t) => {
  const schema = z.strictObject({ release: z.number().default(1), note: z.string().optional() });
  const { inventory } = await load(t, schema, 'a ansible_user=deploy\nb release=2\n');
  t.same(inventory.host('a').vars, { ansible_user: 'deploy', release: 1 }, 'settings are no strangers to a strict one');
  t.same(inventory.host('b').vars, { release: 2 });
  t.match(inventory.explain('a').get('release'), { level: 'default', origin: { source: 'hostVars' } });
});

t.test('what the playbook sets itself is there, and -e wins over it', async (t) => {
  const workingDirectory = t.testdir();
  const playbook = Promise.resolve({ hostVars: z.object({ x: z.number(), y: z.number() }), vars: { x: 1, y: 'b' } });
  const load = (e: string) => loadInventory(['h,'], { workingDirectory, extraVars: [e], playbook });
  const { inventory } = await load('y=2');
  t.same(inventory.host('h').vars, { y: 2 });
  t.same(await refused(() => load('z=2')), ["the playbook's vars: y: expected number, received string (host h)"]);
});

t.test('pain 17: a wrong variable is told with its host, its place and what was expected', async (t) => {
  const schema = z.strictObject({ mail_domain: z.string(), release: z.number(), zone: z.enum(['a', 'b']).optional() });
  const text = `[web]
web1 mail_domian=example.org
web[2:4]
[web:vars]
mail_domain=example.org
release=soon
zone=c
`;
  t.same(await refused(() => load(t, schema, text)), [
    'hosts.ini:6: release: expected number, received string; it is "soon" (host web1 and 3 more)',
    'hosts.ini:7: zone: Invalid option: expected one of "a"|"b"; it is "c" (host web1 and 3 more)',
    'hosts.ini:2: unknown variable "mail_domian" (did you mean "mail_domain"?) (host web1)',
  ]);
});

t.test('one that is missing is told with what was likely mistyped, where others are allowed', async (t) => {
  const schema = z.object({ mail_domain: z.string() });
  t.same(await refused(() => load(t, schema, 'web1 mail_domian=example.org\nweb2\n')), [
    'hosts.ini:1: variable "mail_domain" is missing (string) (host web1) → hosts.ini:1 sets "mail_domian": is that what was meant?',
    'hosts.ini:2: variable "mail_domain" is missing (string) (host web2)',
  ]);
});

t.test('secrets are not told, and a schema that throws is a mistake', async (t) => {
  const password = z.object({ db_password: z.number() });
  t.same(await refused(() => load(t, password, 'h db_password=hush\n')), [
    'hosts.ini:1: db_password: expected number, received string (host h)',
  ]);
  const throws = z.object({ x: z.number() }).refine(() => {
    throw new Error('out of order');
  });
  t.same(await refused(() => load(t, throws, 'h x=1\n')), [
    'hostVars: the schema cannot check it: out of order (host h)',
  ]);
  const later = z.object({ x: z.number().refine(async () => true) });
  t.match(await refused(() => load(t, later, 'h x=1\n')), [/^hostVars: the schema cannot check it: /]);
  const together = z.object({ x: z.number() }).refine(() => false, 'x and y do not go together');
  t.same(await refused(() => load(t, together, 'h x=1\n')), ['hosts.ini:1: x and y do not go together (host h)']);
});
