import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gardenCommand, gardenPlaybook, installGarden } from './contenders/garden.ts';
import type { Entry, Sample } from './entries.ts';
import { measure } from './measure.ts';
import { hundredTasks, type Item } from './workload.ts';

const there = async (): Promise<undefined> => undefined;

async function take(words: readonly string[], folder: string): Promise<Sample> {
  const measured = await measure({ words, folder });
  if (measured.status !== 0) throw new Error(`${words.join(' ')} ended with ${measured.status}:\n${measured.output}`);
  return measured;
}

/** What `garden --version` takes, and what node takes to start at all. */
export function versionEntries(): readonly Entry[] {
  return [
    {
      name: 'garden',
      how: '`garden --version`',
      missing: there,
      once: async () => take([...(await gardenCommand()), '--version'], '/'),
    },
    { name: 'node', how: '`node -e 0`', missing: there, once: () => take([process.execPath, '-e', '0'], '/') },
  ];
}

/** What it takes to load a playbook of 200 lines, and one without a task. */
export function playbookEntries(): readonly Entry[] {
  // A file's source must be there when its task is made, so the other kinds take the place of files.
  const items = hundredTasks().filter(({ kind }) => kind !== 'file');
  const many = Array.from({ length: 190 }, (_, index) => items[index % items.length]).filter(
    (item) => item !== undefined,
  );
  return [listEntry('garden', 'a playbook of 200 lines', many), listEntry('empty', 'a playbook without a task', [])];
}

function listEntry(name: string, what: string, items: readonly Item[]): Entry {
  const ready = async () => {
    const folder = join(await installGarden(), `start-${name}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'site.ts'), gardenPlaybook(items));
    await writeFile(join(folder, 'hosts.ini'), '[all]\nhost0\n');
    return folder;
  };
  const words = async () => [...(await gardenCommand()), 'list', 'site.ts', '-i', 'hosts.ini'];
  return {
    name,
    how: `\`garden list\` of ${what}`,
    async missing() {
      const { output } = await measure({ words: [...(await gardenCommand()), 'list', '--help'], folder: '/' });
      return output.includes('garden list') ? undefined : 'this version has no `garden list`';
    },
    once: async () => take(await words(), await ready()),
  };
}
