import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { InventoryData } from './data.ts';
import type { Findings, Remark } from './findings.ts';
import { readHostNames } from './host-name.ts';
import { readIni } from './ini.ts';
import { describeFileError, textOf } from './source-file.ts';

/** A source that was fetched and is ready to be written into the data; sources are read at once, but merged in order. */
export type MergeSource = (data: InventoryData) => void;

/** Files that are no INI by their names, and what they are. */
const OTHER_FORMATS: ReadonlyMap<string, string> = new Map([
  ['.yml', 'YAML'],
  ['.yaml', 'YAML'],
  ['.json', 'JSON'],
  ['.toml', 'TOML'],
  ['.ts', 'TypeScript'],
  ['.js', 'JavaScript'],
]);
const LINES = 'write the inventory as INI: [group] on a line, then its hosts, one a line';

/**
 * Fetches what `-i` names: `one,two,` is a list of hosts, everything else a file in INI. What is wrong with it goes to
 * the findings.
 */
export async function openSource(source: string, workingDirectory: string, findings: Findings): Promise<MergeSource> {
  if (source.trim() === '') {
    findings.mistake({ source: '-i' }, { message: 'the name of the inventory is empty' });
    return () => {};
  }
  if (source.includes(',')) return (data) => readHostList(source, data);
  const text = await fetchText(source, workingDirectory);
  if (typeof text === 'string') return (data) => readIni(text, source, data);
  findings.mistake({ source }, text);
  return () => {};
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

async function fetchText(source: string, workingDirectory: string): Promise<string | Remark> {
  const format = OTHER_FORMATS.get(extname(source).toLowerCase());
  let bytes: Buffer;
  try {
    bytes = await readFile(resolve(workingDirectory, source));
  } catch (error) {
    const remark = await describeFileError(error, source, workingDirectory);
    if (remark.message.startsWith('this is a folder')) {
      return { ...remark, hint: 'name the file in it, and others with more -i' };
    }
    const hint = `a host that is not in a file has a comma behind it: -i "${source},"`;
    return /^[\w.-]+$/.test(source) && format === undefined ? { ...remark, hint } : remark;
  }
  if (format !== undefined) return { message: `${format} cannot be read as an inventory yet`, hint: LINES };
  const text = textOf(bytes);
  if (text === undefined) return { message: 'this is no text file', hint: LINES };
  if (text.startsWith('#!'))
    return { message: 'this is a program, and cannot be asked for the inventory yet', hint: LINES };
  return text;
}
