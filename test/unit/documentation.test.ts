import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t from 'tap';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DOCUMENTS = ['README.md', 'docs/concepts.md', 'docs/secrets.md'];

/** A block of TypeScript in a document. */
interface Example {
  /** `README.md:51`, of its first line. */
  readonly place: string;
  readonly code: string;
}

function examplesIn(document: string): Example[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(({ 1: code = '', index }) => ({
    place: `${document}:${text.slice(0, index).split('\n').length + 1}`,
    code,
  }));
}

/** The code with its imports, which a document shows once and later examples leave out. */
function withImports(code: string, names: readonly string[]): string {
  if (/^import /m.test(code)) return code;
  const used = names.filter((name) => new RegExp(`(?<![.\\w'-])${name}(?=[(\`.])`).test(code));
  return `import { ${used.join(', ')} } from 'walled-garden'; ${code}`;
}

const examples = DOCUMENTS.flatMap(examplesIn);

t.test('what the documents show compiles', async (t) => {
  const names = Object.keys(await import('../../lib/index.ts'));
  const folder = join(ROOT, '.tap', `documentation-${process.pid}`);
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await mkdir(folder, { recursive: true });
  const settings = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      rootDir: '../..',
      // Examples end where their point is made: what they name need not be used.
      noUnusedLocals: false,
      paths: { 'walled-garden': ['../../lib/index.ts'], 'walled-garden/roles': ['../../roles/index.ts'] },
    },
    include: ['.'],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  for (const { place, code } of examples) {
    await writeFile(join(folder, `${place.replace(/[/:]/g, '_')}.ts`), `${withImports(code, names)}\nexport {};\n`);
  }
  t.ok(examples.length >= 3, `${examples.length} examples`);
  const { exitCode, stdout } = await execa(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], {
    reject: false,
    cwd: folder,
  });
  t.equal(exitCode, 0, stdout);
});
