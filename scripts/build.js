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

const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** esbuild is a program of its own; zx is there for playbooks. */
const LIBRARIES = Object.keys(dependencies).filter((name) => !['esbuild', 'zx'].includes(name));

const fileOf = (name) => name.replace(/^@/, '').replace('/', '-');

/**
 * Libraries are read from one file each: they consist of hundreds, and to open them takes longer than all that is done
 * with them. Who writes `import 'zod'` in a playbook gets the same zod, see lib/cli/module/package-imports.ts.
 */
const fromLibraries = {
  name: 'from-libraries',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path }) =>
      LIBRARIES.includes(path) ? { path: `./libraries/${fileOf(path)}.js`, external: true } : undefined,
    );
  },
};

/** Makes a library's file export by name what Node finds in it, also where it is CommonJS. */
const libraryEntries = {
  name: 'library-entries',
  setup(build) {
    build.onResolve({ filter: /^library:/ }, ({ path }) => ({
      path: path.slice('library:'.length),
      namespace: 'library',
    }));
    build.onLoad({ filter: /.*/, namespace: 'library' }, async ({ path }) => {
      // @peculiar/x509 asks for it while it is read.
      await import('reflect-metadata');
      const names = Object.keys(await import(path)).filter((name) => name !== 'module.exports');
      return { contents: `export { ${names.join(', ')} } from ${JSON.stringify(path)};`, resolveDir: root };
    });
    // Made for the machine that it is installed on, so it stays where it is; ssh2 does without where it is not there.
    build.onResolve({ filter: /\/sshcrypto\.node$/ }, () => ({
      path: 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node',
      external: true,
    }));
  },
};

/** The licences of the packages that these files come from: they go where the code goes. */
function licences(files) {
  const folders = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  return [...new Set(folders)]
    .filter((folder) => folder !== undefined)
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      const texts = readdirSync(join(root, folder)).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
      const words = texts.map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
      return [`${name} ${version} (${license})`, ...words].join('\n\n');
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`);
}

async function bundleLibraries(bundle, options) {
  const { metafile } = await bundle({
    ...options,
    outdir: 'dist/libraries',
    entryPoints: Object.fromEntries(LIBRARIES.map((name) => [fileOf(name), `library:${name}`])),
    plugins: [libraryEntries],
    external: ['cpu-features'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    // What CommonJS has by itself.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url), __dirname = import.meta.dirname;",
    },
    metafile: true,
  });
  writeFileSync(join(root, 'dist/libraries/LICENSES.txt'), `${licences(Object.keys(metafile.inputs))}\n`);
}

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
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  };
  await Promise.all([
    bundle({
      ...options,
      entryPoints: { cli: 'lib/cli/main.ts', index: 'lib/index.ts', roles: 'roles/index.ts' },
      packages: 'external',
      plugins: [fromLibraries],
      // Names stay as they are: errors tell them.
      minifySyntax: true,
      minifyWhitespace: true,
      sourcemap: true,
      sourcesContent: false,
    }),
    bundleLibraries(bundle, options),
  ]);
  if (types) execFileSync('npx', ['tsc', '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' });
  writeFileSync(stamp, `${started.toISOString()}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build({ types: process.argv.includes('--types') });
