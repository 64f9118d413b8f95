import { createRequire } from 'node:module';

/** The package's own package.json; found through its name, so that it is right in dist/ and in a checkout. */
export function manifest(): unknown {
  return createRequire(import.meta.url)('walled-garden/package.json');
}

/** The package's own version. */
export function version(): string {
  const known = manifest();
  return typeof known === 'object' && known !== null && 'version' in known ? String(known.version) : 'unknown';
}
