import { randomBytes } from 'node:crypto';
import { chmod, chown, cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { $, succeeded } from './command.ts';
import type { LabImage } from './image.ts';
import { LAB_USERS } from './image-definition.ts';
import type { HostPaths } from './layout.ts';

/** What makes one host of the image. */
export interface HostIdentity {
  readonly name: string;
  /** With the length of the prefix: `10.81.1.11/24`. */
  readonly address: string;
  readonly router: string;
  /** `/etc/hosts`: all hosts of the lab, so that they find each other by name. */
  readonly hostsFile: string;
  /** The line for authorized_keys. */
  readonly publicKey: string;
  /** The hashed password of `deploy` (crypt(5)). */
  readonly passwordHash: string;
}

interface Owned {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Writes below an upper folder, so that folders which the image has keep their modes and owners (they come from the upper layer). */
class UpperFolder {
  readonly #upper: string;
  readonly #image: string;

  constructor(upper: string, image: string) {
    this.#upper = upper;
    this.#image = image;
  }

  /** Makes a folder, and those above it, if it is not there. `owned` is for one that the image does not have. */
  async folder(path: string, owned: Owned = { mode: 0o755, uid: 0, gid: 0 }): Promise<void> {
    if (dirname(path) !== '.') await this.folder(dirname(path));
    const target = join(this.#upper, path);
    if ((await mkdir(target, { recursive: true })) === undefined) return;
    const { mode, uid, gid } = await stat(join(this.#image, path)).catch(() => owned);
    await chown(target, uid, gid);
    await chmod(target, mode & 0o7777);
  }

  async write(path: string, content: string, { mode = 0o644, uid = 0, gid = 0 }: Partial<Owned> = {}): Promise<void> {
    await this.folder(dirname(path));
    const target = join(this.#upper, path);
    await writeFile(target, content, { mode });
    await chown(target, uid, gid);
    await chmod(target, mode);
  }
}

function networkUnit({ address, router }: HostIdentity): string {
  return `[Match]\nName=host0\n\n[Network]\nAddress=${address}\nGateway=${router}\nIPv6AcceptRA=no\n`;
}

/**
 * Fills a host's upper folder: name, addresses, keys, password. Starts over if an earlier attempt was broken off.
 *
 * @returns the host's public key, as in a `.pub` file
 */
export async function prepareHost(paths: HostPaths, image: LabImage, identity: HostIdentity): Promise<string> {
  await rm(paths.folder, { recursive: true, force: true });
  await mkdir(paths.folder, { recursive: true, mode: 0o755 });
  await Promise.all([paths.upper, paths.work, paths.root].map((folder) => mkdir(folder)));
  // The mode of the upper folder is the mode of the host's root folder.
  await chmod(paths.upper, 0o755);
  const upper = new UpperFolder(paths.upper, image.root);
  await upper.write('etc/hostname', `${identity.name}\n`);
  await upper.write('etc/hosts', identity.hostsFile);
  // Not left empty: systemd would take every start for the first one (machine-id(5)).
  await upper.write('etc/machine-id', `${randomBytes(16).toString('hex')}\n`, { mode: 0o444 });
  await upper.write('etc/systemd/network/10-host0.network', networkUnit(identity));

  const shadow = await readFile(join(image.root, 'etc/shadow'), 'utf8');
  const { gid } = await stat(join(image.root, 'etc/shadow'));
  const withPassword = shadow.replace(/^deploy:[^:]*:/m, () => `deploy:${identity.passwordHash}:`);
  await upper.write('etc/shadow', withPassword, { mode: 0o640, gid });

  for (const home of ['root', ...LAB_USERS.map(({ name }) => `home/${name}`)]) {
    const owner = await stat(join(image.root, home));
    await upper.folder(`${home}/.ssh`, { mode: 0o700, uid: owner.uid, gid: owner.gid });
    const file = { mode: 0o600, uid: owner.uid, gid: owner.gid };
    await upper.write(`${home}/.ssh/authorized_keys`, `${identity.publicKey}\n`, file);
  }

  await upper.folder('etc/ssh');
  const key = join(paths.upper, 'etc/ssh/ssh_host_ed25519_key');
  const comment = `root@${identity.name}`;
  await succeeded('make a host key', $`ssh-keygen -q -t ed25519 -N ${''} -C ${comment} -f ${key}`);
  await cp(`${key}.pub`, paths.prepared);
  return (await readFile(paths.prepared, 'utf8')).trim();
}
