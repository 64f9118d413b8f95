// Running a part of a playbook, as people type it.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t from 'tap';
import { inventoryLine, makeProject } from '../support/garden.ts';
import { freePort, sshdUnavailable, startSshd } from '../support/sshd.ts';

const PLAYBOOK = `
import { file, play, playbook, role, task } from 'walled-garden';
import { z } from 'zod';

const pages = role('pages', {
  description: 'two pages',
  params: z.strictObject({}),
  tasks: ({ vars }) => [
    task('First', file({ path: '/srv/first', content: String(vars.text ?? 'one') }), { tags: ['first'] }),
    task('Second', file({ path: '/srv/second', content: 'two' }), { tags: ['second'] }),
  ],
});
const folder = role('folder', {
  description: 'a file where there may be no folder',
  params: z.strictObject({}),
  tasks: () => [task('Deep', file({ path: '/srv/deep/file', content: 'x' }), { tags: ['deep'] })],
});

export default playbook('Pages', [
  play('Pages', { hosts: 'web', serial: 1, maxFail: { hosts: 0 }, roles: [pages({}), folder({})] }),
]);
`;

if (sshdUnavailable) {
  t.plan(0, sshdUnavailable);
  process.exit(0);
}

const one = await startSshd({});
const two = await startSshd({});
const project = await makeProject('selection');
t.teardown(async () => {
  await project.remove();
  await Promise.all([one.stop(), two.stop()]);
});
const gone = inventoryLine('gone', { address: '127.0.0.1', port: await freePort() });
await project.write('site.ts', PLAYBOOK);
await project.write(
  'hosts.ini',
  `[web]\n${inventoryLine('one', one.settings('root'))}\n${inventoryLine('two', two.settings('root'))}\n`,
);
await project.write('gone.ini', `[web]\n${inventoryLine('one', one.settings('root'))}\n${gone}\n`);
const garden = (command: string, ...words: readonly string[]) =>
  project.garden([command, 'site.ts', '-i', 'hosts.ini', ...words]);
const clean = () =>
  Promise.all([one, two].map((each) => each.run('rm -rf /srv/first /srv/second /srv/deep; mkdir /srv/deep')));
/** `status task` of every line that tells of a task. */
const told = ({ stdout }: { readonly stdout: string }) =>
  stdout.split('\n').flatMap((line) => {
    const [, status, host, name] = /^(\w+) \| (\w+) \| (.+)$/.exec(line) ?? [];
    return status ? [`${status} ${host} ${name}`] : [];
  });

t.beforeEach(clean);

t.test('tags, roles, and where to start', async (t) => {
  const tagged = await garden('run', '-t', 'second', '-l', 'one');
  t.equal(tagged.status, 0, tagged.stderr);
  t.same(told(tagged), ['changed one pages : Second'], 'what is left out is not told of');
  t.equal(await one.run('ls /srv/first 2>&1 || true').then((text) => /No such file/.test(text)), true);

  const from = await garden('plan', '--start-at-task', 'Second', '-l', 'two');
  t.same(told(from), ['changed two pages : Second', 'changed two folder : Deep']);
  const both = await garden('plan', '--role', 'pages', '--skip-tags', 'first,deep', '-l', 'two');
  t.same(told(both), ['changed two pages : Second']);
});

t.test('pain 13: wrong words end with 5, with suggestions, all at once, and no host is touched', async (t) => {
  const journals = async () => (await project.garden(['exec', 'one', '-i', 'hosts.ini', '--', 'true'])).status;
  t.equal(await journals(), 0);
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['-t', 'frist'], /--tags: the playbook has no tag "frist" \(did you mean "first"\?\)/],
    [['--skip-tags', 'secnd'], /--skip-tags: .* \(did you mean "second"\?\)/],
    [['--role', 'page'], /--role: the playbook has no role "page" \(did you mean "pages"\?\)/],
    [['--from', 'Pages/pages/Frist'], /--from: .*"Pages\/pages\/Frist" \(did you mean "Pages\/pages\/First"\?\)/],
    [['-t', 'first', '--role', 'folder'], /--tags with --role leaves nothing to do/],
    [['-t', ''], /It must be a name/],
    [['--max-fail', '120%'], /It must be a number of hosts, or a percentage/],
    [['--rerun', 'all'], /It must be failed or changed/],
    [['--rerun', 'failed:nope'], /there is no run "nope"/],
    [['--step'], /--step asks before each task, and standard input is no terminal/],
    [['--force-handlers'], /--force-handlers is not needed: handlers cannot be lost/],
    [['--flush-cache'], /--flush-cache is not needed/],
    [['-c', 'telnet'], /Allowed choices are ssh, openssh, local/],
    [['--ssh-common-args', '-o "Port'], /cannot be split into words/],
  ];
  for (const [words, expected] of cases) {
    const { status, stdout, stderr } = await garden('run', ...words);
    t.equal(status, 5, words.join(' '));
    t.match(stderr, expected);
    t.equal(stdout, '');
  }
  const all = await garden('run', '-t', 'frist', '--role', 'page', '--from', 'x');
  t.match(all.stderr, /--tags:(?:.*\n)*.*--role:(?:.*\n)*.*--from:/);
  t.equal(await one.run('ls /srv/first 2>/dev/null || echo none'), 'none\n');
});

