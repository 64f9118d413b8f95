import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import t, { type Test } from 'tap';
import { loadPlaybook } from '../../../lib/cli/playbooks/load-playbook.ts';
import { type Mistake, UsageError } from '../../../lib/model/errors.ts';
import type { Playbook } from '../../../lib/model/playbook.ts';

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const EMPTY = "import { playbook } from 'walled-garden';\nexport default playbook('Empty', []);\n";

type Files = Readonly<Record<string, string>>;

/** A project outside of the checkout. With `installed`, it has garden in its node_modules. */
function project(t: Test, files: Files, { installed = true } = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'garden project ')));
  t.teardown(() => rmSync(folder, { recursive: true }));
  if (installed) {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(CHECKOUT, join(folder, 'node_modules/walled-garden'));
  }
  write(folder, { 'package.json': '{ "name": "example", "type": "module" }', ...files });
  return folder;
}

function write(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** The mistakes that loading ends with; places without the folder. */
async function mistakes(folder: string, name = 'site.ts'): Promise<readonly Mistake[]> {
  try {
    await loadPlaybook(join(folder, name));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.mistakes.map(({ where, ...rest }) => ({
      ...rest,
      where: where?.replace(`${folder}/`, '').replace(`${relative(process.cwd(), folder)}/`, ''),
    }));
  }
  throw new Error('the playbook was loaded');
}

function firstPlay({ plays: [first] }: Playbook) {
  if (first === undefined) throw new Error('the playbook has no play');
  return first;
}

t.test('a playbook is loaded, and its places are those of the original lines', async (t) => {
  const folder = project(t, {
    'site.ts': `import { play, playbook } from 'walled-garden';
import { web } from './roles/web.ts';

interface Unused { readonly x: number }

export default playbook('Site', [
  play('Web', { hosts: 'web', tasks: [web()] }),
]);
`,
    'roles/web.ts': `import { barrier } from 'walled-garden';

export function web() {
  return barrier('here');
}
`,
  });
  const loaded = await loadPlaybook(join(folder, 'site.ts'));
  t.equal(loaded.name, 'Site');
  t.match(loaded.site.location, { file: join(folder, 'site.ts'), line: 6 });
  t.match(firstPlay(loaded).site.location, { file: join(folder, 'site.ts'), line: 7, column: 3 });
  const { tasks } = firstPlay(loaded).options;
  const [node] = Array.isArray(tasks) ? tasks : [];
  t.match(node.site.locations, [
    { file: join(folder, 'roles/web.ts'), line: 4 },
    { file: join(folder, 'site.ts'), line: 7 },
  ]);
});

t.test('every module has its own import.meta', async (t) => {
  const names = '[import.meta.url, import.meta.dirname, import.meta.filename]';
  const folder = project(t, {
    'site.ts': `import { playbook } from 'walled-garden';
import { here } from './a/b.ts';
const text = 'import.meta';
export default playbook(JSON.stringify([${names}, here(), text]), []); // import.meta.url`,
    'a/b.ts': `export const here = () => ${names};`,
  });
  const { name, site } = await loadPlaybook(join(folder, 'site.ts'));
  t.match(site.location, { line: 4, column: 16 }, 'it moves no line');
  const expected = (file: string) => [pathToFileURL(file).href, dirname(file), file];
  t.same(JSON.parse(name), [expected(join(folder, 'site.ts')), expected(join(folder, 'a/b.ts')), 'import.meta']);
});

t.test('a bundle is used again until something of it changes', async (t) => {
  const folder = project(t, {
    'site.ts':
      "import { playbook } from 'walled-garden';\nimport { NAME } from './name.ts';\nexport default playbook(NAME, []);\n",
    'name.ts': "export const NAME = 'one';",
  });
  const site = join(folder, 'site.ts');
  const bundles = () => readdirSync(join(folder, 'node_modules/.cache/garden')).filter((name) => name.endsWith('.mjs'));
  t.equal((await loadPlaybook(site)).name, 'one');
  t.equal((await loadPlaybook(site)).name, 'one');
  t.equal(bundles().length, 1);
  write(folder, { 'name.ts': "export const NAME = 'two';" });
  t.equal((await loadPlaybook(site)).name, 'two', 'an input changed, of the same length');
  t.equal(bundles().length, 2);
  for (const name of bundles()) rmSync(join(folder, 'node_modules/.cache/garden', name));
  t.equal((await loadPlaybook(site)).name, 'two', 'the bundle was taken away');
  write(folder, { 'name.ts': 'broken(' });
  t.match(await mistakes(folder), [{ where: 'name.ts:1:8' }]);
});

t.test(
  'without a node_modules above it the cache is the user\u2019s; packages are found from the project still',
  async (t) => {
    const cache = realpathSync(mkdtempSync(join(tmpdir(), 'garden-cache-')));
    const { XDG_CACHE_HOME: before } = process.env;
    process.env.XDG_CACHE_HOME = cache;
    t.teardown(() => {
      if (before === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = before;
      rmSync(cache, { recursive: true });
    });
    const library = project(t, {
      'index.ts':
        "import { NAME } from 'other';\nexport const playbook = { type: 'playbook', name: NAME, plays: [] };\n",
      'node_modules/other/package.json': '{ "name": "other", "type": "module", "exports": { "import": "./index.js" } }',
      'node_modules/other/index.js': "export const NAME = 'from a package';",
    });
    const folder = project(
      t,
      { 'site.ts': `export { playbook as default } from ${JSON.stringify(join(library, 'index.ts'))};\n` },
      { installed: false },
    );
    t.equal((await loadPlaybook(join(folder, 'site.ts'))).name, 'from a package');
    t.equal(readdirSync(join(cache, 'garden')).filter((name) => name.endsWith('.mjs')).length, 1);
  },
);

t.test('where node_modules is a link, places are those of the project all the same', async (t) => {
  const elsewhere = project(t, {});
  const folder = project(
    t,
    { 'site.ts': "import { playbook } from 'walled-garden';\n\nexport default playbook('Linked', []);\n" },
    { installed: false },
  );
  symlinkSync(join(elsewhere, 'node_modules'), join(folder, 'node_modules'));
  const { site } = await loadPlaybook(join(folder, 'site.ts'));
  t.match(site.location, { file: join(folder, 'site.ts'), line: 3 });
});

t.test('packages are found from the project, by the rules of their exports', async (t) => {
  const folder = project(t, {
    'site.ts':
      "import { playbook } from 'walled-garden';\nimport { NAME } from 'other/deep';\nexport default playbook(NAME, []);\n",
    'node_modules/other/package.json':
      '{ "name": "other", "exports": { "./deep": { "import": "./esm.mjs", "require": "./cjs.cjs" } } }',
    'node_modules/other/esm.mjs': "export const NAME = 'esm';",
    'node_modules/other/cjs.cjs': "exports.NAME = 'cjs';",
  });
  t.equal((await loadPlaybook(join(folder, 'site.ts'))).name, 'esm');
});

t.test('all errors of syntax and all imports that lead nowhere are told at once', async (t) => {
  const folder = project(t, {
    'site.ts': `import { playbook } from 'walled-garden';
import { a } from './rolls/a.ts';
import { b } from './roles/bb.ts';
import { c } from './roles/broken.ts';
import { d } from 'not-installed/deep';
import { e } from 'walled-garden/rolls';
import { f } from './roles/b.ts';
export default playbook('x', [a, b, c, d, e, f]);
`,
    'roles/b.ts': 'export const b = 1;\n',
    'roles/broken.ts': 'export const c = {\n\tx: 1;\n};\n',
  });
  t.match(
    new Map((await mistakes(folder)).map((mistake) => [mistake.where, mistake])),
    new Map([
      ['site.ts:2:19', { message: /^cannot find "\.\/rolls\/a\.ts": the folder .*rolls does not exist\nimport/ }],
      ['site.ts:3:19', { message: /^cannot find ".\/roles\/bb.ts" \(did you mean ".\/roles\/b.ts"\?\)\nimport/ }],
      [
        'site.ts:5:19',
        { message: /^cannot find the package "not-installed\/deep"/, hint: 'install it: npm install not-installed' },
      ],
      ['site.ts:6:19', { message: /^"walled-garden\/rolls" is nothing .*\(did you mean "walled-garden\/roles"\?\)/ }],
      ['roles/broken.ts:2:6', { message: 'Expected "}" but found ";"\n\tx: 1;\n\t    ^' }],
    ]),
  );
});

t.test('a name that a module does not export is told where it is imported', async (t) => {
  const folder = project(t, {
    'site.ts': `import {
  play as start,
  type Host,
  playbok,
  rolle,
} from 'walled-garden';
import { nothing } from './other.ts';
export default playbok('x', [start, rolle, nothing]);
`,
    'other.ts': "import { probee } from 'walled-garden';\nexport const nothing = probee;\n",
  });
  const found = await mistakes(folder);
  t.match(found, [
    { where: 'other.ts:1:10', message: '"walled-garden" does not export "probee" (did you mean "probe"?)' },
    { where: 'site.ts:4:3', message: '"walled-garden" does not export "playbok" (did you mean "playbook"?)' },
    { where: 'site.ts:5:3', message: '"walled-garden" does not export "rolle" (did you mean "role"?)' },
  ]);
  t.equal(found.length, 3);
  t.same(await mistakes(folder), found, 'from the cache too');
});

t.test('an exception while it ran is a message and a place, without a stack trace', async (t) => {
  const run = async (body: string) => {
    const folder = project(t, {
      'site.ts': `import { milliseconds, playbook } from 'walled-garden';\nimport { run } from './run.ts';\nrun();\nexport default playbook('x', []);\n`,
      'run.ts': `import { milliseconds } from 'walled-garden';\n\nexport function run(): void {\n  ${body}\n}\n`,
    });
    return mistakes(folder);
  };
  t.same(await run("throw new Error('no such certificate');"), [
    { where: 'run.ts:4:9', message: 'no such certificate' },
  ]);
  t.same(await run('JSON.parse(String(undefined)).x;'), [
    { where: 'run.ts:4:8', message: 'SyntaxError: "undefined" is not valid JSON' },
  ]);
  t.same(await run('null.x;'), [
    { where: 'run.ts:4:8', message: "TypeError: Cannot read properties of null (reading 'x')" },
  ]);
  t.match(await run("milliseconds('5 days');"), [
    { where: 'run.ts:4:3', message: '"5 days" is not a duration: write 500ms, 30s, 5m or 2h' },
  ]);
  t.match(await run("throw 'a text';"), [{ where: 'site.ts', message: 'this was thrown: a text' }]);
});

t.test('what is no playbook is said to be what it is', async (t) => {
  const load = (text: string) => mistakes(project(t, { 'site.ts': text }));
  const hint = /^end it with: export default playbook\(/;
  t.match(await load('export const x = 1;'), [
    { where: 'site.ts', message: 'the playbook has no default export', hint },
  ]);
  t.match(await load("import { play } from 'walled-garden';\nexport default play('x', { hosts: 'all' });"), [
    { message: 'the default export is a play, not a playbook', hint },
  ]);
  t.match(await load('export default [];'), [{ message: 'the default export is a list, not a playbook' }]);
  t.match(await load('export default null;'), [{ message: 'the default export is null, not a playbook' }]);
  t.match(await load('export default () => 1;'), [{ message: 'the default export is a function, not a playbook' }]);
});

t.test('a file that is not there comes with what is', async (t) => {
  const folder = project(t, { 'site.ts': EMPTY, 'patch.ts': EMPTY, 'types.d.ts': '' });
  t.match(await mistakes(folder, 'sight.ts'), [
    {
      message: /^there is no playbook ".*sight\.ts" \(did you mean ".*\/site\.ts"\?\)$/,
      hint: /patch\.ts, .*site\.ts$/,
    },
  ]);
  t.match(await mistakes(folder, '.'), [{ message: /is no file$/, hint: /site\.ts/ }]);
  t.match(await mistakes(folder, 'no/such/site.ts'), [{ message: /^there is no playbook/, hint: undefined }]);
});

t.test('a playbook of Ansible is told what a playbook is here', async (t) => {
  const folder = project(t, { 'site.yml': '- hosts: all\n' });
  t.match(await mistakes(folder, 'site.yml'), [
    { where: 'site.yml', message: 'this is no TypeScript module, as a playbook is', hint: /docs\/from-ansible\.md/ },
  ]);
});

t.test('a project without garden is told how to get it', async (t) => {
  const folder = project(t, { 'site.ts': EMPTY }, { installed: false });
  t.match(await mistakes(folder), [
    {
      where: 'site.ts:1:26',
      message: /^the package "walled-garden" is not installed where this file is/,
      hint: `in the project's folder (${folder}): npm install ${CHECKOUT}`,
    },
  ]);
});

t.test('a project with another garden than the running one is told so', async (t) => {
  const folder = project(t, { 'site.ts': EMPTY }, { installed: false });
  write(folder, {
    'node_modules/walled-garden/package.json':
      '{ "name": "walled-garden", "type": "module", "exports": { ".": "./i.js", "./package.json": "./package.json" } }',
    'node_modules/walled-garden/i.js': 'export const playbook = () => 1;',
  });
  t.match(await mistakes(folder), [
    { message: /has its own garden \(.*node_modules\/walled-garden\)/, hint: /npx garden/ },
  ]);
});

t.test('in this checkout garden is found by its own name', async (t) => {
  const folder = t.testdir({ 'site.ts': EMPTY });
  t.equal((await loadPlaybook(join(folder, 'site.ts'))).name, 'Empty');
});
