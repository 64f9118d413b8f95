import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { ConnectionSettings } from '../../lib/model/host.ts';

const BIN = fileURLToPath(new URL('../../bin/garden.js', import.meta.url));

/** A project with playbooks and inventories, in which the command line is used as a person does. */
export interface Project {
  readonly folder: string;
  write(name: string, text: string): Promise<void>;
  /** Runs `garden` there and resolves when it has ended, however that was. */
  garden(argv: readonly string[], options?: { readonly input?: string }): Promise<Ended>;
  /** Starts `garden` there. */
  start(argv: readonly string[]): Started;
  remove(): Promise<void>;
}

/** How a command ended and what it printed. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way. */
export interface Started {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

// As outside of any CI, without colours, and with nothing of the person's own that starts the tests.
const ENVIRONMENT = { NO_COLOR: '1', TERM: 'dumb', SSH_AUTH_SOCK: undefined };

/** Makes a project inside this repository, so that playbooks find `walled-garden` by its name. */
export async function makeProject(name: string): Promise<Project> {
  const folder = fileURLToPath(new URL(`../../.tap/projects/${name}-${process.pid}`, import.meta.url));
  await mkdir(folder, { recursive: true });
  const start = (argv: readonly string[], input?: string): Started => {
    const running = execa(process.execPath, [BIN, ...argv], {
      cwd: folder,
      reject: false,
      env: ENVIRONMENT,
      ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    });
    return {
      ended: running.then(({ exitCode, stdout, stderr }) => ({
        status: exitCode ?? -1,
        stdout: String(stdout),
        stderr: String(stderr),
      })),
      kill: (signal) => {
        running.kill(signal);
      },
    };
  };
  return {
    folder,
    write: (file, text) => writeFile(join(folder, file), text),
    garden: (argv, { input } = {}) => start(argv, input).ended,
    start,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A line of an INI inventory for a host that is reached so. */
export function inventoryLine(name: string, settings: ConnectionSettings, more = ''): string {
  const parts = [
    `ansible_host=${settings.address}`,
    ...(settings.port === undefined ? [] : [`ansible_port=${settings.port}`]),
    ...(settings.user === undefined ? [] : [`ansible_user=${settings.user}`]),
    ...(settings.password === undefined ? [] : [`ansible_password="'${settings.password.reveal()}'"`]),
    ...(settings.privateKeyFile === undefined ? [] : [`ansible_ssh_private_key_file=${settings.privateKeyFile}`]),
    ...(settings.sshArguments === undefined
      ? []
      : [`ansible_ssh_common_args="${settings.sshArguments.map((word) => `'${word}'`).join(' ')}"`]),
  ];
  return `${name} ${parts.join(' ')} ${more}`.trimEnd();
}
