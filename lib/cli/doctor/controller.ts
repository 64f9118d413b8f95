import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { errorText } from '../../model/thrown.ts';
import { resolveSshConfig } from '../../transport/ssh-config.ts';
import { vaultPlaces } from '../secrets.ts';
import type { Environment } from '../streams.ts';
import type { Finding } from './finding.ts';

const OLDEST_NODE = [20, 19] as const;
/** Open files that a host may take: its connection, and the pipes of the system's ssh. */
const FILES_PER_HOST = 4;
const FILES_OF_ITS_OWN = 64;
/** The variables of Ansible's that garden reads too. */
const HONOURED = ['ANSIBLE_VAULT_PASSWORD_FILE'];

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const text = `Node.js ${process.versions.node}`;
  const old = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  return old
    ? { check: 'node', state: 'bad', text, todo: `install Node.js ${OLDEST_NODE.join('.')} or newer` }
    : { check: 'node', state: 'ok', text };
}

async function ssh(): Promise<Finding> {
  const { hasSsh } = await resolveSshConfig({ address: 'localhost' });
  return hasSsh
    ? { check: 'ssh', state: 'ok', text: "the system's ssh is there, and its configuration is asked" }
    : {
        ...{ check: 'ssh', state: 'warning', text: 'this machine has no ssh, so ~/.ssh/config does not count' },
        todo: 'install openssh-client',
      };
}

function keys(): Finding {
  const folder = join(homedir(), '.ssh');
  if (!existsSync(folder)) return { check: 'keys', state: 'ok', text: 'there is no ~/.ssh' };
  const open = (path: string, bits: number) => (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & bits;
  if (open(folder, 0o022)) {
    return { check: 'keys', state: 'bad', text: 'others may write to ~/.ssh', todo: 'chmod 700 ~/.ssh' };
  }
  const loose = readdirSync(folder).filter((name) => /^id_\w+$/.test(name) && open(join(folder, name), 0o077));
  if (loose.length === 0) return { check: 'keys', state: 'ok', text: 'nobody else may read the keys in ~/.ssh' };
  const names = loose.map((name) => `~/.ssh/${name}`).join(' ');
  return {
    check: 'keys',
    state: 'bad',
    text: `others may read ${names}, so ssh refuses it`,
    todo: `chmod 600 ${names}`,
  };
}

function ansible(environment: Environment): Finding {
  const names = Object.keys(environment).filter((name) => name.startsWith('ANSIBLE_') && !HONOURED.includes(name));
  return names.length === 0
    ? { check: 'ansible', state: 'ok', text: 'no variables of Ansible that would have no force here' }
    : {
        ...{
          check: 'ansible',
          state: 'warning',
          text: `these variables have no force here: ${names.sort().join(', ')}`,
        },
        todo: 'say it by an option: see docs/from-ansible.md',
      };
}

function journal(folder: string): Finding {
  const state = join(folder, '.garden');
  try {
    accessSync(existsSync(state) ? state : folder, constants.W_OK);
    return { check: 'journal', state: 'ok', text: 'the journals of runs can be written to .garden' };
  } catch {
    return {
      ...{ check: 'journal', state: 'bad', text: `${state} cannot be written to, so nothing can be run` },
      todo: 'run garden in a folder that is yours',
    };
  }
}

async function compiler(): Promise<Finding> {
  try {
    const { transform } = await import('esbuild');
    await transform('const one: number = 1', { loader: 'ts' });
    return { check: 'playbooks', state: 'ok', text: 'TypeScript can be loaded' };
  } catch (error) {
    const [why] = errorText(error).split('\n');
    return {
      ...{ check: 'playbooks', state: 'bad', text: `esbuild, which loads playbooks, does not work here: ${why}` },
      todo: 'install garden anew on this machine (npm ci): a folder of another kind of machine was copied',
    };
  }
}

function identity(environment: Environment, folder: string): Finding {
  const { vault: path, identity: file } = vaultPlaces({}, folder, environment);
  if (existsSync(file)) return { check: 'vault', state: 'ok', text: `there is an identity: ${file}` };
  const vault = existsSync(path);
  return vault
    ? {
        ...{ check: 'vault', state: 'warning', text: `there is a vault, but no identity (${file})` },
        todo: 'bring yours from where you keep it, or have somebody add you: garden vault recipients add',
      }
    : { check: 'vault', state: 'ok', text: 'no vault here' };
}

/** Pain 43 of all that work on many hosts at once: the system has no more open files. */
async function openFiles(forks: number): Promise<Finding> {
  const { stdout } = await execa('/bin/sh', ['-c', 'ulimit -n'], { reject: false });
  const limit = Number(stdout);
  const text = `${stdout.trim()} open files at most`;
  const hosts = Math.floor((limit - FILES_OF_ITS_OWN) / FILES_PER_HOST);
  if (!Number.isFinite(limit) || hosts >= forks) return { check: 'open files', state: 'ok', text };
  const todo =
    hosts < 1 ? 'raise it: ulimit -n 4096' : `raise it (ulimit -n 4096), or work on fewer at once: -f ${hosts}`;
  return { check: 'open files', state: 'warning', text: `${text}, which is not enough for ${forks} hosts`, todo };
}

/** Looks at this machine. */
export async function controllerFindings(
  folder: string,
  environment: Environment,
  forks: number,
): Promise<readonly Finding[]> {
  return [
    ...[node(), await ssh(), keys(), await openFiles(forks), journal(folder), await compiler()],
    ...[identity(environment, folder), ansible(environment)],
  ];
}
