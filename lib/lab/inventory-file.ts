import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Vars } from '../model/host.ts';
import { DEFAULT_LAB, hostAddress, type LabNames } from './layout.ts';
import type { Topology } from './topology.ts';

/** Where the inventory of a lab stands in a project: `.garden/lab/inventory.ini`, for further labs `NAME.ini` beside it. */
export function inventoryFile(project: string, lab: string): string {
  return join(project, '.garden', 'lab', lab === DEFAULT_LAB ? 'inventory.ini' : `${lab}.ini`);
}

/** A text that Python does not take for another literal: a word, a path, an address. */
const PLAIN = /^(?!(?:True|False|None)$)(?:[A-Za-z_./][\w./-]*|\d+(?:\.\d+){3})$/;

/** A value for Ansible's INI, as a literal of Python: so a text stays a text. */
function literal(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null) return 'None';
  if (typeof value === 'string' && PLAIN.test(value)) return value;
  return JSON.stringify(value);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `[${title}]`, ...lines];
}

function varLines(vars: Vars): readonly string[] {
  return Object.entries(vars).map(([name, value]) => `${name}=${literal(value)}`);
}

/** The inventory of a lab, in Ansible's INI format. */
export function inventoryText(names: LabNames, number: number, topology: Topology): string {
  const groups = [...new Set(topology.hosts.flatMap((host) => host.groups))].sort();
  const hosts = topology.hosts.map((host) => {
    const vars = { ansible_host: hostAddress(number, topology, host), ...host.vars };
    // On the line of a host words are split as a shell does, so what is not plain is quoted once more.
    const words = varLines(vars).map((word) =>
      /^[\w./=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
    );
    return [host.name, ...words].join(' ');
  });
  const login: Vars = {
    ansible_user: 'operator',
    ansible_ssh_private_key_file: names.privateKeyFile,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${names.knownHostsFile}`,
  };
  const lines = [
    `# Written by "garden lab up" for the lab "${names.lab}"; "garden lab down" removes it.`,
    ...hosts,
    ...groups.flatMap((group) =>
      section(
        group,
        topology.hosts.filter((host) => host.groups.includes(group)).map(({ name }) => name),
      ),
    ),
    ...section('all:vars', varLines(login)),
    ...Object.entries(topology.groupVars).flatMap(([group, vars]) => section(`${group}:vars`, varLines(vars))),
  ];
  return `${lines.join('\n')}\n`;
}

export async function writeInventory(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** Removes an inventory, and `.garden/lab` and `.garden` with it if nothing else is in them. */
export async function removeInventory(file: string): Promise<void> {
  await rm(file, { force: true });
  const folder = dirname(file);
  await rmdir(folder)
    .then(() => rmdir(dirname(folder)))
    .catch(() => {});
}
