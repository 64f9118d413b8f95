import { existsSync, mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { EXIT, UsageError } from '../../model/errors.ts';
import { quote } from '../../model/script.ts';
import { errorText } from '../../model/thrown.ts';
import { harmlessLine } from '../../report/text.ts';
import type { Streams } from '../streams.ts';
import { type ProjectVersions, projectFiles } from '../templates/project.ts';
import { manifest } from '../version.ts';

const MANIFEST = z.object({
  engines: z.object({ node: z.string() }),
  dependencies: z.object({ zod: z.string() }),
  devDependencies: z.object({ '@types/node': z.string(), typescript: z.string() }),
});

/** The very versions that garden was made with, so that its types are the project's. */
function versions(): ProjectVersions {
  const { engines, dependencies, devDependencies } = MANIFEST.parse(manifest());
  return { node: engines.node, dependencies, devDependencies };
}

/** A name that npm takes for a package: lower case, and few characters. */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
  return name === '' ? 'garden-project' : name;
}

/** What npm is told to install: this very garden where it is a checkout, else the package by its name. */
function installable(): string {
  const folder = dirname(realpathSync(createRequire(import.meta.url).resolve('walled-garden/package.json')));
  return folder.includes('/node_modules/') ? '<the walled-garden-….tgz that garden came in>' : quote(folder);
}

/** @throws UsageError where the folder is none, or has files that would be written over. */
function checkFree(folder: string, given: string, paths: Iterable<string>): void {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isDirectory())
    throw new UsageError(`"${given}" is there already, and is no folder`);
  const taken = [...paths].filter((path) => existsSync(join(folder, path)));
  if (taken.length === 0) return;
  const mistakes = taken.map((path) => ({ where: join(given, path), message: 'is there already' }));
  const last = mistakes.pop();
  if (last === undefined) return;
  throw new UsageError([
    ...mistakes,
    { ...last, hint: 'garden init writes over nothing: name another folder, or move these files away' },
  ]);
}

/** Makes a folder and those above it, one by one: where none can be made (/proc), Node's own `recursive` never ends. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** `garden init`: writes a project that type-checks and runs. Resolves to the exit code. */
export function initCommand(given: string, streams: Streams): number {
  if (given.trim() === '') throw new UsageError('the name of the folder is empty');
  const folder = resolve(given);
  const files = projectFiles(packageName(folder), versions());
  checkFree(folder, given, files.keys());
  for (const [path, text] of files) {
    const file = join(folder, path);
    try {
      makeFolder(dirname(file));
      // A file that came in between is not written over either.
      writeFileSync(file, text, { flag: 'wx' });
    } catch (error) {
      const why = errorText(error);
      throw new UsageError([{ message: `the project cannot be written: ${why}` }]);
    }
  }
  const here = relative(process.cwd(), folder);
  const steps = [
    ...(here === '' ? [] : [`cd ${quote(here)}`]),
    `npm install ${installable()}`,
    'npx garden plan site.ts',
    'npx garden run site.ts',
  ];
  const written = [...files.keys()].map((path) => `  ${harmlessLine(join(given, path))}`);
  streams.out.write(`${['Written:', ...written, '', 'Next:', ...steps.map((step) => `  ${step}`)].join('\n')}\n`);
  return EXIT.done;
}
