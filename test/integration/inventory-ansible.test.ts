import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { type LoadedInventory, loadInventory, selectHosts } from '../../lib/inventory/index.ts';
import { UsageError } from '../../lib/model/errors.ts';
import { type PatternNames, Random, randomPattern } from '../support/random-inventory.ts';
import { SOURCE_KINDS, writeRandomSource, writeRandomVariables } from '../support/random-tree.ts';

/** Debian's, for which the package ansible-core is made. */
const PYTHON = '/usr/bin/python3';
const ANSIBLE = spawnSync(PYTHON, ['-c', 'import ansible.inventory.manager']).status === 0;
const SKIP = ANSIBLE ? false : 'the Debian package ansible-core is not installed';
const INVENTORIES = 200;
const PATTERNS = 8;
const SEED = Number(process.env.GARDEN_SEED ?? 1 + Math.floor(Math.random() * 1e9));

interface Question {
  readonly sources: readonly string[];
  /** A pattern, or a pattern and a limit. */
  readonly patterns: readonly (string | readonly [pattern: string, limit: string])[];
  readonly playbookFolder?: string | undefined;
}

interface Answer {
  readonly error?: string;
  readonly all: readonly string[];
  readonly groups: Readonly<
    Record<string, { readonly hosts: readonly string[]; readonly children: readonly string[] }>
  >;
  readonly hostvars: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly patterns: readonly (readonly string[])[];
}

/** Ansible's own reading, of all in one process. */
function askAnsible(questions: readonly Question[], cwd: string): readonly Answer[] {
  const script = fileURLToPath(new URL('../support/ansible-inventory.py', import.meta.url));
  const env = {
    PATH: process.env.PATH,
    LC_ALL: 'C.UTF-8',
    ANSIBLE_LOCALHOST_WARNING: '0',
    ANSIBLE_INVENTORY_ENABLED: 'host_list,script,yaml,ini',
    ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: '1',
  };
  const input = JSON.stringify(questions);
  const output = execFileSync(PYTHON, [script], {
    input,
    env,
    cwd,
    stdio: ['pipe', 'pipe', 'ignore'],
    maxBuffer: 1 << 28,
  });
  return JSON.parse(output.toString());
}

function describe(inventory: LoadedInventory): Omit<Answer, 'patterns' | 'error'> {
  const groups = [...inventory.groups.keys()].map((name) => [
    name,
    { hosts: inventory.directHosts(name), children: inventory.children(name) ?? [] },
  ]);
  return {
    all: [...(inventory.groups.get('all') ?? [])].sort(),
    groups: Object.fromEntries(groups),
    hostvars: JSON.parse(JSON.stringify(Object.fromEntries(inventory.all.map(({ name, vars }) => [name, vars])))),
  };
}

/** Ansible goes through the groups of a group's groups in no certain order, so that only flat groups have one. */
function namesOf(inventory: LoadedInventory): PatternNames {
  const hosts = inventory.all.map(({ name }) => name);
  const groups = [...inventory.groups.keys()];
  const children = (name: string) => inventory.children(name) ?? [];
  const flat = groups.filter((name) => children(name).every((child) => children(child).length === 0));
  return { names: [...groups, ...hosts], ordered: new Set([...flat, ...hosts]) };
}

/** Writes an inventory of one or two sources, most with `group_vars` and `host_vars` beside them or a playbook. */
function writeInventory(random: Random, folder: string, index: number): Omit<Question, 'patterns'> {
  const folders = new Set<string>();
  const sources = (index % 6 === 0 ? ['a', 'b'] : ['a']).map((part, at) => {
    const kind = at === 0 ? (SOURCE_KINDS[index % SOURCE_KINDS.length] ?? 'ini') : random.pick(SOURCE_KINDS);
    const place = at === 1 && random.chance(0.5) ? join(folder, 'second') : folder;
    const source = join(place, writeRandomSource(random, place, kind, part));
    folders.add(kind === 'folder' ? source : place);
    return source;
  });
  if (random.chance(0.6))
    for (const [at, beside] of [...folders].entries()) writeRandomVariables(random, beside, 'fg'.charAt(at));
  if (random.chance(0.5)) return { sources };
  const playbookFolder = join(folder, 'playbook');
  mkdirSync(playbookFolder);
  writeRandomVariables(random, playbookFolder, 'p');
  return { sources, playbookFolder };
}

