import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { z } from 'zod';
import { inventoryLine, makeProject } from '../support/garden.ts';
import { freePort, type Sshd, sshdUnavailable, startSshd } from '../support/sshd.ts';

const PLAYBOOK = `
import { command, file, play, playbook, Secret, task } from 'walled-garden';

const password = new Secret('canary-5x81q');
const pages: Record<string, { title: string }> = {};
const titleOf = (name: string): string => pages[name].title;

export default playbook('Pages & <more>', [
  play('Web', {
    hosts: 'web',
    tasks: ({ host }) => [
      file({ path: '/srv/' + host.name, content: 'one\\n', mode: '0644' }),
      file({ path: '/srv/secret-' + host.name, content: password }),
      file({ path: '/srv/private-' + host.name, content: 'canary-private', sensitive: true }),
      task('Say it', command({ command: 'echo "$PASS"; printf "bad \\\\033[2J \\\\001 ]]> & é\\\\n"', environment: { PASS: password } })),
      task('Passed over', command('true'), { when: () => false }),
      ...(host.name === 'broken' ? [task('Break <it>\\u0007', command('echo out; echo "no such thing" >&2; exit 3'))] : []),
      ...(host.name === 'thrown' ? [task('Throw', command('true'), { changedWhen: () => titleOf('x') === '' })] : []),
    ],
  }),
]);
`;

const failure = z.strictObject({
  message: z.string(),
  hint: z.string().optional(),
  lastLines: z.array(z.string()).optional(),
  status: z.int().optional(),
  command: z.string().optional(),
  places: z.array(z.string()).optional(),
});

const attribute = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);

/** docs/output.md, version 1. */
const runDocument = z.strictObject({
  format: z.literal('garden.run'),
  version: z.literal(1),
  run: z.string(),
  playbook: z.string(),
  check: z.boolean(),
  started: z.iso.datetime(),
  duration: z.number(),
  exitCode: z.int(),
  aborted: z.string().optional(),
  plays: z.array(
    z.strictObject({
      play: z.string(),
      hosts: z.array(
        z.strictObject({
          host: z.string(),
          status: z.enum(['done', 'failed', 'unreachable', 'locked', 'unreached']),
          failure: failure.optional(),
          tasks: z.array(
            z.strictObject({
              path: z.string(),
              role: z.string(),
              name: z.string(),
              where: z.array(z.string()),
              status: z.enum(['ok', 'changed', 'failed', 'ignored', 'skipped', 'unknown']),
              duration: z.number(),
              changes: z.array(
                z.strictObject({
                  attribute: z.string(),
                  before: attribute.optional(),
                  after: attribute.optional(),
                  diff: z.array(z.string()).optional(),
                  sensitive: z.literal(true).optional(),
                }),
              ),
              note: z.string().optional(),
              failure: failure.optional(),
              output: z.array(z.string()),
            }),
          ),
        }),
      ),
    }),
  ),
  messages: z.array(
    z.strictObject({ level: z.enum(['info', 'warning']), host: z.string().optional(), text: z.string() }),
  ),
  recap: z.array(
    z.strictObject({
      host: z.string(),
      ok: z.int(),
      changed: z.int(),
      failed: z.int(),
      ignored: z.int(),
      skipped: z.int(),
      unknown: z.int(),
      unreachable: z.boolean(),
      locked: z.boolean(),
      pendingHandlers: z.array(z.string()),
      elapsed: z.number().optional(),
      logIn: z.number().optional(),
      roundTrips: z.int().optional(),
    }),
  ),
});

const execDocument = z.strictObject({
  format: z.literal('garden.exec'),
  version: z.literal(1),
  run: z.string(),
  duration: z.number(),
  exitCode: z.int(),
  hosts: z.array(
    z.strictObject({
      host: z.string(),
      status: z.enum(['done', 'failed', 'unreachable', 'locked', 'skipped', 'interrupted']),
      exitStatus: z.int().optional(),
      duration: z.number().optional(),
      stdout: z.string(),
      stderr: z.string(),
      note: z.string().optional(),
      failure: failure.optional(),
    }),
  ),
});

const mistakeDocument = z.strictObject({
  format: z.literal('garden.mistakes'),
  version: z.literal(1),
  mistakes: z.array(z.strictObject({ message: z.string(), where: z.string().optional(), hint: z.string().optional() })),
  exitCode: z.int(),
});

