// Builds dist/ from lib/ and roles/: three entry points that share their modules, so that a playbook's
// `import 'walled-garden'` and the command line meet in the same classes.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const stamp = join(root, 'dist/.built');

/** The newest change below a folder, in milliseconds since the epoch. */
function newest(folder) {
  return Math.max(
    0,
    ...readdirSync(folder, { recursive: true, withFileTypes: true }).map(
      (entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs,
    ),
  );
}

/** Whether dist/ is older than what it is made from. */
export function isStale() {
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  return ['lib', 'roles'].some((folder) => newest(join(root, folder)) > built);
}

/** A package's licence, which goes where its code goes. */
function licence(name) {
  const folder = join(root, 'node_modules', name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.md|\.txt)?$/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence to be passed on`);
  return `/*! ${name}\n${readFileSync(join(folder, file), 'utf8')}*/`;
}

/**
 * zod in one file: it consists of a hundred, and to open them takes longer than all that is done with them. Who writes
 * `import 'zod'` in a playbook gets the same one, see lib/cli/module/package-imports.ts.
 */
const oneFileZod = {
  name: 'one-file-zod',
  setup(build) {
    build.onResolve({ filter: /^zod$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: './zod.js', external: true },
    );
  },
};

/** Small libraries that nearly every command needs: in dist they cost no files of their own to be found and opened. */
const BUNDLED = ['commander', 'get-east-asian-width', 'ini'];

/** What stays a package: it is large and seldom needed, or has parts that are no JavaScript. */
function external() {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.keys(dependencies).filter((name) => name !== 'zod' && !BUNDLED.includes(name));
}

/** Libraries that were made for CommonJS ask for Node's modules by `require`. */
const REQUIRE =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

/** Bundles the code; with `types`, also writes the declarations that users' projects are checked against. */
export async function build({ types = false } = {}) {
  const { build: bundle } = await import('esbuild');
  const started = new Date();
  // A garden that runs at this moment may yet load a part of the old build, so only a release begins with nothing.
  if (types) rmSync(join(root, 'dist'), { recursive: true, force: true });
  const options = {
    absWorkingDir: root,
    outdir: 'dist',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  };
  await Promise.all([
    bundle({
      ...options,
      entryPoints: { cli: 'lib/cli/main.ts', index: 'lib/index.ts', roles: 'roles/index.ts' },
      splitting: true,
      external: external(),
      plugins: [oneFileZod],
      banner: { js: REQUIRE },
      // Names stay as they are: errors tell them.
      minifyWhitespace: true,
      minifySyntax: true,
      sourcemap: true,
      sourcesContent: false,
    }),
    bundle({ ...options, entryPoints: { zod: 'zod' }, minify: true, banner: { js: licence('zod') } }),
  ]);
  writeFileSync(join(root, 'dist/LICENSES'), BUNDLED.map(licence).join('\n\n'));
  if (types) execFileSync('npx', ['tsc', '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' });
  writeFileSync(stamp, `${started.toISOString()}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build({ types: process.argv.includes('--types') });