t.test('pain 12: an empty limit never means all hosts', async (t) => {
  await project.write('empty', '# nobody\n\n');
  for (const limit of ['', ',', ' , ', '@empty', 'one,@empty', '@missing']) {
    const { status, stderr } = await garden('run', '-l', limit);
    t.equal(status, 5, `-l '${limit}'`);
    t.match(stderr, /--limit/);
  }
  await project.write('some', 'web # all of them\n!one\n');
  const some = await garden('plan', '-l', '@some');
  t.equal(some.status, 0, some.stderr);
  t.match(some.stdout, /^two /m);
  t.notMatch(some.stdout, /^one /m);
});

t.test('--syntax-check looks for mistakes and touches nobody', async (t) => {
  const { status, stdout } = await project.garden(['run', 'site.ts', '-i', 'gone.ini', '-l', 'gone', '--syntax-check']);
  t.equal(status, 0);
  t.match(stdout, /^the playbook is in order$/m);
});

t.test('pain 9: a run is taken up by the hosts that failed, and by those that were never reached', async (t) => {
  await one.run('rm -rf /srv/deep');
  const broken = await garden('run');
  t.equal(broken.status, 2);
  t.match(
    broken.stdout,
    /garden run site\.ts -i hosts\.ini --rerun failed/,
    'what to do next names also the unreached',
  );
  t.notMatch(broken.stdout, /^\w+ \| two/m, 'the batch of the other host was given up');
  await garden('plan');

  await one.run('mkdir -p /srv/deep');
  const again = await garden('run', '--rerun', 'failed');
  t.equal(again.status, 0, again.stderr);
  t.same(told(again), [
    'ok one pages : First',
    'ok one pages : Second',
    'changed one folder : Deep',
    'changed two pages : First',
    'changed two pages : Second',
    'changed two folder : Deep',
  ]);

  const nothing = await garden('run', '--rerun', 'failed');
  t.equal(nothing.status, 5);
  t.match(nothing.stderr, /every host came to its end in the run/);

  const changed = await garden('plan', '--rerun', 'changed', '-l', 'one');
  t.equal(changed.status, 0, changed.stderr);
  t.same(told(changed), ['ok one folder : Deep'], 'of each host the roles that changed there');
});

t.test('@failed stands for the same hosts in patterns, and a named run can be taken up', async (t) => {
  const first = await project.garden(['run', 'site.ts', '-i', 'gone.ini', '--max-fail', '100%']);
  t.equal(first.status, 4, first.stdout);
  const at = await project.garden(['plan', 'site.ts', '-i', 'gone.ini', '-l', '@failed']);
  t.equal(at.status, 4);
  t.notMatch(at.stdout, /^one /m);
  const not = await project.garden(['exec', 'all', '-i', 'gone.ini', '-l', 'all:!@failed', '--', 'true']);
  t.equal(not.status, 0, not.stderr);

  const [oldest = ''] = readdirSync(join(project.folder, '.garden', 'runs')).sort();
  const named = await project.garden([
    'plan',
    'site.ts',
    '-i',
    'gone.ini',
    '--rerun',
    `changed:${basename(oldest, '.jsonl')}`,
  ]);
  t.equal(named.status, 0, named.stderr);
  t.same(
    told(named),
    ['ok one pages : First', 'ok one pages : Second'],
    'the role that the first run of all had changed',
  );
});

t.test('what is reached how: -c, -T and arguments for ssh', async (t) => {
  const local = await project.garden(['exec', 'all', '-i', 'gone.ini', '-c', 'local', '--', 'true']);
  t.equal(local.status, 0, local.stderr);
  const { port } = one.settings('root');
  const common = [`--ssh-common-args`, `-o Port=${port}`];
  const options = await project.garden(['plan', 'site.ts', '-i', 'hosts.ini', '-l', 'one', '-T', '20', ...common]);
  t.equal(options.status, 0, options.stdout);
});

t.test('--step asks on the terminal, once a task where the answer is for all hosts', async (t) => {
  const bin = fileURLToPath(new URL('../../bin/garden.js', import.meta.url));
  const answers = ['y', 'n', 'what', 'a', 'y', 'q'];
  const command = `${process.execPath} ${bin} run site.ts -i hosts.ini --step --max-fail 100%`;
  const running = execa('script', ['-qec', command, '/dev/null'], {
    cwd: project.folder,
    reject: false,
    env: { NO_COLOR: '1', TERM: 'xterm', CI: undefined },
  });
  let asked = 0;
  let seen = '';
  running.stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
    const questions = seen.split('(q)uit: ').length - 1;
    for (; asked < questions; asked++) running.stdin.write(`${answers[asked] ?? 'q'}\n`);
  });
  const { exitCode } = await running;
  const questions = [...seen.matchAll(/((?:one|two): \S+)\? \(N\)o/g)].map(([, question]) => question);
  t.same(
    [...new Set(questions)],
    [
      'one: Pages/pages/First',
      'one: Pages/pages/Second',
      'one: Pages/folder/Deep',
      'two: Pages/pages/First',
      'two: Pages/pages/Second',
    ],
  );
  t.equal(exitCode, 130);
  t.equal(await one.run('ls /srv'), 'deep\nfirst\n');
  t.equal(await two.run('ls /srv'), 'deep\nfirst\n');
});
