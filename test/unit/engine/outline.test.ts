import t from 'tap';
import { z } from 'zod';
import { type OutlineNode, outline } from '../../../lib/engine/outline.ts';
import {
  barrier,
  block,
  fact,
  handler,
  oncePerRun,
  play,
  playbook,
  probe,
  role,
  sh,
  task,
} from '../../../lib/index.ts';
import { command } from '../../../lib/resources/posix/command.ts';
import { testHost, testInventory } from '../../support/engine.ts';

const hosts = ['one', 'two', 'three'].map((name) => testHost(name, { address: name }));
const inventory = testInventory(hosts);
const release = fact('release', { description: 'a number', script: sh`echo 1`, read: (text) => text });

const web = role('web', {
  description: 'differs by host',
  params: z.strictObject({}),
  tasks: ({ host }) => [
    task('First', command('true')),
    ...(host.name === 'two' ? [task('Only on two', command('true'), { tags: ['two'] })] : []),
    ...(host.name === 'one' ? [task('Only on one', command('true'))] : []),
    task('Last', command('true'), { tags: ['end', 'web'] }),
  ],
});

const late = role('late', {
  description: 'follows from a fact',
  params: z.strictObject({}),
  tasks: ({ get }) => [task(get(release), command('true'))],
});

function lines(nodes: readonly OutlineNode[], indent = ''): readonly string[] {
  return nodes.flatMap(({ type, name, tags, hosts: on, section, open, children }) => [
    `${indent}${type} ${name} [${tags}] ${on.length}${section === 'tasks' ? '' : ` ${section}`}${open ? ' open' : ''}`,
    ...lines(children, `${indent}  `),
  ]);
}

t.test('the tree is merged over the hosts, each task behind the one before it in its own list', async (t) => {
  const book = playbook('Site', [
    play('Web', {
      hosts: 'all',
      tags: ['site'],
      roles: [web({}, { tags: ['web'] }), late({}), web({})],
      tasks: [
        block('Guarded', {
          tags: ['guard'],
          tasks: [oncePerRun(command('true')), barrier()],
          rescue: [probe('Why', { script: sh`true`, read: () => 1 })],
          always: [task('Tidy', command('true'))],
        }),
      ],
    }),
    play('Late', { hosts: 'one', tasks: ({ get }) => [task(get(release), command('true'))] }),
  ]);
  const tree = await outline(book, inventory);
  t.equal(tree.name, 'Site');
  t.strictSame(lines(tree.plays), [
    'play Web [site] 3',
    '  role web [site,web] 3',
    '    task First [site,web] 3',
    '    task Only on two [site,web,two] 1',
    '    task Only on one [site,web] 1',
    '    task Last [site,web,end] 3',
    '  role late [site] 3 open',
    '  role web [site] 3',
    '    task First [site] 3',
    '    task Only on two [site,two] 1',
    '    task Only on one [site] 1',
    '    task Last [site,end,web] 3',
    '  block Guarded [site,guard] 3',
    '    task command true [site,guard] 3',
    '    barrier barrier [site,guard] 3',
    '    probe Why [site,guard] 3 rescue',
    '    task Tidy [site,guard] 3 always',
    'play Late [] 1 open',
  ]);
  const [first] = tree.plays;
  t.strictSame(
    first?.children.map(({ path }) => path),
    ['Web/web', 'Web/late', 'Web/web#2', 'Web/Guarded'],
  );
  t.match(first?.children[0]?.children[0]?.site.location?.file, /outline\.test\.ts$/);
});

t.test('a limit leaves its hosts, and plays that have none of them are not in the tree', async (t) => {
  const book = playbook('Site', [
    play('All', { hosts: 'all', roles: [web({})] }),
    play('Two', { hosts: 'two', tasks: [command('true')] }),
  ]);
  const { plays } = await outline(book, inventory, new Set(['one']));
  t.strictSame(lines(plays), [
    'play All [] 1',
    '  role web [] 1',
    '    task First [] 1',
    '    task Only on one [] 1',
    '    task Last [end,web] 1',
  ]);
});

t.test('the mistakes of a playbook are told as before a run', async (t) => {
  const strict = role('strict', {
    description: 'takes a number',
    params: z.strictObject({ size: z.number() }),
    tasks: () => [],
  });
  const wrong = strict(() => JSON.parse('{"size": "big"}'));
  await t.rejects(outline(playbook('Site', [play('All', { hosts: 'all', roles: [wrong] })]), inventory), {
    name: 'UsageError',
    message: /size/,
  });
});

t.test('pain 4: two handlers of one name are a mistake; the same handler twice is none', async (t) => {
  const reload = handler('Reload', command('true'));
  const book = (second: typeof reload) =>
    playbook('Site', [
      play('All', {
        hosts: 'all',
        tasks: [task('a', command('true'), { notify: reload }), task('b', command('true'), { notify: second })],
      }),
    ]);
  await t.rejects(outline(book(handler('Reload', command('false'))), inventory), {
    message: /All has two handlers named "Reload"/,
  });
  await t.resolves(outline(book(reload), inventory));
});
