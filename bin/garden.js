#!/usr/bin/env node
// In a checkout the code is built when it is older than its sources; an installed package has only dist/.
import { existsSync } from 'node:fs';
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

const checkout = new URL('../lib/cli/main.ts', import.meta.url);
if (existsSync(checkout)) await buildIfStale();
await import('../dist/cli.js');
