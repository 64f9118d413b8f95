import t from 'tap';
import { makeProject } from '../support/garden.ts';

const SITE = `
import { block, command, facts, file, flush, handler, play, playbook, role, task } from 'walled-garden';
import { z } from 'zod';

const reload = handler('Reload', command('true'));

const web = role('web', {
  description: 'A web server',
  params: z.strictObject({ title: z.string() }),
  tasks: ({ params, host }) => [
    task('Install', command('true'), { tags: ['packages'] }),
    task('Configure', file({ path: '/srv/' + params.title, content: host.name }), { tags: ['config'], notify: reload }),
    ...(host.name === 'web2' ? [task('Only there', command('true'))] : []),
    task('Reset', command('true'), { tags: ['never', 'reset'] }),
  ],
});
const late = role('late', {
  description: 'Follows from a fact',
  params: z.strictObject({}),
  tasks: ({ get }) => [task('On ' + get(facts.os).id, command('true'))],
});

export default playbook('Site', [
  play('Web', {
    hosts: 'web',
    tags: ['site'],
    roles: [web({ title: 'page' }, { tags: ['web'] }), web(({ vars }) => ({ title: String(vars.title) })), late({})],
  }),
  play('Check', {
    hosts: 'all:!web2',
    tasks: [
      task('Ask', command('true')),
      block('Guarded', {
        tasks: [task('Try', command('true'), { tags: ['config'] }), flush()],
        rescue: [task('Mend', command('true'))],
        always: [task('Tidy', command('true'))],
      }),
    ],
  }),
]);
`;

const TREE = `Site

play Web  web (2 hosts)  [site]
├─ role web  [web]
│  ├─ Install  [packages]
│  ├─ Configure  [config]
│  ├─ Only there  on web2
│  └─ Reset  [never, reset]
├─ role web  #2
│  ├─ Install  [packages]
│  ├─ Configure  [config]
│  ├─ Only there  on web2
│  └─ Reset  [never, reset]
└─ role late  … follows from facts of the hosts

play Check  all:!web2 (1 host)
├─ Ask
└─ block Guarded
   ├─ Try  [config]
   ├─ flush
   ├─ Mend  (rescue)
   └─ Tidy  (always)`;

t.test('garden list', async (t) => {
  const project = await makeProject('list');
  t.teardown(() => project.remove());
  await project.write('site.ts', SITE);
  await project.write('hosts.ini', '[web]\nweb1 title=one\nweb2 title=two\n');
  const list = (...words: readonly string[]) => project.garden(['list', 'site.ts', '-i', 'hosts.ini', ...words]);

  await t.test('the whole playbook as a tree', async (t) => {
    const { status, stdout, stderr } = await list();
    t.equal(status, 0, stderr);
    t.equal(stdout, TREE);
  });

  await t.test('what a selection leaves of it', async (t) => {
    t.equal(
      (await list('--tags', 'config', '-l', 'web1')).stdout,
      [
        'Site',
        '',
        'play Web  web (1 host)  [site]',
        '├─ role web  [web]',
        '│  └─ Configure  [config]',
        '├─ role web  #2',
        '│  └─ Configure  [config]',
        // It may hold such tasks.
        '└─ role late  … follows from facts of the hosts',
        '',
        'play Check  all:!web2 (1 host)',
        '└─ block Guarded',
        '   ├─ Try  [config]',
        '   └─ flush',
      ].join('\n'),
    );
    t.match(
      (await list('--tags', 'reset', '--only', 'tasks')).stdout,
      /^Web\/web\/Reset {2}\[site, web, never, reset\]$/m,
    );
    t.equal((await list('--from', 'Guarded', '--only', 'tasks')).stdout.split('\n').length, 3);
    t.match((await list('--role', 'late')).stdout, /play Web {2}web \(2 hosts\) {2}\[site\]\n└─ role late/);
  });

  await t.test('parts of it, also by what run understands from Ansible', async (t) => {
    const hosts = await list('--only', 'hosts');
    t.equal(hosts.stdout, 'play Web  web (2 hosts)  [site]\n  web1\n  web2\nplay Check  all:!web2 (1 host)\n  web1');
    t.match((await list('--only', 'tags')).stdout, /^config +3 tasks\n.*\nweb {6}.*4 tasks$/s);
    t.equal((await list('--only', 'roles')).stdout, 'Web/web  [site, web]\nWeb/web#2  [site]\nWeb/late  [site]');
    const run = (flag: string) => project.garden(['run', 'site.ts', '-i', 'hosts.ini', flag]);
    for (const part of ['hosts', 'tasks', 'tags']) {
      t.equal((await run(`--list-${part}`)).stdout, (await list('--only', part)).stdout, `--list-${part}`);
    }
  });

  await t.test('as data', async (t) => {
    const { stdout } = await list('--format', 'json');
    const role = { type: 'role', name: 'web', path: 'Web/web', tags: ['site', 'web'], where: 'site.ts:27' };
    t.match(JSON.parse(stdout), {
      playbook: 'Site',
      plays: [{ name: 'Web', pattern: 'web', hosts: ['web1', 'web2'], children: [role, {}, { open: true }] }, {}],
    });
    t.same(JSON.parse((await list('--format', 'json', '--only', 'hosts')).stdout), {
      Web: ['web1', 'web2'],
      Check: ['web1'],
    });
  });

  await t.test('without an inventory: what depends on no host', async (t) => {
    const { status, stdout, stderr } = await project.garden(['list', 'site.ts']);
    t.equal(status, 0, stderr);
    t.match(stderr, /No inventory/);
    t.match(stdout, /^play Web {2}web {2}\[site\]\n├─ role web {2}\[web\] {2}… depends on the hosts$/m);
    t.match(stdout, /^play Check {2}all:!web2\n├─ Ask\n└─ block Guarded\n {3}├─ Try {2}\[config\]$/m);
    await project.write('typo.ts', SITE.replace("{ title: 'page' }", "{ titel: 'page' }"));
    const typo = await project.garden(['list', 'typo.ts']);
    t.equal(typo.status, 5);
    t.match(typo.stderr, /typo\.ts:27.*unknown parameter "titel" \(did you mean "title"\?\)/);
  });

  await t.test('pain 13: an unknown tag, role, place, host or playbook is a mistake with what was meant', async (t) => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--role', 'wep'], /no role "wep"|role "wep" \(did you mean "web"\?\)/],
      [['--from', 'Gaurded'], /"Gaurded" \(did you mean "Guarded"\?\)/],
      [['-l', 'web3'], /"web3" matches no host/],
      [['--only', 'task'], /Allowed choices are hosts, roles, tasks, tags/],
    ];
    await project.write('plain.ts', SITE.replace(', late({})', ''));
    for (const [words, expected] of cases) {
      const { status, stdout, stderr } = await project.garden(['list', 'plain.ts', '-i', 'hosts.ini', ...words]);
      t.equal(status, 5, words.join(' '));
      t.match(stderr, expected, words.join(' '));
      t.equal(stdout, '', words.join(' '));
    }
    const tag = await project.garden(['list', 'plain.ts', '-i', 'hosts.ini', '--tags', 'confg']);
    t.equal(tag.status, 5);
    t.match(tag.stderr, /no tag "confg" \(did you mean "config"\?\)/);
  });
});
