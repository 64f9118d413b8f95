// Builds dist/ from lib/ and roles/: three entry points that share their modules, so that a playbook's
// `import 'walled-garden'` and the command line meet in the same classes.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

/** Bundles the code; with `types`, also writes the declarations that users' projects are checked against. */
export async function build({ types = false } = {}) {
  const { build: bundle } = await import('esbuild');
  const started = new Date();
  // A garden that runs at this moment may yet load a part of the old build, so only a release begins with nothing.
  if (types) rmSync(join(root, 'dist'), { recursive: true, force: true });
  await bundle({
    absWorkingDir: root,
    entryPoints: { cli: 'lib/cli/main.ts', index: 'lib/index.ts', roles: 'roles/index.ts' },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
  if (types) execFileSync('npx', ['tsc', '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' });
  writeFileSync(stamp, `${started.toISOString()}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build({ types: process.argv.includes('--types') });
