import { existsSync } from 'node:fs';
import { readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabNames } from './layout.ts';

/** Whether systemd runs this machine (sd_booted(3)) and so manages the control groups. */
export function managedBySystemd(): boolean {
  return existsSync('/run/systemd/system');
}

/**
 * Where the control group hierarchies are mounted that a container needs: the unified one (cgroups(7), version 2) and,
 * on machines that still have them, systemd's own and the memory controller's of version 1. From proc(5), mountinfo.
 */
export async function hierarchies(): Promise<readonly string[]> {
  const mounts: string[] = [];
  for (const line of (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const mountPoint = before.split(' ')[4];
    const [type, , options = ''] = after.split(' ');
    const wanted = type === 'cgroup2' || (type === 'cgroup' && /(^|,)(name=systemd|memory)(,|$)/.test(options));
    if (mountPoint !== undefined && wanted) mounts.push(mountPoint);
  }
  return mounts;
}

/** The control groups of a host that its supervisor makes and enters; none where systemd makes them. */
export async function controlGroups(names: LabNames, host: string): Promise<readonly string[]> {
  if (managedBySystemd()) return [];
  return (await hierarchies()).map((mount) => join(mount, names.controlGroup, host));
}

/** The lab's control groups that exist, if garden made them itself. */
export async function existingControlGroups(names: LabNames): Promise<readonly string[]> {
  return (await hierarchies()).map((mount) => join(mount, names.controlGroup)).filter((folder) => existsSync(folder));
}

async function removeTree(folder: string): Promise<void> {
  let entries: string[];
  try {
    entries = (await readdir(folder, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return;
  }
  for (const name of entries) await removeTree(join(folder, name));
  await rmdir(folder);
}

/**
 * Removes the lab's control groups, or those of one host; all processes in them must have ended.
 *
 * @throws what rmdir(2) says, e.g. EBUSY where a process is left.
 */
export async function removeControlGroups(names: LabNames, host = ''): Promise<void> {
  for (const mount of await hierarchies()) {
    await removeTree(join(mount, names.controlGroup, host));
    // The common parent goes with the last lab.
    if (host === '') await rmdir(join(mount, names.controlGroup, '..')).catch(() => {});
  }
}