/** What Python's parser finds in an XML file: each element with its attributes and its text. */
async function parsed(file: string): Promise<readonly { tag: string; text: string; attributes: unknown }[]> {
  const script = `
import json, sys, xml.etree.ElementTree as tree
print(json.dumps([{'tag': e.tag, 'text': e.text or '', 'attributes': e.attrib} for e in tree.parse(sys.argv[1]).iter()]))`;
  const { stdout } = await execa('python3', ['-c', script, file]);
  const elements = z.array(
    z.object({ tag: z.string(), text: z.string(), attributes: z.record(z.string(), z.string()) }),
  );
  return elements.parse(JSON.parse(stdout));
}

t.test('what programs read', { skip: sshdUnavailable ?? false }, async (t) => {
  const sshd: Sshd = await startSshd({});
  const project = await makeProject('cli-format');
  t.teardown(async () => {
    await project.remove();
    await sshd.stop();
  });
  const here = (name: string): string => join(project.folder, name);
  const line = (name: string): string => inventoryLine(name, sshd.settings('root'));
  const down = inventoryLine('down', { address: '127.0.0.1', port: await freePort(), user: 'root' });
  await project.write('site.ts', PLAYBOOK);
  await project.write('hosts.ini', `[web]\n${line('fine')}\n${line('broken')}\n${line('thrown')}\n${down}\n`);
  // One after another: the hosts are one machine.
  const run = ['run', 'site.ts', '-i', 'hosts.ini', '-f', '1', '-D'];

  await t.test(
    'pain 36: --format json is one document of a known shape, and nothing else is on its output',
    async (t) => {
      const { status, stdout, stderr } = await project.garden([...run, '--format', 'json']);
      t.equal(status, 6, stderr);
      const document = runDocument.parse(JSON.parse(stdout));
      t.equal(document.exitCode, 6);
      const [play] = document.plays;
      t.same(
        play?.hosts.map(({ host, status: outcome }) => [host, outcome]),
        [
          ['fine', 'done'],
          ['broken', 'failed'],
          ['thrown', 'failed'],
          ['down', 'unreachable'],
        ],
      );
      const [fine, broken, thrown, lost] = play?.hosts ?? [];
      t.same(
        fine?.tasks.map((task) => task.status),
        ['changed', 'changed', 'changed', 'changed', 'skipped'],
      );
      t.match(fine?.tasks[0]?.changes.find(({ diff }) => diff)?.diff, ['@@ -0,0 +1,1 @@', '+one']);
      t.match(fine?.tasks[3]?.output, ['***', /^bad .*\]\]> & é$/]);
      const last = broken?.tasks.at(-1);
      t.match(last, { status: 'failed', output: ['out', 'no such thing'], where: [/site\.ts:\d+$/] });
      t.match(last?.failure, { status: 3, lastLines: ['no such thing'], command: /^echo out/ });
      t.match(thrown?.failure, { message: /TypeError/, places: [/site\.ts:6$/] });
      t.match(lost?.failure, { message: /connection refused/ });
      t.match(document.recap[0], { ok: 0, changed: 4, skipped: 1, failed: 0 });
      t.ok((document.recap[0]?.roundTrips ?? 0) > 0 && (document.recap[0]?.logIn ?? 0) > 0);
      t.notMatch(stdout, 'canary');
    },
  );

  await t.test(
    'several reports at once in files, JUnit as a real parser reads it, and lines on standard output',
    async (t) => {
      const reports = ['json=run.json', 'junit=run.xml', 'lines=run.txt', 'jsonl=run.jsonl'];
      const { status, stdout } = await project.garden([...run, ...reports.flatMap((report) => ['--report', report])]);
      t.equal(status, 6);
      t.match(stdout, /^failed \| broken \| Break <it>\^G$/m);
      t.equal(readFileSync(here('run.txt'), 'utf8').split('\n').length, stdout.split('\n').length + 1);
      runDocument.parse(JSON.parse(readFileSync(here('run.json'), 'utf8')));
      const events = readFileSync(here('run.jsonl'), 'utf8').trimEnd().split('\n');
      const event = z.looseObject({ type: z.string(), time: z.iso.datetime() });
      t.equal(event.parse(JSON.parse(events[0] ?? '')).type, 'run-started');
      t.equal(event.parse(JSON.parse(events.at(-1) ?? '')).type, 'run-finished');

      const elements = await parsed(here('run.xml'));
      const named = (tag: string) => elements.filter((element) => element.tag === tag);
      t.match(named('testsuites'), [{ attributes: { name: 'Pages & <more>', failures: '2', errors: '1' } }]);
      t.same(
        named('testsuite').map(({ attributes }) => z.object({ name: z.string() }).parse(attributes).name),
        ['fine', 'broken', 'thrown', 'down'],
      );
      t.ok(named('testcase').some(({ attributes }) => /Break <it>/.test(JSON.stringify(attributes))));
      t.match(named('failure'), [
        { attributes: { message: /status 3/ }, text: /no such thing/ },
        { text: /site\.ts:6/ },
      ]);
      t.match(named('error'), [{ attributes: { type: 'unreachable' }, text: /connection refused/ }]);
      t.ok(named('skipped').length >= 3);
      t.match(named('system-out')[0]?.text, ']]> & é');
      const leftOver = readdirSync(project.folder).filter((name) => name.endsWith('.new'));
      t.same(leftOver, [], 'files are put in their place whole');
      for (const name of ['run.json', 'run.xml', 'run.txt', 'run.jsonl'])
        t.notMatch(readFileSync(here(name), 'utf8'), 'canary', name);
    },
  );

  await t.test(
    'mistakes: all at once, as words for people and as JSON for programs, before a host is touched',
    async (t) => {
      const before = sshd.log.length;
      const argv = ['run', 'sit.ts', '-i', 'nowhere.ini', '--format', 'json', '--report', 'junit=no/such/run.xml'];
      const { status, stdout, stderr } = await project.garden([...argv, '--report', `lines=${project.folder}`]);
      t.equal(status, 5);
      const { mistakes, exitCode } = mistakeDocument.parse(JSON.parse(stdout));
      t.equal(exitCode, 5);
      t.match(mistakes, [
        { message: /no playbook "sit\.ts"/ },
        { where: /nowhere\.ini/ },
        { where: '--report junit=no/such/run.xml', message: /cannot be written: there is no such file or folder$/ },
        { message: /is a folder/ },
      ]);
      t.match(stderr, /there is no playbook "sit\.ts"/);
      const typed = await project.garden(['run', 'site.ts', '--format=json', '--chek']);
      t.equal(typed.status, 5);
      t.match(mistakeDocument.parse(JSON.parse(typed.stdout)).mistakes, [{ message: /unknown option '--chek'/ }]);
      const format = await project.garden(['run', 'site.ts', '--report', 'junitt=run.xml']);
      t.match(format.stderr, /"junitt" is no format \(did you mean "junit"\?\)/);
      t.same(sshd.log.slice(before), [], 'no host was touched');
    },
  );

  await t.test('exec: output and errors apart, each host with its status', async (t) => {
    const argv = [
      'exec',
      'web',
      '-i',
      'hosts.ini',
      '-l',
      'fine,down',
      '--format',
      'json',
      '--',
      'echo out; echo err >&2; exit 3',
    ];
    const { status, stdout } = await project.garden(argv);
    t.equal(status, 6);
    t.match(execDocument.parse(JSON.parse(stdout)).hosts, [
      { host: 'fine', status: 'failed', exitStatus: 3, stdout: 'out\n', stderr: 'err\n' },
      { host: 'down', status: 'unreachable', stdout: '', failure: { message: /refused/ } },
    ]);
    const plain = await project.garden(['exec', 'web', '-i', 'hosts.ini', '-l', 'fine', '--', 'echo one; echo two']);
    t.equal(plain.stdout, 'fine | one\nfine | two');
  });

  await t.test('-vvv shows scripts and answers, but no secret and nothing that is sensitive', async (t) => {
    await sshd.run('rm -rf /srv/*');
    const { stdout } = await project.garden([...run, '-l', 'fine', '-vvv', '--profile']);
    t.match(stdout, /^frame \d+ to fine: \d+ scripts?$/m);
    t.match(stdout, /^frame \d+ from fine: answered after \d+ ms$/m);
    t.match(stdout, /not shown: it holds what is sensitive/);
    t.match(stdout, /PASS=\*\*\*/);
    t.match(stdout, /^Hosts by time$/m);
    t.match(stdout, /^fine {2}.*log-in .* round trips$/m);
    t.notMatch(stdout, 'canary');
    for (const name of readdirSync(here('.garden/runs')))
      t.notMatch(readFileSync(here(join('.garden/runs', name)), 'utf8'), 'canary');
  });

  await t.test('colours: not in a pipe, but with --color; never with --no-color', async (t) => {
    const argv = ['run', 'site.ts', '-i', 'hosts.ini', '-l', 'fine'];
    t.notMatch((await project.garden(argv)).stdout, '\u001b[');
    t.match((await project.garden([...argv, '--color'])).stdout, '\u001b[');
    t.notMatch((await project.garden([...argv, '--color', '--no-color'])).stdout, '\u001b[');
    t.match((await project.garden(['run', 'nothing.ts', '--color'])).stderr, '\u001b[');
  });
});
