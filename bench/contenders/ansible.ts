import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { hasProgram } from '../measure.ts';
import type { Item } from '../workload.ts';
import { type Contender, expectOnEach, expectSuccess, FILES, type Job, sshArguments } from './contender.ts';

const execute = promisify(execFile);

/** Where Debian's package ansible-mitogen puts its strategies. */
const MITOGEN = '/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy';

/** From so many files on, they become one task with a loop, as people write it. */
const LOOP_FROM = 50;

function ansibleTask(item: Item): object {
  switch (item.kind) {
    case 'package':
      return { name: `package ${item.name}`, apt: { name: item.name, state: 'present' } };
    case 'user':
      return { name: `user ${item.name}`, user: { name: item.name, shell: '/bin/sh' } };
    case 'directory':
      return { name: `folder ${item.path}`, file: { path: item.path, state: 'directory', mode: item.mode } };
    case 'file':
      return { name: `file ${item.path}`, copy: { src: `${FILES}/${item.source}`, dest: item.path, mode: item.mode } };
    case 'line':
      return {
        name: `line ${item.line}`,
        lineinfile: { path: item.path, line: item.line, create: true, mode: '0644' },
      };
    case 'sysctl':
      // The module sysctl is in none of ansible-core: the line in the file is the part of it that changes something here.
      return {
        name: `sysctl ${item.name}`,
        lineinfile: {
          path: '/etc/sysctl.d/90-garden.conf',
          line: `${item.name} = ${item.value}`,
          create: true,
          mode: '0644',
        },
      };
  }
}

function playbookOf(items: readonly Item[]): string {
  const files = items.filter((item) => item.kind === 'file');
  const many = files.length >= LOOP_FROM;
  const tasks = items.filter((item) => !(many && item.kind === 'file')).map(ansibleTask);
  const loop = {
    name: 'files',
    copy: { src: `${FILES}/{{ item }}`, dest: '/srv/bench/{{ item }}', mode: '0644' },
    loop: files.map(({ source }) => source),
  };
  return stringify([{ hosts: 'all', gather_facts: false, tasks: many ? [...tasks, loop] : tasks }]);
}

function inventoryOf(job: Job): string {
  const hosts = job.hosts.map(({ ip, port }, index) => `host${index} ansible_host=${ip} ansible_port=${port}`);
  const settings = [
    'ansible_user=root',
    'ansible_python_interpreter=/usr/bin/python3',
    `ansible_ssh_common_args='${sshArguments(job).join(' ')}'`,
  ];
  return `[all]\n${hosts.join('\n')}\n\n[all:vars]\n${settings.join('\n')}\n`;
}

function ansibleWith(
  name: string,
  how: string,
  strategy: Record<string, string>,
  missing: () => string | undefined,
): Contender {
  return {
    name,
    how,
    async missing() {
      return (await hasProgram('ansible-playbook')) ? missing() : 'there is no ansible-playbook (Debian: ansible-core)';
    },
    version: async () => (await execute('ansible', ['--version'])).stdout.split('\n')[0] ?? '',
    async prepare(job) {
      await writeFile(join(job.folder, 'site.yml'), playbookOf(job.items));
      await writeFile(join(job.folder, 'hosts.ini'), inventoryOf(job));
      return {
        command: {
          words: ['ansible-playbook', '-i', 'hosts.ini', '-f', String(job.forks), 'site.yml'],
          folder: job.folder,
          environment: {
            ANSIBLE_PIPELINING: 'True',
            ANSIBLE_SSH_ARGS: '-o ControlMaster=auto -o ControlPersist=60s',
            ANSIBLE_CONTROL_PATH_DIR: job.keys.sockets,
            ANSIBLE_TIMEOUT: '120',
            ANSIBLE_NOCOWS: '1',
            ...strategy,
          },
        },
        verify(measured, changes) {
          expectSuccess(measured);
          const files = job.items.filter(({ kind }) => kind === 'file').length;
          // A loop is one task, however much it changes.
          const expected = changes > 0 && files >= LOOP_FROM ? changes - files + 1 : changes;
          expectOnEach(measured, job.hosts.length, new RegExp(`^host\\d+ .*changed=${expected} .*failed=0`));
        },
      };
    },
  };
}

/** Ansible at its best without further software. */
export const ansible = ansibleWith('ansible', 'with pipelining and ControlPersist', {}, () => undefined);

/** Ansible with the interpreter kept alive on the host. */
export const mitogen = ansibleWith(
  'mitogen',
  "Ansible with Debian's ansible-mitogen (strategy mitogen_linear)",
  { ANSIBLE_STRATEGY: 'mitogen_linear', ANSIBLE_STRATEGY_PLUGINS: MITOGEN },
  () => (existsSync(MITOGEN) ? undefined : 'there is no Mitogen (Debian: ansible-mitogen)'),
);
