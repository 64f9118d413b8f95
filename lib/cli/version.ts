import { createRequire } from 'node:module';

/** The package's own version; found through its name, so that it is right in dist/ and in a checkout. */
export function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('walled-garden/package.json');
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known ? String(manifest.version) : 'unknown';
}
