import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Each layer imports only from itself and those before it. */
const LAYERS = ['model', 'inventory', 'secrets', 'resources', 'transport', 'session', 'engine', 'report', 'lab', 'cli'];
/** Everything that `from '…'`, `import '…'` or `import('…')` names. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g;

function sources(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(ROOT, folder, name));
}

function importsOf(file: string): readonly string[] {
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, name = '']) => name);
}

t.test('a file of the library imports from its own layer and those before it', async (t) => {
  for (const file of sources('lib')) {
    const path = relative(join(ROOT, 'lib'), file);
    const own = LAYERS.indexOf(path.split('/')[0] ?? '');
    if (path === 'index.ts') continue;
    t.not(own, -1, `${path} stands in a layer`);
    for (const name of importsOf(file).filter((name) => name.startsWith('.'))) {
      const target = relative(join(ROOT, 'lib'), resolve(dirname(file), name));
      const layer = LAYERS.indexOf(target.split('/')[0] ?? '');
      if (layer === -1 || layer > own) t.fail(`${path} imports ${target}, which is in a later layer`);
    }
  }
});

t.test('roles and playbooks import only what the package exports', async (t) => {
  for (const folder of ['roles', 'playbooks']) {
    for (const file of sources(folder)) {
      for (const name of importsOf(file)) {
        const inside =
          name.startsWith('.') && !relative(join(ROOT, folder), resolve(dirname(file), name)).startsWith('..');
        const exported = name === 'walled-garden' || name === 'walled-garden/roles' || name === 'zod';
        t.ok(inside || exported, `${relative(ROOT, file)} imports ${name}`);
      }
    }
  }
});
