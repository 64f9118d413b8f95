import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeProject } from '../support/garden.ts';
import { Random } from '../support/random-inventory.ts';
import { SOURCE_KINDS, writeRandomSource, writeRandomVariables } from '../support/random-tree.ts';

const ANSIBLE = '/usr/bin/ansible-inventory';
const SKIP =
  spawnSync(ANSIBLE, ['--version']).status === 0 ? false : 'the Debian package ansible-core is not installed';
const INVENTORIES = 15;
const SEED = Number(process.env.GARDEN_SEED ?? 1 + Math.floor(Math.random() * 1e9));

/** Ansible marks text that must not be taken for a template; garden has no templates. */
function withoutMark(_key: string, value: unknown): unknown {
  const marked = typeof value === 'object' && value !== null && '__ansible_unsafe' in value;
  return marked ? value.__ansible_unsafe : value;
}

t.test('garden inventory --list prints what ansible-inventory --list prints', { skip: SKIP }, async (t) => {
  t.comment(`seed ${SEED}; again with GARDEN_SEED=${SEED}`);
  const random = new Random(SEED);
  const project = await makeProject('inventory-ansible');
  t.teardown(() => project.remove());
  const env = {
    PATH: process.env.PATH,
    HOME: project.folder,
    LC_ALL: 'C.UTF-8',
    ANSIBLE_LOCALHOST_WARNING: '0',
    ANSIBLE_INVENTORY_ENABLED: 'host_list,script,yaml,ini',
    ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: '1',
  };
  for (let index = 0; index < INVENTORIES; index++) {
    const kind = SOURCE_KINDS[index % SOURCE_KINDS.length] ?? 'ini';
    const folder = join(project.folder, String(index));
    mkdirSync(folder);
    const source = join(folder, writeRandomSource(random, folder, kind, 'a'));
    writeRandomVariables(random, kind === 'folder' ? source : folder, 'f');
    const argv = ['-i', source, ...(random.chance(0.3) ? ['-i', 'web1,more:2222,'] : []), '--list'];
    const printed = execFileSync(ANSIBLE, argv, { cwd: project.folder, env, stdio: ['ignore', 'pipe', 'ignore'] });
    const expected: unknown = JSON.parse(printed.toString(), withoutMark);
    const { status, stdout, stderr } = await project.garden(['inventory', ...argv]);
    t.equal(status, 0, stderr);
    t.strictSame(JSON.parse(stdout), expected, `${index}: ${argv.join(' ')}`);
  }
});
