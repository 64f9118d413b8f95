import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Mistake } from '../model/errors.ts';
import { UsageError } from '../model/errors.ts';
import { $, lastLines, succeeded } from './command.ts';
import { hierarchies, managedBySystemd } from './control-groups.ts';
import { osRelease } from './image.ts';

/** The commands that the lab uses, by the Debian package that has them. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'apt-utils': ['apt-ftparchive'],
  iproute2: ['ip'],
  mmdebstrap: ['mmdebstrap'],
  'openssh-client': ['ssh', 'ssh-keygen'],
  'perl-base': ['perl'],
  'systemd-container': ['systemd-nspawn'],
  'util-linux': ['flock', 'nsenter', 'setpriv', 'setsid', 'unshare'],
};

const INSTEAD = 'Where there is no lab, garden works on hosts of your own: name them with -i inventory.ini.';

async function installed(command: string): Promise<boolean> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const found = folders.map((folder) => access(join(folder || '.', command), constants.X_OK).then(() => true));
  return Promise.any(found).catch(() => false);
}

/** The commands that are not there, and the packages that have them. */
async function missingCommands(): Promise<{
  readonly commands: readonly string[];
  readonly packages: readonly string[];
}> {
  const commands: string[] = [];
  const packages: string[] = [];
  for (const [name, needed] of Object.entries(COMMANDS)) {
    const present = await Promise.all(needed.map(installed));
    const absent = needed.filter((_, index) => !present[index]);
    if (absent.length === 0) continue;
    packages.push(name);
    commands.push(...absent);
  }
  return { commands, packages };
}

/**
 * Installs the packages that the lab needs of the machine and that are not there.
 *
 * @throws GardenError where apt-get cannot.
 */
export async function installRequirements(say: (line: string) => void): Promise<void> {
  const { packages } = await missingCommands();
  if (packages.length === 0) return;
  say(`lab: installing ${packages.join(', ')} …`);
  const hint = `Try it by hand: apt-get update && apt-get install ${packages.join(' ')}`;
  await succeeded('read the package lists', $`apt-get -q update`, hint);
  const options = ['-q', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=600'];
  const install = $({
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })`apt-get install ${options} ${packages}`;
  await succeeded('install what the lab needs', install, hint);
}

/** What the machine itself lacks; cheap to ask. */
async function missingBasics(): Promise<readonly Mistake[]> {
  if (process.platform !== 'linux') {
    const message = `Linux: this machine runs ${process.platform}`;
    return [{ message, hint: 'Bring the lab up in a virtual machine with Debian.' }];
  }
  const missing: Mistake[] = [];
  const { ID: system = 'an unknown system', PRETTY_NAME: pretty = system } = await osRelease();
  if (system !== 'debian') {
    missing.push({
      message: `Debian: this machine runs ${pretty}`,
      hint: 'Use a Debian machine, a virtual one will do.',
    });
  }
  if (process.getuid?.() !== 0) {
    const message = 'root: containers and networks cannot be made by another user';
    missing.push({ message, hint: 'Run garden as root, with sudo for instance.' });
  }
  const { commands, packages } = await missingCommands();
  if (commands.length > 0) {
    const hint = `garden lab up --install, or: apt-get install ${packages.join(' ')}`;
    missing.push({ message: `commands: ${commands.join(', ')}`, hint });
  }
  return missing;
}

/** Tries, where nobody sees it, whether the kernel can do what the lab needs. */
async function missingInKernel(folder: string): Promise<readonly Mistake[]> {
  const trials = await mkdtemp(join(folder, 'check-'));
  const overlay = `mkdir lower upper work root && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root`;
  const network =
    'ip link add name br0 type bridge && ip link add name v0 type veth peer name v1 && ip link set v0 master br0 up';
  try {
    const [overlayTrial, networkTrial, groups] = await Promise.all([
      $({ cwd: trials })`unshare --mount sh -c ${overlay}`,
      $`unshare --net sh -c ${network}`,
      hierarchies(),
    ]);
    const missing: Mistake[] = [];
    const hint = 'The lab needs a machine or a virtual machine of its own; in an unprivileged container it cannot be.';
    if (!overlayTrial.ok) {
      missing.push({ message: `overlayfs in ${folder}: ${lastLines(overlayTrial.stderr, 1)}`, hint });
    }
    if (!networkTrial.ok) {
      const message = `network namespaces with bridges and veth links: ${lastLines(networkTrial.stderr, 1)}`;
      missing.push({ message, hint });
    }
    const writable = await Promise.all(
      groups.map((group) =>
        access(group, constants.W_OK).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (!managedBySystemd() && (groups.length === 0 || writable.includes(false))) {
      missing.push({ message: 'control groups that can be written to (cgroups(7))', hint });
    }
    return missing;
  } finally {
    await rm(trials, { recursive: true, force: true });
  }
}

function refuse(missing: readonly Mistake[]): void {
  if (missing.length === 0) return;
  const list = missing.map(({ message, hint }) => `  - ${message}${hint ? `\n    ${hint}` : ''}`).join('\n');
  const message = `the lab cannot be brought up on this machine. It lacks:\n${list}`;
  throw new UsageError([{ message, hint: INSTEAD }]);
}

/**
 * Checks that the lab can be worked with: root, Debian, commands.
 *
 * @throws UsageError with all that is missing, and what to do.
 */
export async function checkBasics(): Promise<void> {
  refuse(await missingBasics());
}

/**
 * Checks that a lab can be made.
 *
 * @param folder where the hosts' files will be
 * @throws UsageError with all that is missing, and what to do.
 */
export async function checkKernel(folder: string): Promise<void> {
  refuse(await missingInKernel(folder));
}

/** What {@link checkBasics} would say; undefined where nothing is missing. For tests that are left out with a reason. */
export async function labUnavailable(): Promise<string | undefined> {
  const missing = await missingBasics();
  return missing.length === 0 ? undefined : `no lab here: ${missing.map(({ message }) => message).join('; ')}`;
}
