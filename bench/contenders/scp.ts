import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Contender, expectSuccess, FILES, type Job } from './contender.ts';

function onHost(job: Job, command: (item: { readonly path: string; readonly source: string }) => string): string {
  const [host] = job.hosts;
  const files = job.items.filter((item) => item.kind === 'file');
  if (!host) throw new Error('there is no host to copy to');
  return files.map(command).join('\n').replaceAll('HOST', `root@${host.ip}`).replaceAll('PORT', String(host.port));
}

/** Copies the workload's files, and only those. */
export const scp: Contender = {
  name: 'scp',
  how: '`scp` of the same file',
  missing: async () => undefined,
  version: async () => '',
  async prepare(job) {
    const script = onHost(
      job,
      ({ path, source }) => `scp -q -F ${job.keys.clientConfig} -P PORT ${FILES}/${source} HOST:${path}`,
    );
    await writeFile(join(job.folder, 'copy.sh'), script);
    return { command: { words: ['sh', 'copy.sh'], folder: job.folder }, verify: (measured) => expectSuccess(measured) };
  },
};

/** What an unchanged file costs at least: to log in and hash it there. */
export const remoteHash: Contender = {
  name: 'sha256sum',
  how: '`ssh host sha256sum` of the same file',
  missing: async () => undefined,
  version: async () => '',
  async prepare(job) {
    const script = onHost(job, ({ path }) => `ssh -F ${job.keys.clientConfig} -p PORT HOST sha256sum ${path}`);
    await writeFile(join(job.folder, 'hash.sh'), script);
    return { command: { words: ['sh', 'hash.sh'], folder: job.folder }, verify: (measured) => expectSuccess(measured) };
  },
};
