import { join } from 'node:path';
import { Semaphore } from '../model/semaphore.ts';
import { didYouMean } from '../model/suggestion.ts';
import { errorCode } from '../model/thrown.ts';
import type { InventoryData } from './data.ts';
import { DEEPEST_FOLDER, type FolderEntry, isNote, listFolder } from './folder.ts';
import { LOCAL_NAMES } from './patterns.ts';
import { readAll, type SourceContext } from './source-context.ts';
import { readVariableFile, type Variables } from './variable-file.ts';

/** What may stand behind a name; of several files for one name only that with the first of these counts. */
const ENDINGS = ['', '.yml', '.yaml', '.json', '.ts'] as const;
/** So many files are open at once. */
const FILES_AT_ONCE = 32;

/** Where more files are for nobody, the inventory is likely only a part of the hosts. */
const MOST_SUGGESTED = 20;

/** A folder, and how it is named in messages. */
export interface VariableFolder {
  readonly path: string;
  readonly shown: string;
}

/** Variables of one group or host, in one file. */
interface FileVariables {
  readonly name: string;
  readonly variables: Variables;
}

/** Reads the `group_vars` and `host_vars` of folders; those of a later folder win. The data must be settled. */
export async function readVariableFolders(
  folders: readonly VariableFolder[],
  data: InventoryData,
  context: SourceContext,
): Promise<void> {
  const open = new Semaphore(FILES_AT_ONCE);
  const groups = new Set(data.groups.keys());
  const hosts = new Set([...data.hosts.keys(), ...LOCAL_NAMES]);
  const read = await readAll(folders, context, async (folder, own) => {
    const reader = new FolderReader(own, open);
    return {
      groups: await reader.read(inside(folder, 'group_vars'), groups, 'group'),
      hosts: await reader.read(inside(folder, 'host_vars'), hosts, 'host'),
    };
  });
  for (const files of read) {
    for (const { name, variables } of files.groups) {
      warnOfPriority(variables, context);
      for (const [key, variable] of variables) data.setGroupFileVariable(name, key, variable);
    }
    for (const { name, variables } of files.hosts) {
      for (const [key, variable] of variables) data.setHostVariable(name, key, variable);
    }
  }
}

function inside({ path, shown }: VariableFolder, name: string): VariableFolder {
  return { path: join(path, name), shown: join(shown, name) };
}

function warnOfPriority(variables: Variables, { findings }: SourceContext): void {
  const priority = variables.get('ansible_group_priority');
  if (priority === undefined) return;
  findings.warning(priority.origin, {
    message: 'ansible_group_priority counts in the inventory itself only; here it is a variable like any other',
    hint: 'set it among the vars of the group in the inventory',
  });
}

class FolderReader {
  readonly #context: SourceContext;
  readonly #open: Semaphore;

  constructor(context: SourceContext, open: Semaphore) {
    this.#context = context;
    this.#open = open;
  }

  /** The variables of all of these groups or hosts that a folder has files for. */
  async read(folder: VariableFolder, known: ReadonlySet<string>, noun: string): Promise<readonly FileVariables[]> {
    const entries = await this.#list(folder);
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    const used = new Set<string>();
    const chosen = [...known].flatMap((name) => {
      const [first, ...others] = ENDINGS.flatMap((ending) => byName.get(name + ending) ?? []);
      if (first === undefined) return [];
      for (const { name: file } of [first, ...others]) used.add(file);
      this.#warnOfOthers(folder, first, others);
      return [{ name, entry: first }];
    });
    this.#warnOfUnused(
      folder,
      entries.filter(({ name }) => !used.has(name)),
      known,
      noun,
    );
    const files: { readonly name: string; readonly source: string }[] = [];
    for (const { name, entry } of chosen) {
      const sources = entry.isFolder
        ? await this.#filesIn(inside(folder, entry.name), 1)
        : [join(folder.shown, entry.name)];
      files.push(...sources.map((source) => ({ name, source })));
    }
    return readAll(files, this.#context, async ({ name, source }, own) => ({
      name,
      variables: await this.#open.run(() => readVariableFile(source, own)),
    }));
  }

  /** All files of a folder and of those in it, in order. Ansible takes folders and files with no other endings. */
  async #filesIn(folder: VariableFolder, depth: number): Promise<readonly string[]> {
    if (depth > DEEPEST_FOLDER) {
      const hint = 'see whether a link leads back to a folder that it is in';
      this.#context.findings.mistake(
        { source: folder.shown },
        { message: 'there are too many folders in folders', hint },
      );
      return [];
    }
    const found: string[] = [];
    for (const { name, isFolder } of await this.#list(folder)) {
      if (isFolder && !/.\./.test(name)) found.push(...(await this.#filesIn(inside(folder, name), depth + 1)));
      else if (!isFolder && (!/.\./.test(name) || /\.(?:yml|yaml|json|ts)$/.test(name)))
        found.push(join(folder.shown, name));
    }
    return found;
  }

  /** What a folder holds; nothing where there is no such folder. */
  async #list(folder: VariableFolder): Promise<readonly FolderEntry[]> {
    try {
      return (await listFolder(folder.path)).filter(({ name }) => !/^\.|~$/.test(name));
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT') return [];
      const message = code === 'ENOTDIR' ? 'this is no folder' : 'the folder may not be read by this user';
      this.#context.findings.mistake({ source: folder.shown }, { message });
      return [];
    }
  }

  #warnOfOthers(folder: VariableFolder, first: FolderEntry, others: readonly FolderEntry[]): void {
    for (const { name } of others) {
      this.#context.findings.warning(
        { source: join(folder.shown, name) },
        {
          message: `it is not read, since there is "${first.name}" too`,
          hint: 'keep one of them, or a folder with both',
        },
      );
    }
  }

  #warnOfUnused(
    folder: VariableFolder,
    unused: readonly FolderEntry[],
    known: ReadonlySet<string>,
    noun: string,
  ): void {
    const files = unused.filter(({ name }) => !isNote(name));
    for (const { name } of files) {
      const bare = name.replace(/\.(?:yml|yaml|json|ts)$/, '');
      this.#context.findings.warning(
        { source: folder.shown },
        {
          kind: 'unused',
          message: `"${name}" is for no ${noun} of the inventory${files.length > MOST_SUGGESTED ? '' : didYouMean(bare, known)}`,
          hint: `a file here is named as the ${noun} that it is for, with .yml, .yaml, .json, .ts or nothing behind it`,
        },
      );
    }
  }
}
