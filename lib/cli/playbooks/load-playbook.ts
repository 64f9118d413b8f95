import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { UsageError } from '../../model/errors.ts';
import { isPlaybook, type Playbook } from '../../model/playbook.ts';
import { nearest } from '../../model/suggestion.ts';
import { shownPath } from '../../report/places.ts';
import { loadModule } from '../module/load-module.ts';

const MODULE = /\.[cm]?[jt]sx?$/;

/**
 * Loads a playbook: a TypeScript or JavaScript module whose default export is made by `playbook()`.
 *
 * @throws UsageError for everything that can be wrong with it: no such file, whatever {@link loadModule} refuses,
 * another default export.
 */
export async function loadPlaybook(file: string): Promise<Playbook> {
  const entry = resolve(file);
  checkFile(entry, file);
  return playbookOf(await loadModule(entry), entry);
}

function checkFile(entry: string, given: string): void {
  const stats = statSync(entry, { throwIfNoEntry: false });
  if (stats?.isFile()) {
    if (MODULE.test(entry)) return;
    const hint =
      'write it as site.ts: docs/from-ansible.md has the words of both side by side, and garden init an example';
    throw new UsageError([
      { where: shownPath(entry), message: 'this is no TypeScript module, as a playbook is', hint },
    ]);
  }
  const folder = stats === undefined ? dirname(entry) : entry;
  const candidates = playbooksIn(folder);
  const list = candidates.map((name) => shownPath(resolve(folder, name))).join(', ');
  const hint = list === '' ? {} : { hint: `in ${shownPath(folder) || folder} there is: ${list}` };
  if (stats !== undefined) throw new UsageError([{ message: `"${given}" is no file`, ...hint }]);
  const meant = nearest(basename(entry), candidates);
  const suggestion = meant === undefined ? '' : ` (did you mean "${shownPath(resolve(folder, meant))}"?)`;
  throw new UsageError([{ message: `there is no playbook "${given}"${suggestion}`, ...hint }]);
}

function playbooksIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /\.[cm]?ts$/.test(name) && !/\.(?:d|test)\.[cm]?ts$/.test(name));
  } catch {
    return [];
  }
}

function playbookOf(value: unknown, entry: string): Playbook {
  if (isPlaybook(value)) return value;
  const where = shownPath(entry);
  const hint = "end it with: export default playbook('Name', [play('Name', { hosts: 'all', … })]);";
  if (value === undefined) throw new UsageError([{ where, message: 'the playbook has no default export', hint }]);
  throw new UsageError([{ where, message: `the default export is ${kindOf(value)}, not a playbook`, hint }]);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null && 'type' in value) return `a ${String(value.type)}`;
  if (value === null) return 'null';
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}
