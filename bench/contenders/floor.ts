import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probePart } from '../../lib/engine/frame.ts';
import { directory, file, line, packages, type Resource, sysctl, user } from '../../lib/index.ts';
import type { Item } from '../workload.ts';
import { type Contender, expectSuccess, type Job, sshArguments } from './contender.ts';

function resourceOf(item: Item, files: string): Resource {
  switch (item.kind) {
    case 'package':
      return packages([item.name]);
    case 'user':
      return user({ name: item.name, shell: '/bin/sh' });
    case 'directory':
      return directory({ path: item.path, mode: item.mode });
    case 'file':
      return file({ path: item.path, source: join(files, item.source), mode: item.mode });
    case 'line':
      return line({ path: item.path, line: item.line, create: true });
    case 'sysctl':
      return sysctl({ name: item.name, value: item.value });
  }
}

/** The very probes that garden sends, those of a kind merged, as one script. */
export function probesAsOneScript(items: readonly Item[], files: string): string {
  const part = probePart(
    items.map((item) => resourceOf(item, files)),
    new Set(),
    () => {},
  );
  return part.snippets.map(({ script }) => `(\n${script.text}\n)\n`).join('');
}

/** Where ssh finds the hosts, since xargs gives a command one word for each. */
function hostsConfig({ hosts, keys }: Job): string {
  const each = hosts.map(({ ip, port }, index) => `Host host${index}\n  HostName ${ip}\n  Port ${port}\n`);
  // At the end it would belong to the last host alone.
  return `Include ${keys.clientConfig}\n${each.join('')}`;
}

/**
 * What cannot be undercut without knowing the answers beforehand: the same questions as one script, one plain `ssh host sh`
 * for each host. Nothing is compared, nothing is changed.
 */
export const floor: Contender = {
  name: 'floor',
  how: 'the same probes as one merged script, by one plain `ssh host sh` a host; it compares and changes nothing',
  missing: async () => undefined,
  version: async () => '',
  async prepare(job) {
    await writeFile(join(job.folder, 'probes.sh'), probesAsOneScript(job.items, join(job.folder, '../files')));
    await writeFile(join(job.folder, 'ssh_config'), hostsConfig(job));
    await writeFile(join(job.folder, 'hosts'), job.hosts.map((_, index) => `host${index}\n`).join(''));
    await mkdir(join(job.folder, 'answers'), { recursive: true });
    const [, , ...jump] = sshArguments(job);
    const one = `exec ssh -F ssh_config ${jump.join(' ')} {} sh <probes.sh >answers/{}`;
    return {
      command: {
        words: ['xargs', '-a', 'hosts', '-P', String(job.forks), '-I', '{}', 'sh', '-c', one],
        folder: job.folder,
      },
      verify: (measured) => expectSuccess(measured),
    };
  },
};
