import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hasProgram } from '../measure.ts';
import type { Item } from '../workload.ts';
import { type Contender, expectSuccess, type Job, sshArguments } from './contender.ts';

const execute = promisify(execFile);

type ItemOf<Kind extends Item['kind']> = Extract<Item, { kind: Kind }>;

/** What JSON writes is Python, too, where it holds texts only. */
function pythonOf(name: string, entries: Record<string, Record<string, string>>): string {
  return `${name} = ${JSON.stringify(entries, null, 4)}\n`;
}

/** Lines of files and sysctls are no items there: an action that looks first takes their place. */
function lineAction(path: string, text: string): Record<string, string> {
  return { command: `echo '${text}' >> ${path}`, unless: `grep -qxF '${text}' ${path}` };
}

function itemsOf(items: readonly Item[]): string {
  const of = <Kind extends Item['kind']>(kind: Kind) =>
    items.filter((item): item is ItemOf<Kind> => item.kind === kind);
  const owned = { owner: 'root', group: 'root' };
  const actions = [
    ...of('line').map(({ path, line }) => [line.replaceAll(/\W+/g, '_'), lineAction(path, line)] as const),
    ...of('sysctl').map(
      ({ name, value }) =>
        [name.replaceAll('.', '_'), lineAction('/etc/sysctl.d/90-garden.conf', `${name} = ${value}`)] as const,
    ),
  ];
  return [
    pythonOf('pkg_apt', Object.fromEntries(of('package').map(({ name }) => [name, {}]))),
    pythonOf(
      'users',
      Object.fromEntries(of('user').map(({ name }) => [name, { shell: '/bin/sh', home: `/home/${name}` }])),
    ),
    pythonOf('directories', Object.fromEntries(of('directory').map(({ path, mode }) => [path, { mode, ...owned }]))),
    pythonOf(
      'files',
      Object.fromEntries(
        of('file').map(({ path, source, mode }) => [path, { source, mode, content_type: 'binary', ...owned }]),
      ),
    ),
    pythonOf('actions', Object.fromEntries(actions)),
  ].join('');
}

function nodesOf(job: Job): string {
  const nodes = job.hosts.map(({ ip }, index) => [
    `host${index}`,
    { hostname: ip, bundles: ['bench'], os: 'debian', os_version: [12] },
  ]);
  // A tuple is what it wants for the version.
  return `nodes = ${JSON.stringify(Object.fromEntries(nodes)).replaceAll('[12]', '(12,)')}\n`;
}

/** The port goes into ssh's own configuration: a node has a name alone. */
function configOf(job: Job): string {
  return `Include ${job.keys.clientConfig}\n${job.hosts.map(({ ip, port }) => `Host ${ip}\n  Port ${port}\n`).join('')}`;
}

/** BundleWrap, which asks with one command after the other, over a shared connection. */
export const bundlewrap: Contender = {
  name: 'bundlewrap',
  how: '`bw apply`, with a shared connection (ControlPersist)',
  missing: async () => ((await hasProgram('bw')) ? undefined : 'there is no bw (Debian: bundlewrap)'),
  version: async () => (await execute('bw', ['--version'])).stdout.trim(),
  async prepare(job) {
    const bundle = join(job.folder, 'bundles/bench');
    await mkdir(join(bundle, 'files'), { recursive: true });
    for (const item of job.items) {
      if (item.kind === 'file')
        await copyFile(join(job.folder, '../files', item.source), join(bundle, 'files', item.source));
    }
    await writeFile(join(bundle, 'items.py'), itemsOf(job.items));
    await writeFile(join(job.folder, 'nodes.py'), nodesOf(job));
    await writeFile(join(job.folder, 'groups.py'), 'groups = {}\n');
    await writeFile(join(job.folder, 'ssh_config'), configOf(job));
    const [, , ...jump] = sshArguments(job);
    const shared = `-o ControlMaster=auto -o ControlPersist=60s -o ControlPath=${job.keys.sockets}/%C`;
    const ssh = `-F ${join(job.folder, 'ssh_config')} ${jump.join(' ')} ${shared}`;
    return {
      command: {
        words: ['bw', 'apply', '-p', String(job.forks), ...job.hosts.map((_, index) => `host${index}`)],
        folder: job.folder,
        environment: { BW_SSH_ARGS: ssh, BW_SCP_ARGS: ssh, BW_SOFTLOCK_EXPIRY: '10m' },
      },
      verify: (measured) => expectSuccess(measured),
    };
  },
};
