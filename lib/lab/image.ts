import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'ini';
import { $, succeeded } from './command.ts';
import { CUSTOMIZE, IMAGE_PACKAGES, imageKey } from './image-definition.ts';
import { withLock, withLockIfFree } from './lock.ts';
import { buildPool } from './pool.ts';
import { knownLabs } from './state.ts';

/** The folder of an image: the file system that all hosts of a lab share, and the packages that they can install. */
export class LabImage {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  get root(): string {
    return join(this.folder, 'root');
  }

  get pool(): string {
    return join(this.folder, 'pool');
  }
}

/** The end of the name of an image's folder while it is being built. */
const UNFINISHED = '.building';

/** What this machine says of its own release (os-release(5)); empty where there is no such file. */
export async function osRelease(): Promise<Readonly<Record<string, unknown>>> {
  try {
    return parse(await readFile('/etc/os-release', 'utf8'));
  } catch {
    return {};
  }
}

// Ends with this process, whatever happens to it, and takes its mounts along; only its folder is left then.
const PRIVATE = [
  'setpriv',
  '--pdeathsig',
  'KILL',
  'unshare',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
];

async function buildImage(image: LabImage, release: string, architecture: string, say: (line: string) => void) {
  const building = new LabImage(`${image.folder}${UNFINISHED}`);
  const scratch = join(building.folder, 'scratch');
  await rm(building.folder, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true, mode: 0o755 });
  await chmod(building.folder, 0o755);
  say('lab: downloading the packages for the image …');
  await buildPool(building.pool, scratch, release, architecture);
  say('lab: building the image, once (20 to 110 seconds) …');
  const customize = join(scratch, 'customize');
  await writeFile(customize, CUSTOMIZE, { mode: 0o755 });
  const source = `deb [trusted=yes] copy:${building.pool} ./`;
  const options = [
    '--mode=root',
    '--format=directory',
    '--variant=minbase',
    '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
    '--aptopt=APT::Install-Recommends "false"',
    '--dpkgopt=force-unsafe-io',
    `--include=${IMAGE_PACKAGES.join(',')}`,
    `--customize-hook=${customize}`,
  ];
  await succeeded('build the image', $`exec ${PRIVATE} mmdebstrap ${options} ${release} ${building.root} ${source}`);
  await rm(scratch, { recursive: true });
  await rename(building.folder, image.folder);
}

/** Images that no lab is made from and that are not the newest are of no use to anybody. */
async function removeOldImages(cache: string, newest: LabImage): Promise<void> {
  const used = new Set((await knownLabs()).flatMap(({ state }) => (state === undefined ? [] : [state.image])));
  for (const name of await readdir(cache)) {
    const folder = join(cache, name);
    if (/^[0-9a-f]{16}$/.test(name) && folder !== newest.folder && !used.has(folder)) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Removes what a garden left that was killed while it built an image; another that builds one now is left alone. */
export async function removeUnfinishedImages(cache: string): Promise<void> {
  if (!existsSync(cache)) return;
  await withLockIfFree(cache, async () => {
    const unfinished = (await readdir(cache)).filter((name) => name.endsWith(UNFINISHED));
    await Promise.all(unfinished.map((name) => rm(join(cache, name), { recursive: true, force: true })));
  });
}

/**
 * The image for this machine's Debian release; it is built where it is not there yet.
 *
 * @param cache the folder of all images
 * @throws GardenError where it cannot be built.
 */
export async function ensureImage(cache: string, say: (line: string) => void): Promise<LabImage> {
  const release = String((await osRelease()).VERSION_CODENAME ?? 'stable');
  const architecture = (await succeeded('ask dpkg for the architecture', $`dpkg --print-architecture`)).trim();
  const image = new LabImage(join(cache, imageKey(release, architecture)));
  const waiting = () => say('lab: waiting for another garden that builds the image …');
  if (existsSync(image.folder)) return image;
  return withLock(cache, waiting, async () => {
    if (existsSync(image.folder)) return image;
    const started = Date.now();
    await buildImage(image, release, architecture, say);
    await removeOldImages(cache, image);
    say(`lab: the image is ready (${Math.round((Date.now() - started) / 1000)} s), kept in ${image.folder}`);
    return image;
  });
}
