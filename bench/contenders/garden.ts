import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WORK } from '../work-folder.ts';
import type { Item } from '../workload.ts';
import { type Contender, expectOnEach, expectSuccess, FILES, type Job, sshArguments } from './contender.ts';

const execute = promisify(execFile);

const REPOSITORY = join(import.meta.dirname, '../..');

let installed: Promise<string> | undefined;

/**
 * Installs garden as its users have it: built, without its sources. The folder is inside of the repository, so its libraries
 * are found there. Resolves to the folder of projects that can import `walled-garden`.
 */
export function installGarden(): Promise<string> {
  installed ??= install();
  return installed;
}

async function install(): Promise<string> {
  await execute(process.execPath, [join(REPOSITORY, 'scripts/build.js')]);
  const projects = join(WORK, 'projects');
  const target = join(projects, 'node_modules/walled-garden');
  await mkdir(target, { recursive: true });
  // Else the folder would belong to the package `walled-garden` itself, which playbooks would then import from its checkout.
  await writeFile(join(projects, 'package.json'), '{ "name": "bench-projects", "private": true, "type": "module" }\n');
  for (const part of ['bin', 'dist', 'package.json']) {
    await cp(join(REPOSITORY, part), join(target, part), {
      recursive: true,
      filter: (name) => !name.endsWith('/dist/types'),
    });
  }
  return projects;
}

/** The words that start the installed garden. */
export async function gardenCommand(): Promise<readonly string[]> {
  return [process.execPath, join(await installGarden(), 'node_modules/walled-garden/bin/garden.js')];
}

/** An item as it stands in a playbook. */
export function gardenTask(item: Item): string {
  switch (item.kind) {
    case 'package':
      return `packages([${quoted(item.name)}])`;
    case 'user':
      return `user({ name: ${quoted(item.name)}, shell: '/bin/sh' })`;
    case 'directory':
      return `directory({ path: ${quoted(item.path)}, mode: ${quoted(item.mode)} })`;
    case 'file':
      return `file({ path: ${quoted(item.path)}, source: ${quoted(`${FILES}/${item.source}`)}, mode: ${quoted(item.mode)} })`;
    case 'line':
      return `line({ path: ${quoted(item.path)}, line: ${quoted(item.line)}, create: true })`;
    case 'sysctl':
      return `sysctl({ name: ${quoted(item.name)}, value: ${quoted(item.value)} })`;
  }
}

const quoted = (text: string): string => JSON.stringify(text);

/** A playbook with one line for each task. */
export function gardenPlaybook(items: readonly Item[]): string {
  return `import { directory, file, line, packages, play, playbook, sysctl, user } from 'walled-garden';

export default playbook('Benchmark', [
  play('Work', {
    hosts: 'all',
    tasks: [
${items.map((item) => `      ${gardenTask(item)},`).join('\n')}
    ],
  }),
]);
`;
}

/** An inventory of hosts by their addresses. */
export function gardenInventory(job: Job): string {
  const ssh = sshArguments(job).join(' ');
  const hosts = job.hosts.map(({ ip, port }, index) => `host${index} ansible_host=${ip} ansible_port=${port}`);
  return `[all]\n${hosts.join('\n')}\n\n[all:vars]\nansible_user=root\nansible_ssh_common_args="${ssh}"\n`;
}

/** Garden itself. */
export const garden: Contender = {
  name: 'garden',
  how: '`garden run`, as installed from the package',
  missing: async () => undefined,
  version: async () => 'this version',
  async prepare(job) {
    await writeFile(join(job.folder, 'site.ts'), gardenPlaybook(job.items));
    await writeFile(join(job.folder, 'hosts.ini'), gardenInventory(job));
    return {
      command: {
        words: [...(await gardenCommand()), 'run', 'site.ts', '-i', 'hosts.ini', '-f', String(job.forks)],
        folder: job.folder,
      },
      verify(measured, changes) {
        expectSuccess(measured);
        expectOnEach(measured, job.hosts.length, new RegExp(`^ *host\\d+ .*changed=${changes}\\b`));
      },
    };
  },
};
