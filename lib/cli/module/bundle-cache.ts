import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeWhole } from '../whole-file.ts';
import type { Bundle } from './bundle.ts';

/** Part of every key: raise it when bundles are made in another way. */
const FORMAT = 2;
/** A bundle that was not made anew for this long is taken away, in milliseconds. */
const OLDEST = 7 * 24 * 3600 * 1000;

/** What a bundle was made from; it is good while all of this is as it was. */
interface Manifest {
  readonly output: string;
  /** Hashes by file. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly packages: readonly string[];
}

function hash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

function hashFile(path: string): string {
  try {
    return hash(readFileSync(path));
  } catch {
    return 'absent';
  }
}

/** Folders above a file, innermost first. */
function foldersAbove(file: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) return folders;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Where bundles of a module are kept: in the nearest node_modules above it that may be written, else in the user's
 * own cache (XDG Base Directory Specification).
 */
export function cacheFolder(entry: string): string {
  const modules = foldersAbove(entry).map((folder) => join(folder, 'node_modules'));
  const project = modules.find((folder) => isWritable(folder));
  // Node follows links before it looks up in a source map, whose places are relative.
  if (project !== undefined) return join(realpathSync(project), '.cache', 'garden');
  const { XDG_CACHE_HOME: configured } = process.env;
  return join(configured?.startsWith('/') ? configured : join(homedir(), '.cache'), 'garden');
}

/** Bundles of one module, on disk. A bundle's name is made of its content, so that another one is another module. */
export class BundleCache {
  readonly folder: string;
  readonly #manifest: string;
  readonly #entry: string;

  constructor(entry: string) {
    this.#entry = entry;
    this.folder = cacheFolder(entry);
    this.#manifest = join(this.folder, `${hash(`${FORMAT} ${process.versions.node} ${entry}`)}.json`);
  }

  /** The file of a bundle that is still good. */
  find(): string | undefined {
    const manifest = this.#read();
    if (manifest === undefined) return undefined;
    const output = join(this.folder, manifest.output);
    const same = Object.entries(manifest.inputs).every(([path, content]) => hashFile(path) === content);
    return same && [output, ...manifest.packages].every((path) => existsSync(path)) ? output : undefined;
  }

  /** Keeps a bundle. Resolves to its file. @throws Error of the file system where nothing can be written. */
  store({ code, inputs, packages }: Bundle): string {
    // The names of imports are read by these too.
    const settings = foldersAbove(this.#entry).flatMap((folder) =>
      ['package.json', 'tsconfig.json'].map((name) => join(folder, name)),
    );
    const watched = [...inputs, ...settings.filter((path) => existsSync(path))];
    const manifest: Manifest = {
      output: `${hash(code)}.mjs`,
      inputs: Object.fromEntries(watched.map((path) => [path, hashFile(path)])),
      packages: packages.map((url) => fileURLToPath(url)),
    };
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    this.#removeOld();
    const output = join(this.folder, manifest.output);
    // Another run may be reading.
    writeWhole(output, code, 0o600);
    writeWhole(this.#manifest, JSON.stringify(manifest), 0o600);
    return output;
  }

  #removeOld(): void {
    const oldest = Date.now() - OLDEST;
    for (const name of readdirSync(this.folder)) {
      const path = join(this.folder, name);
      if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? oldest) < oldest) rmSync(path, { force: true });
    }
  }

  #read(): Manifest | undefined {
    try {
      const value: unknown = JSON.parse(readFileSync(this.#manifest, 'utf8'));
      return isManifest(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }
}

function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'output' in value &&
    typeof value.output === 'string' &&
    'inputs' in value &&
    typeof value.inputs === 'object' &&
    value.inputs !== null &&
    'packages' in value &&
    Array.isArray(value.packages)
  );
}
