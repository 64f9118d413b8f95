import { link, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { $, succeeded } from './command.ts';
import { IMAGE_PACKAGES, POOL_PACKAGES } from './image-definition.ts';

/**
 * Downloads the packages of the image and of the pool, with all that they depend on, and makes a flat repository of
 * them (apt-ftparchive(1)). The machine's own apt does it, with its sources, keys, pins and proxies, but with a state
 * folder of its own, in which nothing is installed: so it takes everything, and the machine's own apt is left alone.
 *
 * @param folder the repository to make; its parent must exist
 * @param scratch a folder for apt's own files, which the caller removes
 * @throws GardenError where apt cannot do it.
 */
export async function buildPool(folder: string, scratch: string, release: string, architecture: string): Promise<void> {
  const archives = join(scratch, 'archives');
  const status = join(scratch, 'status');
  await mkdir(join(scratch, 'lists', 'partial'), { recursive: true });
  await mkdir(join(archives, 'partial'), { recursive: true });
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await writeFile(status, '');
  const settings = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    'APT::Install-Recommends=false',
    'APT::Keep-Downloaded-Packages=true',
    // Root's own folders need not be readable by apt's unprivileged user.
    'APT::Sandbox::User=root',
    `Dir::State::lists=${join(scratch, 'lists')}`,
    `Dir::State::status=${status}`,
    `Dir::Cache=${scratch}`,
    `Dir::Cache::archives=${archives}`,
    `Dir::Log=${scratch}`,
    'Acquire::Retries=3',
    // apt-get update: a source that does not answer is a failure, not a warning.
    'APT::Update::Error-Mode=any',
  ].flatMap((setting) => ['-o', setting]);
  await succeeded(
    'read the package lists of this machine’s apt sources',
    $`apt-get -q ${settings} update`,
    'Try "apt-get update" by itself; garden uses the sources in /etc/apt.',
  );
  const packages = [
    '?essential',
    '?priority(required)',
    'usr-is-merged',
    'usrmerge-',
    ...IMAGE_PACKAGES,
    ...POOL_PACKAGES,
  ];
  await succeeded(
    'download the packages of the lab',
    $`apt-get -q -y ${settings} --download-only install ${packages}`,
    'garden takes them from the sources in /etc/apt; they must offer the main component of Debian.',
  );
  for (const name of await readdir(archives)) {
    if (name.endsWith('.deb')) await link(join(archives, name), join(folder, name));
  }
  const index = join(scratch, 'Packages');
  const releaseFile = join(scratch, 'Release');
  const naming = [
    ...['-o', `APT::FTPArchive::Release::Suite=${release}`],
    ...['-o', `APT::FTPArchive::Release::Codename=${release}`],
    ...['-o', 'APT::FTPArchive::Release::Label=garden lab'],
  ];
  await succeeded('index the packages', $`cd ${folder} && apt-ftparchive packages . > ${index} && mv ${index} .`);
  await succeeded(
    'index the packages',
    $`cd ${folder} && apt-ftparchive ${naming} release . > ${releaseFile} && mv ${releaseFile} .`,
  );
}
