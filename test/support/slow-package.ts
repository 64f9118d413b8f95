import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './lab.ts';

/** The folder of the host that holds the repository with the package. */
export const SLOW_REPOSITORY = '/srv/slow';
/** While this file is there, the package's installation goes on; `SLOW_BEGUN` is made when it has begun. */
export const SLOW_HOLD = '/run/slow-hold';
export const SLOW_BEGUN = '/run/slow-begun';

/**
 * A package whose postinst takes as long as a file is there, in a flat repository, as a tar archive of its folder.
 *
 * @throws Error where dpkg-deb(1) or apt-ftparchive(1) cannot make it
 */
export async function slowPackage(name: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'garden-slow-'));
  try {
    const control = join(folder, 'tree', 'DEBIAN');
    await mkdir(control, { recursive: true });
    await mkdir(join(folder, 'slow'));
    const fields = { Package: name, Version: '1.0', Architecture: 'all', Maintainer: 'garden', Description: 'slow' };
    const lines = Object.entries(fields).map(([field, value]) => `${field}: ${value}\n`);
    await writeFile(join(control, 'control'), lines.join(''));
    const postinst = `#!/bin/sh\n: >${SLOW_BEGUN}\nwhile [ -e ${SLOW_HOLD} ]; do sleep 0.1; done\n`;
    await writeFile(join(control, 'postinst'), postinst, { mode: 0o755 });
    const commands = `cd ${folder} && dpkg-deb --root-owner-group --build tree slow/${name}.deb >/dev/null &&
      cd slow && apt-ftparchive packages . >Packages && tar -C .. -cf ../slow.tar slow && base64 ../slow.tar`;
    const { status, stdout, stderr } = await runProgram('sh', ['-c', commands]);
    if (status !== 0) throw new Error(`the package cannot be made: ${stderr}`);
    return Buffer.from(stdout, 'base64');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
