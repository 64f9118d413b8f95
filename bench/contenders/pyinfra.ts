import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hasProgram } from '../measure.ts';
import type { Item } from '../workload.ts';
import { type Contender, expectSuccess, FILES, type Job } from './contender.ts';

const execute = promisify(execFile);

function operation(item: Item): string {
  switch (item.kind) {
    case 'package':
      return `apt.packages(packages=["${item.name}"])`;
    case 'user':
      return `server.user(user="${item.name}", shell="/bin/sh")`;
    case 'directory':
      return `files.directory(path="${item.path}", mode="${item.mode}")`;
    case 'file':
      return `files.put(src="${FILES}/${item.source}", dest="${item.path}", mode="${item.mode}")`;
    case 'line':
      return `files.line(path="${item.path}", line="${item.line}")`;
    case 'sysctl':
      return `files.line(path="/etc/sysctl.d/90-garden.conf", line="${item.name} = ${item.value}")`;
  }
}

function inventoryOf({ hosts, keys }: Job): string {
  const entries = hosts.map(({ ip, port }, index) => {
    const settings = {
      ssh_hostname: ip,
      ssh_port: port,
      ssh_user: 'root',
      ssh_key: keys.privateKey,
      ssh_known_hosts_file: keys.knownHosts,
    };
    return `("host${index}", ${JSON.stringify(settings)})`;
  });
  return `hosts = [${entries.join(', ')}]\n`;
}

/** pyinfra, where somebody has installed it: Debian has no package of it. */
export const pyinfra: Contender = {
  name: 'pyinfra',
  how: '`pyinfra inventory.py deploy.py`',
  missing: async () =>
    (await hasProgram('pyinfra')) ? undefined : 'there is no pyinfra (Debian has no package of it)',
  version: async () => (await execute('pyinfra', ['--version'])).stdout.trim(),
  async prepare(job) {
    const lines = ['from pyinfra.operations import apt, files, server', ...job.items.map(operation)];
    await writeFile(join(job.folder, 'deploy.py'), `${lines.join('\n')}\n`);
    await writeFile(join(job.folder, 'inventory.py'), inventoryOf(job));
    return {
      command: {
        words: ['pyinfra', '-y', '--parallel', String(job.forks), 'inventory.py', 'deploy.py'],
        folder: job.folder,
      },
      verify: (measured) => expectSuccess(measured),
    };
  },
};
