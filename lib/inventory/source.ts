import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { quote } from '../model/script.ts';
import type { InventoryData } from './data.ts';
import { DEEPEST_FOLDER, isNoInventory, listFolder } from './folder.ts';
import { readHostNames } from './host-name.ts';
import { readIni } from './ini.ts';
import { looksLikeYaml } from './ini-mistakes.ts';
import { readAll, type SourceContext } from './source-context.ts';
import { describeFileError, textOf } from './source-file.ts';
import { openTypescript } from './typescript.ts';
import { isVaultText } from './vault-text.ts';
import { readDocument } from './yaml.ts';
import { readYamlInventory } from './yaml-inventory.ts';

/** A source that was fetched and is ready to be written into the data; sources are read at once, but merged in order. */
export type MergeSource = (data: InventoryData) => void;

const NOTHING: MergeSource = () => {};
const YAML = /\.(?:ya?ml|json)$/i;
const MODULE = /\.[cm]?[jt]s$/i;

/**
 * Fetches what `-i` names: `one,two,` is a list of hosts, a folder all inventories in it, a file one in INI, YAML, JSON or
 * TypeScript, or a program that prints one. What is wrong with it goes to the findings.
 */
export async function openSource(source: string, context: SourceContext): Promise<MergeSource> {
  const { findings, workingDirectory } = context;
  if (source.trim() === '') {
    findings.mistake({ source: '-i' }, { message: 'the name of the inventory is empty' });
    return NOTHING;
  }
  const stats = await stat(resolve(workingDirectory, source)).catch(() => undefined);
  if (stats === undefined && source.includes(',')) return (data) => readHostList(source, data);
  return stats?.isDirectory() ? openFolder(source, context, 1) : openFile(source, context);
}

/** The folder that a source is in, or is; undefined for hosts that are named on the command line. */
export async function folderOf(source: string, workingDirectory: string): Promise<string | undefined> {
  const stats = await stat(resolve(workingDirectory, source)).catch(() => undefined);
  if (stats === undefined) return undefined;
  return stats.isDirectory() ? source : dirname(source);
}

/** `web1,web2:2222,db[1:3],`: hosts without a file. */
function readHostList(source: string, data: InventoryData): void {
  const origin = { source: '-i' };
  const words = source.split(',').map((word) => word.trim());
  const named = words.filter((word) => word !== '');
  if (named.length === 0) data.findings.mistake(origin, { message: `"${source}" names no hosts` });
  for (const word of named) {
    const hosts = readHostNames(word);
    if (!('names' in hosts)) {
      data.findings.mistake(origin, hosts);
      continue;
    }
    for (const name of hosts.names) {
      data.host(name, 'ungrouped', origin);
      if (hosts.port !== undefined) data.setHostVariable(name, 'ansible_port', { value: hosts.port, origin });
    }
  }
}

/** All inventories of a folder and of those in it, in the order of their names. */
async function openFolder(source: string, context: SourceContext, depth: number): Promise<MergeSource> {
  const { findings, workingDirectory } = context;
  if (depth > DEEPEST_FOLDER) {
    const hint = 'see whether a link leads back to a folder that it is in';
    findings.mistake({ source }, { message: 'there are too many folders in folders', hint });
    return NOTHING;
  }
  try {
    const entries = (await listFolder(resolve(workingDirectory, source))).filter(({ name }) => !isNoInventory(name));
    if (entries.length === 0) findings.warning({ source }, { message: 'there is no inventory in this folder' });
    const opened = await readAll(entries, context, ({ name, isFolder }, own) => {
      const inner = join(source, name);
      return isFolder ? openFolder(inner, own, depth + 1) : openFile(inner, own);
    });
    return (data) => {
      for (const merge of opened) merge(data);
    };
  } catch (error) {
    findings.mistake({ source }, await describeFileError(error, source, workingDirectory));
    return NOTHING;
  }
}

async function openFile(source: string, context: SourceContext): Promise<MergeSource> {
  const { findings, workingDirectory } = context;
  const path = resolve(workingDirectory, source);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const remark = await describeFileError(error, source, workingDirectory);
    const isName = /^[\w.-]+$/.test(source) && !YAML.test(source) && !MODULE.test(source);
    const hint = `a host that is not in a file has a comma behind it: -i "${source},"`;
    findings.mistake({ source }, isName && remark.hint === undefined ? { ...remark, hint } : remark);
    return NOTHING;
  }
  const text = textOf(bytes);
  if (await isProgram(path, text)) {
    const { openProgram } = await import('./program.ts');
    return openProgram(source, context);
  }
  if (MODULE.test(source)) return openTypescript(source, context);
  return openText(text, source, context);
}

/** What may be executed and is made for it. A text without `#!` may have its bit from a file system that has none. */
async function isProgram(path: string, text: string | undefined): Promise<boolean> {
  if (text !== undefined && !text.startsWith('#!')) return false;
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function openText(text: string | undefined, source: string, context: SourceContext): Promise<MergeSource> {
  const { findings } = context;
  if (text === undefined) {
    findings.mistake({ source }, { message: 'this is no text file, and may not be executed' });
    return NOTHING;
  }
  if (text.startsWith('#!') && !YAML.test(source) && extname(source) !== '.ini') {
    const hint = `if it prints the inventory: chmod +x ${quote(source)}`;
    findings.mistake({ source }, { message: 'this is a program, but it may not be executed', hint });
    return NOTHING;
  }
  if (extname(source) === '.toml') {
    const hint = 'write it as YAML, INI or TypeScript';
    findings.mistake({ source }, { message: 'TOML cannot be read as an inventory', hint });
    return NOTHING;
  }
  if (YAML.test(source) || beginsLikeYaml(text, source)) {
    const root = await readDocument(text, source, context);
    return root === undefined ? NOTHING : (data) => readYamlInventory(root, source, data);
  }
  if (!isVaultText(text)) return (data) => readIni(text, source, data);
  const hint = 'encrypt the variables only, in group_vars, or write it as YAML';
  findings.mistake({ source }, { message: 'an inventory in INI that is encrypted cannot be read', hint });
  return NOTHING;
}

/** A file without an ending may hold YAML: Ansible tries. Its first line tells. */
function beginsLikeYaml(text: string, source: string): boolean {
  if (extname(source) !== '') return false;
  const line = text.split('\n').find((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  const [word = ''] = line?.trim().split(/\s/, 1) ?? [];
  return line?.startsWith('%YAML') || (word !== '-' && looksLikeYaml(word)) || word.startsWith('{"');
}
