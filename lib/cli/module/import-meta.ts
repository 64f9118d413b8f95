import { readFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Loader, Plugin } from 'esbuild';

const NAMES = { url: '__gardenUrl', dirname: '__gardenDirname', filename: '__gardenFilename' } as const;
const NAMESPACE = 'import-meta';
const LOADERS: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.jsx': 'jsx',
};

/** What `import.meta.url` and its like are called instead; goes with {@link importMeta}. */
export const importMetaNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(NAMES).map(([name, replacement]) => [`import.meta.${name}`, replacement]),
);

/**
 * In a bundle all modules share one `import.meta`. This gives each its own back: a module that mentions it imports its
 * three values from a made-up one. The import goes to the end of the file, where it moves no line and no column.
 */
export const importMeta: Plugin = {
  name: NAMESPACE,
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes('import.meta')) return undefined;
      const bindings = Object.entries(NAMES).map(([name, replacement]) => `${name} as ${replacement}`);
      const ending = `import { ${bindings.join(', ')} } from ${JSON.stringify(`${NAMESPACE}:${path}`)};`;
      return { contents: `${text}\n${ending}`, loader: LOADERS[extname(path)] ?? 'js' };
    });
    build.onResolve({ filter: new RegExp(`^${NAMESPACE}:`) }, ({ path }) => ({
      path: path.slice(NAMESPACE.length + 1),
      namespace: NAMESPACE,
    }));
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => {
      const values = { url: pathToFileURL(path).href, dirname: dirname(path), filename: path };
      const exported = Object.entries(values).map(
        ([name, value]) => `export const ${name} = ${JSON.stringify(value)};`,
      );
      return { contents: exported.join('\n'), loader: 'js' };
    });
  },
};
