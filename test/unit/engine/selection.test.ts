import t from 'tap';
import { z } from 'zod';
import { compilePlay } from '../../../lib/engine/compile.ts';
import type { Item } from '../../../lib/engine/items.ts';
import { outline } from '../../../lib/engine/outline.ts';
import { Selection, type SelectionOptions } from '../../../lib/engine/selection.ts';
import {
  barrier,
  block,
  fact,
  handler,
  NotYetKnown,
  type Playbook,
  play,
  playbook,
  role,
  sh,
  task,
  UsageError,
} from '../../../lib/index.ts';
import { command } from '../../../lib/resources/posix/command.ts';
import { testHost, testInventory } from '../../support/engine.ts';

const host = testHost('one', { address: 'one' });
const inventory = testInventory([host]);
const release = fact('release', { description: 'a number', script: sh`echo 1`, read: (text) => text });

const reload = handler('Reload', command('true'));
const proxy = role('proxy', {
  description: 'stands in another',
  params: z.strictObject({}),
  tasks: () => [task('Listen', command('true'))],
});
const web = role('web', {
  description: 'a role',
  params: z.strictObject({}),
  tasks: () => [
    task('Install', command('true'), { tags: ['packages'] }),
    task('Configure', command('true'), { notify: reload }),
    proxy({}, { tags: ['proxy'] }),
    task('Reset', command('true'), { tags: ['never', 'reset'] }),
  ],
});
const late = role('late', {
  description: 'follows from a fact',
  params: z.strictObject({}),
  tasks: ({ get }) => [task(`Release ${get(release)}`, command('true'), { tags: ['release'] })],
});

const site = playbook('Site', [
  play('Before', {
    hosts: 'all',
    tags: ['before'],
    tasks: [
      task('Announce', command('true'), { tags: ['always'] }),
      barrier(),
      block('Drain', {
        tasks: [task('Drain', command('true'))],
        rescue: [task('Complain', command('true'))],
        always: [task('Note', command('true'), { tags: ['note'] })],
      }),
    ],
  }),
  play('Site', {
    hosts: 'all',
    roles: [web({}, { tags: ['web'] }), proxy({})],
    tasks: [task('Note', command('true'))],
  }),
]);
const openSite = playbook('Site', [play('Site', { hosts: 'all', roles: [web({}), late({})] })]);

function shown(items: readonly Item[]): readonly string[] {
  return items.flatMap((item) => {
    if (item.type === 'leaf') return item.node.type === 'barrier' ? [] : [item.reference.path];
    if (item.type === 'role') return shown(item.items);
    return shown([...item.tasks, ...item.rescue, ...item.always]);
  });
}

async function selected(book: Playbook, options: SelectionOptions): Promise<readonly string[]> {
  const selection = new Selection(await outline(book, inventory), options);
  const context = { host, vars: host.vars, inventory, get: () => '7' };
  const compiled = await Promise.all(
    book.plays.map(async (each) =>
      selection.concerns(each.name, host.name)
        ? shown((await compilePlay(each, { ...context, get: (handle) => handle.get(token) }, selection)).role.items)
        : [],
    ),
  );
  return compiled.flat();
}

const token = {};
release.answer(token, '7');

const BEFORE = ['Before/Announce', 'Before/Drain/Drain', 'Before/Drain/Complain', 'Before/Drain/Note'];
const WEB = ['Site/web/Install', 'Site/web/Configure', 'Site/web/proxy/Listen'];
const REST = ['Site/proxy/Listen', 'Site/Note'];

t.test('what is selected', async (t) => {
  const cases: readonly (readonly [string, SelectionOptions, readonly string[]])[] = [
    ['nothing given: all but what is never done', {}, [...BEFORE, ...WEB, ...REST]],
    ['a tag of one task, and what is always done', { tags: ['packages'] }, ['Before/Announce', 'Site/web/Install']],
    // As with Ansible, an inherited tag asks for what is else never done.
    ['a tag of a role is all its tasks', { tags: ['web'] }, ['Before/Announce', ...WEB, 'Site/web/Reset']],
    ['a tag of a role within a role', { tags: ['proxy'] }, ['Before/Announce', 'Site/web/proxy/Listen']],
    ['a tag of a play', { tags: ['before'] }, BEFORE],
    ['what is never done is done by its own tag', { tags: ['reset'] }, ['Before/Announce', 'Site/web/Reset']],
    ['untagged', { tags: ['untagged'] }, ['Before/Announce', ...REST]],
    ['left out by tag', { skipTags: ['web', 'before'] }, REST],
    ['what is always done is left out by name', { skipTags: ['always', 'web'] }, [...BEFORE.slice(1), ...REST]],
    ['a role wherever it stands', { roles: ['proxy'] }, ['Site/web/proxy/Listen', 'Site/proxy/Listen']],
    ['a role at one place', { roles: ['web/proxy'] }, ['Site/web/proxy/Listen']],
    ['a role at one place, by its whole path', { roles: ['Site/proxy'] }, ['Site/proxy/Listen']],
    ['a role with what is in it', { roles: ['web'] }, WEB],
    ['from a play', { from: 'Site' }, [...WEB, ...REST]],
    ['from a task, by its path', { from: 'Site/web/Configure' }, [...WEB.slice(1), ...REST]],
    ['from a task, by the end of its path', { from: 'web/Configure' }, [...WEB.slice(1), ...REST]],
    ['from a task, by its name', { from: 'Configure' }, [...WEB.slice(1), ...REST]],
    ['from a role', { from: 'Site/proxy' }, REST],
    ['from within a block', { from: 'Before/Drain/Note' }, ['Before/Drain/Note', ...WEB, ...REST]],
    [
      'all at once',
      { tags: ['web'], skipTags: ['packages'], roles: ['web'], from: 'web' },
      [...WEB.slice(1), 'Site/web/Reset'],
    ],
    [
      'places of a journal',
      {
        places: [
          { host: 'one', role: 'proxy', path: '' },
          { host: 'one', role: '', path: 'Site/Note' },
          { host: 'other', role: 'web', path: '' },
        ],
      },
      ['Site/web/proxy/Listen', ...REST],
    ],
  ];
  for (const [name, options, expected] of cases) t.strictSame(await selected(site, options), expected, name);
});

