import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t, { type Test } from 'tap';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The schema of a project; its types are the types of all variables. */
const SCHEMA = `import { z } from 'zod';
export const hostVars = z.object({ mail_domain: z.string(), release: z.number().default(1), degraded: z.boolean() });
declare module 'walled-garden' {
  interface HostVars extends z.infer<typeof hostVars> {}
}
`;
const HEAD = `import { command, inventory, play, playbook, probe, Secret, sh, task } from 'walled-garden';
import { z } from 'zod';
import { hostVars } from './host-vars.ts';
`;

/** Code, and what the compiler says of it; nothing where it compiles. */
type Case = readonly [name: string, code: string, error?: RegExp];

const inventories: readonly Case[] = [
  [
    'right',
    "inventory({ user: 'a', hosts: { h: { port: 22, vars: { release: 2 } } }, groups: { g: { groups: ['x'] } } });",
  ],
  ['a list of names', "inventory({ groups: { web: { hosts: ['web[1:3]'] } } });"],
  [
    'a wrong key',
    "inventory({ hosts: { h: { adress: 'x' } } });",
    /'adress' does not exist in type|Did you mean.*'address'/,
  ],
  ['a wrong type', "inventory({ hosts: { h: { port: '22' } } });", /'string' is not assignable to type 'number'/],
  ['a wrong word', "inventory({ connection: 'shh' });", /"shh"' is not assignable/],
  ['a password in the open', "inventory({ password: 'x' });", /'string' is not assignable to type 'Secret'/],
  ['an unknown variable', "inventory({ vars: { mail_domian: 'x' } });", /'mail_domian' does not exist|Did you mean/],
  [
    'a variable of a wrong type',
    "inventory({ groups: { g: { vars: { release: 'x' } } } });",
    /'string' is not assignable/,
  ],
  ['a schema of its own', 'inventory({ hostVars: z.object({ size: z.number() }), vars: { size: 1 } });'],
  [
    'its own schema decides',
    'inventory({ hostVars: z.object({ size: z.number() }), hosts: { h: { vars: { sise: 1 } } } });',
    /'sise' does not exist|Did you mean/,
  ],
];

const variables: readonly Case[] = [
  ['a text', 'const text: string = VARS.mail_domain;'],
  ['one with a default is there', 'const release: number = VARS.release;'],
  ['an unknown one', 'VARS.mail_domian;', /'mail_domian' does not exist.*Did you mean 'mail_domain'/],
  ['one of another type', 'const release: string = VARS.release;', /'number' is not assignable to type 'string'/],
];

const conditions: readonly Case[] = [
  ['a boolean', "task('x', command('true'), { when: ({ vars }) => vars.degraded });"],
  ['a comparison', "task('x', command('true'), { when: ({ vars }) => vars.release > 1 && vars.mail_domain !== '' });"],
  [
    'a text',
    "task('x', command('true'), { when: ({ vars }) => vars.mail_domain });",
    /'string' is not assignable to type 'boolean'/,
  ],
  [
    'a number',
    "task('x', command('true'), { when: ({ vars }) => vars.release });",
    /'number' is not assignable to type 'boolean'/,
  ],
  ['a text alone', "task('x', command('true'), { when: 'degraded' });", /'string' is not assignable to type/],
  ['nothing', "task('x', command('true'), { when: () => {} });", /'void' is not assignable to type 'boolean'/],
];

/** Compiles all cases at once. Resolves to what the compiler says of each. */
async function compile(cases: readonly Case[]): Promise<readonly string[]> {
  const folder = join(ROOT, '.tap', `types-${process.pid}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const settings = {
    extends: '../../tsconfig.json',
    compilerOptions: { rootDir: '../..', noUnusedLocals: false, paths: { 'walled-garden': ['../../lib/index.ts'] } },
    include: ['.'],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  await writeFile(join(folder, 'host-vars.ts'), SCHEMA);
  for (const [index, [, code]] of cases.entries()) await writeFile(join(folder, `case${index}.ts`), `${HEAD}${code}\n`);
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  const { stdout } = await execa(tsc, ['-p', folder, '--pretty', 'false'], { cwd: folder, reject: false });
  return cases.map((_, index) => {
    const [, ...said] = stdout.split(new RegExp(`^case${index}\\.ts`, 'm'));
    return said.map((text) => text.split(/^\S+\.ts\(/m)[0] ?? '').join('\n');
  });
}

/** The same code wherever a playbook has variables. */
const inPlaybooks: readonly Case[] = variables.flatMap(([name, code, error]) =>
  [
    `play('p', { hosts: 'all', tasks: ({ vars }) => { ${code.replaceAll('VARS', 'vars')} return []; } });`,
    `play('p', { hosts: 'all', tasks: ({ inventory }) => { ${code.replaceAll('VARS', "inventory.host('h').vars")} return []; } });`,
  ].map((made): Case => (error === undefined ? [name, made] : [name, made, error])),
);

t.test('pains 17 and 18, found by the compiler', async (t) => {
  const cases = [...inventories, ...inPlaybooks, ...conditions];
  const said = await compile(cases);
  const check = (t: Test, some: readonly Case[]): void => {
    for (const [name, code, error] of some) {
      const found = said[cases.findIndex((it) => it[1] === code)] ?? '';
      if (error === undefined) t.equal(found, '', name);
      else t.match(found, error, name);
    }
  };
  t.test('pain 17: typos in inventories and in variables do not compile', async (t) => {
    check(t, inventories);
    check(t, inPlaybooks);
  });
  t.test('pain 18: conditions are booleans, or they do not compile', async (t) => check(t, conditions));
});
