#!/usr/bin/env node
// In a checkout the code is built when it is older than its sources; an installed package has only dist/.
import { existsSync } from 'node:fs';

const checkout = new URL('../lib/cli/main.ts', import.meta.url);
if (existsSync(checkout)) {
  const { build, isStale } = await import('../scripts/build.js');
  if (isStale()) await build();
}
await import('../dist/cli.js');