t.test('pain 13: what does not exist, or leaves nothing, is a mistake before anything is touched', async (t) => {
  const cases: readonly (readonly [SelectionOptions, RegExp])[] = [
    [{ tags: ['wbe'] }, /no tag "wbe" \(did you mean "web"\?\)/],
    [{ skipTags: ['pakages'] }, /no tag "pakages" \(did you mean "packages"\?\)/],
    [{ roles: ['proxi'] }, /no role "proxi" \(did you mean "proxy"\?\)/],
    [{ roles: ['Site/web/web'] }, /no role "Site\/web\/web"/],
    [{ from: 'Confgure' }, /no play, role or task "Confgure" \(did you mean "Configure"\?\)/],
    [{ from: 'Listen' }, /"Listen" may be any of 2/],
    [{ from: 'Complain' }, /no play, role or task "Complain"/],
    [{ tags: ['packages'], roles: ['proxy'] }, /--tags with --role leaves nothing to do/],
    [{ roles: ['web'], from: 'Site/proxy' }, /--role with --from leaves nothing to do/],
    [{ skipTags: ['all', 'always'] }, /--skip-tags leaves nothing to do/],
  ];
  for (const [options, expected] of cases) await t.rejects(selected(site, options), { message: expected });
  const all = await selected(site, { tags: ['wbe'], roles: ['proxi'], from: 'Listen' }).catch(
    (error: unknown) => error,
  );
  if (!(all instanceof UsageError)) throw new Error('no mistakes');
  t.strictSame(
    all.mistakes.map(({ where }) => where),
    ['--tags', '--role', '--from'],
  );
  t.match(all.mistakes[2]?.hint, '"Site/web/proxy/Listen", "Site/proxy/Listen"');
});

t.test('a playbook of which every task is never done', async (t) => {
  const never = playbook('Never', [
    play('Reset', { hosts: 'all', tags: ['never', 'reset'], tasks: [task('Reset', command('true'))] }),
  ]);
  await t.rejects(selected(never, {}), { message: /every task has the tag "never"/ });
  t.strictSame(await selected(never, { tags: ['reset'] }), ['Reset/Reset']);
});

t.test('what may stand in a list that follows from facts is looked for there', async (t) => {
  t.strictSame(await selected(openSite, { tags: ['release'] }), ['Site/late/Release 7']);
  const selection = new Selection(await outline(openSite, inventory), { tags: ['release', 'relaese'] });
  t.strictSame(
    selection.unmet.map(({ word }) => word),
    ['release', 'relaese'],
  );
  const get = <T>(handle: { get(token: object): T }) => handle.get(token);
  for (const each of openSite.plays) await compilePlay(each, { host, vars: host.vars, inventory, get }, selection);
  t.strictSame(
    selection.unmet.map(({ word }) => word),
    ['relaese'],
    'what was found there is not missing any more',
  );
});

t.test('pain 37: a role that is not selected makes no list, and asks for no fact', async (t) => {
  const selection = new Selection(await outline(openSite, inventory), { roles: ['web'] });
  const refuse = <T>(): T => {
    throw new NotYetKnown(release);
  };
  for (const each of openSite.plays) {
    const { role: items } = await compilePlay(each, { host, vars: host.vars, inventory, get: refuse }, selection);
    t.strictSame(shown(items.items), WEB);
  }
});

t.test('handlers are those of roles of which a task is left', async (t) => {
  const handlersWith = async (options: SelectionOptions) => {
    const selection = new Selection(await outline(openSite, inventory), options);
    const get = <T>(handle: { get(token: object): T }) => handle.get(token);
    const [first] = openSite.plays;
    if (!first) throw new Error('no play');
    const { role: items } = await compilePlay(first, { host, vars: host.vars, inventory, get }, selection);
    return items.items.flatMap((item) => (item.type === 'role' ? item.handlers.map(({ name }) => name) : []));
  };
  t.strictSame(await handlersWith({ tags: ['packages'] }), ['Reload'], 'tags do not select among handlers');
  t.strictSame(await handlersWith({ tags: ['proxy'] }), [], 'a role within is not the role itself');
});
