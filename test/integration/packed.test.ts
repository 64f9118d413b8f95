import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t from 'tap';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** As on a machine on which nothing of this checkout is known, and without colours. */
const ENVIRONMENT = { NO_COLOR: '1', TERM: 'dumb', NODE_OPTIONS: undefined, NODE_PATH: undefined };

async function run(folder: string, command: string, ...words: readonly string[]) {
  const { exitCode, stdout, stderr } = await execa(command, words, {
    cwd: folder,
    reject: false,
    env: ENVIRONMENT,
    stdin: 'ignore',
  });
  return { status: exitCode, stdout, stderr, all: `${stdout}\n${stderr}` };
}

/** A copy of the sources, so that packing, which builds anew, takes nothing away from who uses this checkout meanwhile. */
async function copySources(folder: string): Promise<void> {
  const { stdout } = await run(ROOT, 'git', 'ls-files', '--cached', '--others', '--exclude-standard', '-z');
  for (const path of stdout.split('\0').filter((name) => name !== '')) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    // A file may have been taken away and not be committed yet.
    await cp(join(ROOT, path), join(folder, path)).catch(() => undefined);
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

t.test('from a packed tarball: garden init, npm install, the types, a plan, a run', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'garden-packed-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const sources = join(folder, 'sources');
  await copySources(sources);
  const packed = await run(sources, 'npm', 'pack', '--silent', '--pack-destination', folder);
  t.equal(packed.status, 0, packed.all);
  const tarball = packed.stdout.trim().split('\n').at(-1) ?? '';
  t.match(tarball, /^walled-garden-.*\.tgz$/);

  const contents = (await run(folder, 'tar', '-tzf', tarball)).stdout;
  t.match(contents, /^package\/dist\/types\/lib\/index\.d\.ts$/m, 'the types are in it');
  t.notMatch(contents, /^package\/(?:lib|test|scripts|node_modules|\.)/m, 'sources and tests are not');

  // Begun by the packed garden itself, before anything is installed.
  await run(folder, 'tar', '-xzf', tarball);
  await symlink(join(ROOT, 'node_modules'), join(folder, 'package/node_modules'));
  const garden = join(folder, 'package/bin/garden.js');
  const init = await run(folder, process.execPath, garden, 'init', 'demo');
  t.equal(init.status, 0, init.all);

  const demo = join(folder, 'demo');
  const install = await run(demo, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', `../${tarball}`);
  t.equal(install.status, 0, install.all);

  await t.test(
    'it type-checks, and a mistyped parameter does not: pain 17: typos are told by the compiler',
    async (t) => {
      const types = await run(demo, 'npx', 'tsc', '--noEmit');
      t.equal(types.status, 0, types.all);
      const site = await readFile(join(demo, 'site.ts'), 'utf8');
      await writeFile(join(demo, 'typo.ts'), site.replace('greeting:', 'greting:'));
      const typo = await run(demo, 'npx', 'tsc', '--noEmit');
      t.not(typo.status, 0);
      t.match(typo.stdout, /typo\.ts.*greting/);
      await rm(join(demo, 'typo.ts'));
    },
  );

  await t.test('plan works at once; run changes, a second run does not', async (t) => {
    // Where the greeting goes: of this test alone.
    const greeting = join(folder, 'hello.txt');
    const role = join(demo, 'roles/hello/index.ts');
    await writeFile(role, (await readFile(role, 'utf8')).replace("'/tmp/hello.txt'", JSON.stringify(greeting)));
    const plan = await run(demo, 'npx', 'garden', 'plan', 'site.ts');
    t.equal(plan.status, 0, plan.all);
    t.match(plan.stdout, /^changed \| here \| hello : Write the greeting$/m);
    const first = await run(demo, 'npx', 'garden', 'run', 'site.ts');
    t.equal(first.status, 0, first.all);
    t.equal(await readFile(greeting, 'utf8'), 'Hello from here\n');
    const second = await run(demo, 'npx', 'garden', 'run', 'site.ts');
    t.match(second.stdout, /^ok \| here \| hello : Write the greeting$/m);
    t.match((await run(demo, 'npx', 'garden', 'doc', 'hello')).stdout, /Leaves a greeting on the host/);
    t.match((await run(demo, 'npx', 'garden', 'doc', 'haproxy')).stdout, /walled-garden\/roles/);
    t.match((await run(demo, 'npx', 'garden', 'list', 'site.ts')).stdout, /└─ role hello\n {3}└─ Write the greeting/);
  });

  await t.test('nothing is written over', async (t) => {
    const before = await readFile(join(demo, 'site.ts'), 'utf8');
    const again = await run(folder, process.execPath, garden, 'init', 'demo');
    t.equal(again.status, 5);
    t.match(again.stderr, /demo\/site\.ts: is there already/);
    t.match(again.stderr, /roles\/hello\/index\.ts: is there already\n {2}→ garden init writes over nothing/);
    t.equal(await readFile(join(demo, 'site.ts'), 'utf8'), before);
  });
});
