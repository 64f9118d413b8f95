#!/usr/bin/env node
// In a checkout the code is built when it is older than its sources; an installed package has only dist/.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const USAGE = 5;

/** Somebody else's checkout may be one that this user cannot write to. */
async function buildIfStale() {
  const { build, isStale } = await import('../scripts/build.js');
  if (!isStale()) return;
  try {
    await build();
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
    const folder = fileURLToPath(new URL('..', import.meta.url));
    console.error(
      `garden has to be built anew, since its sources have changed, but ${error.path} may not be written to`,
    );
    console.error(`  → as the owner of that folder: npm --prefix ${folder} run build`);
    process.exit(USAGE);
  }
}

/**
 * Code that was compiled once need not be compiled again, where Node can keep it (22.1 and newer): in the cache of the user alone,
 * for what is kept there is run.
 */
function keepCompiledCode() {
  if (module.enableCompileCache === undefined) return;
  const { XDG_CACHE_HOME: configured } = process.env;
  const caches = configured?.startsWith('/') ? configured : join(homedir(), '.cache');
  module.enableCompileCache(join(caches, 'garden', 'compiled'));
}

keepCompiledCode();
const checkout = new URL('../lib/cli/main.ts', import.meta.url);
if (existsSync(checkout)) await buildIfStale();
await import('../dist/cli.js');