/** All texts of an inventory, to be looked at where something differs. */
function textsOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  return files.map((name) => `---- ${name}\n${readFileSync(join(folder, name), 'utf8')}`).join('\n');
}

t.test('inventories and patterns mean what they mean to Ansible', { skip: SKIP }, async (t) => {
  t.comment(`seed ${SEED}; again with GARDEN_SEED=${SEED}`);
  const random = new Random(SEED);
  const folder = t.testdir();
  const questions: Question[] = [];
  const folderOf = (index: number): string => join(folder, String(index));
  const loadIt = ({ sources, playbookFolder }: Omit<Question, 'patterns'>) =>
    loadInventory(sources, { workingDirectory: folder, playbookFolder });
  for (let index = 0; index < INVENTORIES; index++) {
    mkdirSync(folderOf(index));
    const question = writeInventory(random, folderOf(index), index);
    try {
      const names = namesOf((await loadIt(question)).inventory);
      const patterns = Array.from({ length: PATTERNS }, () => randomPattern(random, names));
      const limited = [[randomPattern(random, names), randomPattern(random, names)]] as const;
      questions.push({ ...question, patterns: [...patterns, ...limited] });
    } catch (error) {
      t.comment(textsOf(folderOf(index)));
      throw error;
    }
  }
  const answers = askAnsible(questions, folder);
  let [matched, refused] = [0, 0];
  /** Terms that garden refuses; Ansible must find nothing for them. */
  const doubted: { readonly question: Question; readonly pattern: string; readonly wrong: readonly string[] }[] = [];
  for (const [index, question] of questions.entries()) {
    const answer = answers[index];
    if (answer === undefined) throw new Error('Ansible gave fewer answers than questions');
    const tell = () => t.comment(textsOf(folderOf(index)));
    if (!t.equal(answer.error, undefined, `Ansible takes inventory ${index}`)) tell();
    if (answer.error !== undefined) continue;
    const { inventory } = await loadIt(question);
    const { groups, hostvars, patterns } = answer;
    const expected = { all: [...answer.all].sort(), groups, hostvars };
    if (!t.strictSame(describe(inventory), expected, `inventory ${index}`)) tell();
    for (const [place, asked] of question.patterns.entries()) {
      const [pattern, limit] = typeof asked === 'string' ? [asked] : asked;
      const shown = [pattern, limit].join(' --limit ');
      try {
        const names = selectHosts(inventory, pattern, limit).map(({ name }) => name);
        if (!t.strictSame(new Set(names), new Set(patterns[place]), `inventory ${index}: ${shown}`)) tell();
        matched++;
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        const wrong = error.mistakes.map(({ message }) => /^"([^"]*)"/.exec(message)?.[1] ?? '');
        doubted.push({ question, pattern: shown, wrong });
        refused++;
      }
    }
  }
  const found = askAnsible(
    doubted.map(({ question, wrong }) => ({ ...question, patterns: wrong })),
    folder,
  );
  for (const [index, { pattern, wrong }] of doubted.entries()) {
    t.ok(wrong.length > 0 && wrong.every((term) => pattern.includes(term)), pattern);
    t.strictSame(found[index]?.patterns.flat(), [], `${pattern}: Ansible finds nothing for ${wrong.join(' ')} either`);
  }
  t.comment(
    `${INVENTORIES} inventories, ${matched} patterns alike, ${refused} refused for a term that matches nothing`,
  );
  t.ok(matched > 300);
});
