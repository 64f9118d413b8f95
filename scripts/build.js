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
  return `/*! ${name}\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8')}*/`;
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
      packages: 'external',
      plugins: [oneFileZod],
      sourcemap: true,
      sourcesContent: false,
    }),
    bundle({ ...options, entryPoints: { zod: 'zod' }, minify: true, banner: { js: licence('zod') } }),
  ]);
  if (types) execFileSync('npx', ['tsc', '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' });
  writeFileSync(stamp, `${started.toISOString()}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build({ types: process.argv.includes('--types') });
