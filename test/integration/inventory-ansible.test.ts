import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { type LoadedInventory, loadInventory, selectHosts } from '../../lib/inventory/index.ts';
import { splitPattern } from '../../lib/inventory/patterns.ts';
import { UsageError } from '../../lib/model/errors.ts';
import { type PatternNames, Random, randomInventory, randomPattern } from '../support/random-inventory.ts';

/** Debian's, for which the package ansible-core is made. */
const PYTHON = '/usr/bin/python3';
const ANSIBLE = spawnSync(PYTHON, ['-c', 'import ansible.inventory.manager']).status === 0;
const SKIP = ANSIBLE ? false : 'the Debian package ansible-core is not installed';
const INVENTORIES = 150;
const PATTERNS = 8;
const SEED = Number(process.env.GARDEN_SEED ?? 1 + Math.floor(Math.random() * 1e9));

interface Question {
  readonly sources: readonly string[];
  readonly patterns: readonly string[];
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
function askAnsible(questions: readonly Question[]): readonly Answer[] {
  const script = fileURLToPath(new URL('../support/ansible-inventory.py', import.meta.url));
  const env = {
    PATH: process.env.PATH,
    LC_ALL: 'C.UTF-8',
    ANSIBLE_LOCALHOST_WARNING: '0',
    ANSIBLE_INVENTORY_ENABLED: 'ini,host_list',
    ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FATAL: '1',
  };
  const input = JSON.stringify(questions);
  const output = execFileSync(PYTHON, [script], { input, env, stdio: ['pipe', 'pipe', 'ignore'], maxBuffer: 1 << 28 });
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
    hostvars: Object.fromEntries(inventory.all.map(({ name, vars }) => [name, vars])),
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

t.test('inventories and patterns mean what they mean to Ansible', { skip: SKIP }, async (t) => {
  t.comment(`seed ${SEED}; again with GARDEN_SEED=${SEED}`);
  const random = new Random(SEED);
  const folder = t.testdir();
  const questions: Question[] = [];
  for (let index = 0; index < INVENTORIES; index++) {
    // Every tenth is made of two sources.
    const sources = (index % 10 === 0 ? ['a', 'b'] : ['a']).map((part) => join(folder, `${index}${part}`));
    for (const source of sources) writeFileSync(source, randomInventory(random));
    const { inventory } = await loadInventory(sources, { workingDirectory: folder });
    const names = namesOf(inventory);
    questions.push({ sources, patterns: Array.from({ length: PATTERNS }, () => randomPattern(random, names)) });
  }
  const answers = askAnsible(questions);
  let [matched, refused] = [0, 0];
  /** Terms that garden refuses; Ansible must find nothing for them. */
  const doubted: { readonly question: Question; readonly pattern: string; readonly wrong: readonly string[] }[] = [];
  for (const [index, question] of questions.entries()) {
    const answer = answers[index];
    if (answer === undefined) throw new Error('Ansible gave fewer answers than questions');
    const texts = question.sources.map((source) => readFileSync(source, 'utf8')).join('\n---- next source\n');
    if (!t.equal(answer.error, undefined, `Ansible takes inventory ${index}`)) t.comment(texts);
    if (answer.error !== undefined) continue;
    const { inventory } = await loadInventory(question.sources, { workingDirectory: folder });
    const { groups, hostvars, patterns } = answer;
    const expected = { all: [...answer.all].sort(), groups, hostvars };
    if (!t.strictSame(describe(inventory), expected, `inventory ${index}`)) t.comment(texts);
    for (const [place, pattern] of question.patterns.entries()) {
      try {
        const names = selectHosts(inventory, pattern).map(({ name }) => name);
        if (!t.strictSame(new Set(names), new Set(patterns[place]), `inventory ${index}: ${pattern}`)) t.comment(texts);
        matched++;
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        const wrong = error.mistakes.map(({ message }) => /^"([^"]*)"/.exec(message)?.[1] ?? '');
        doubted.push({ question, pattern, wrong });
        refused++;
      }
    }
  }
  const found = askAnsible(doubted.map(({ question, wrong }) => ({ sources: question.sources, patterns: wrong })));
  for (const [index, { pattern, wrong }] of doubted.entries()) {
    t.ok(wrong.length > 0 && wrong.every((term) => splitPattern(pattern).some((part) => part.includes(term))), pattern);
    t.strictSame(found[index]?.patterns.flat(), [], `${pattern}: Ansible finds nothing for ${wrong.join(' ')} either`);
  }
  t.comment(
    `${INVENTORIES} inventories, ${matched} patterns alike, ${refused} refused for a term that matches nothing`,
  );
  t.ok(matched > 300);
});
