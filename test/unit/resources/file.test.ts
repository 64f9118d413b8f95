import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { UnmetPrecondition, UsageError } from '../../../lib/model/errors.ts';
import { type Script, sh } from '../../../lib/model/script.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { file } from '../../../lib/resources/posix/file.ts';
import { assess, carryOut, converge, convergeTogether, plan, probeTogether, succeed } from '../../support/converge.ts';
import { HOSTILE } from '../../support/hostile.ts';
import { localShell } from '../../support/local-shell.ts';
import { SHELLS, scratchRoot, scratchRootUnavailable } from '../../support/scratch-root.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8).padStart(4, '0');

t.test('what differs', async (t) => {
  const found = `f\n644:0:0:4:root:root\n${sha256('old\n')}  /etc/x\n`;
  const cases = [
    { params: { content: 'old\n' }, stdout: found, changes: [] },
    { params: { content: 'old\n', mode: '644', owner: 'root', group: 0 }, stdout: found, changes: [] },
    { params: {}, stdout: 'f\n644:0:0:4:root:root\n', changes: [] },
    { params: { mode: '0600' }, stdout: 'f\n644:0:0:4:root:root\n', changes: [['mode', '0644', '0600']] },
    {
      params: { owner: 33, group: 'adm' },
      stdout: 'f\n644:0:0:4:root:root\n',
      changes: [
        ['owner', '0', '33'],
        ['group', 'root', 'adm'],
      ],
    },
    {
      params: { content: 'new\n' },
      stdout: found,
      changes: [['content', `sha256:${sha256('old\n').slice(0, 12)}`, `sha256:${sha256('new\n').slice(0, 12)}`]],
    },
    {
      params: {},
      stdout: 'a\n',
      changes: [
        ['state', 'absent', 'present'],
        ['mode', undefined, '0644'],
      ],
    },
    {
      params: { content: () => 'key', sensitive: true },
      stdout: 'a\n',
      changes: [
        ['state', 'absent', 'present'],
        ['content', undefined, undefined],
        ['mode', undefined, '0600'],
      ],
    },
  ] as const;
  for (const { params, stdout, changes } of cases) {
    const { changes: seen } = file({ path: '/etc/x', ...params }).assess(stdout);
    t.same(
      seen.map(({ attribute, before, after }) => [attribute, before, after]),
      changes,
      JSON.stringify(params),
    );
  }
});

t.test('what cannot be', async (t) => {
  t.throws(() => file({ path: 'etc/x' }), /absolute path/);
  t.throws(() => file({ path: '/etc/../x' }), /without "\.\."/);
  t.throws(() => file({ path: '/etc/x', content: 'a', source: '/etc/passwd' }), UsageError);
  t.throws(() => file({ path: '/etc/x', source: '/nowhere/at/all' }), /no such file on the controller/);
  t.throws(() => file({ path: '/etc/x', mode: 'u+x' }), /octal/);
  t.throws(() => file({ path: '/etc/x' }).assess('d\n755:0:0:4096:root:root\n'), UnmetPrecondition);
  t.throws(() => file({ path: '/root/x' }).assess('x\n'), /may not look at .*become/);
  t.throws(() => file({ path: '/root/x', content: '' }).assess('u\n600:0:0:4:root:root\n'), /may not read .*become/);
});

for (const shell of SHELLS) {
  t.test(`contents and names of every sort arrive unchanged (${shell})`, async (t) => {
    const folder = t.testdir();
    const target = localShell(shell);
    for (const [index, text] of HOSTILE.entries()) {
      const path = join(folder, `${index} ${text.replaceAll('/', '_').trim()}`);
      await converge(file({ path, content: text }), target);
      t.equal(readFileSync(path, 'utf8'), text);
      await converge(file({ path, content: `${text}!`, mode: '0600' }), target);
      t.equal(readFileSync(path, 'utf8'), `${text}!`);
      t.equal(modeOf(path), '0600');
    }
    t.equal(readdirSync(folder).length, HOSTILE.length, 'no temporary file is left');

    const bytes = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);
    await converge(file({ path: join(folder, 'bytes'), content: bytes }), target);
    t.same(new Uint8Array(readFileSync(join(folder, 'bytes'))), bytes);
    const large = HOSTILE.join('\n').repeat(5000);
    await converge(file({ path: join(folder, 'large'), content: large }), target);
    t.equal(readFileSync(join(folder, 'large'), 'utf8'), large);
    await converge(file({ path: join(folder, 'copied'), source: join(folder, 'large') }), target);
    t.equal(readFileSync(join(folder, 'copied'), 'utf8'), large);
    t.notOk(existsSync('/tmp/garden-was-here'), 'nothing was executed');
  });

  t.test(`attributes, links, backups, validation (${shell})`, async (t) => {
    const folder = t.testdir({ real: { 'a b': 'old\n' }, links: {} });
    const target = localShell(shell);
    const path = join(folder, 'links', "l'ink");
    const real = join(folder, 'real', 'a b');
    symlinkSync('../real/a b', path);
    chmodSync(real, 0o640);
    const changes = await converge(file({ path, content: 'new\n', backup: true }), target);
    t.ok(lstatSync(path).isSymbolicLink(), 'a link stays one');
    t.equal(readFileSync(real, 'utf8'), 'new\n');
    t.equal(modeOf(real), '0640', 'an existing file keeps its mode');
    t.match(changes[0]?.text, { before: 'old\n', after: 'new\n' });
    const backups = readdirSync(join(folder, 'links')).filter((name) => name.endsWith('~'));
    t.equal(backups.length, 1);
    t.equal(readFileSync(join(folder, 'links', backups[0] ?? ''), 'utf8'), 'old\n');

    const refused = file({
      path,
      content: 'bad\n',
      validate: (at) => sh`grep -q good ${at} || { echo 'no good' >&2; exit 9; }`,
    });
    const { status, stderr } = await carryOut((await assess(refused, target)).apply(), target);
    t.equal(status, 65, 'refused, and says why');
    t.match(stderr, /no good\n.*refused by its validation/);
    t.equal(readFileSync(real, 'utf8'), 'new\n', 'the old version stands');
    t.same(readdirSync(join(folder, 'real')), ['a b'], 'and nothing else');
    await converge(file({ path, content: 'good\n', validate: (at) => sh`grep -q good ${at}` }), target);

    await converge(file({ path: join(folder, 'empty'), mode: '4711' }), target);
    t.equal(modeOf(join(folder, 'empty')), '4711');
    t.equal(statSync(join(folder, 'empty')).size, 0);
    t.same(await converge(file({ path, mode: '0600' }), target), [
      { attribute: 'mode', before: '0640', after: '0600' },
    ]);
    t.equal(readFileSync(path, 'utf8'), 'good\n', 'what it holds is left alone');

    const dangling = join(folder, 'links', 'dangling');
    symlinkSync('../real/later', dangling);
    await converge(file({ path: dangling, content: 'x' }), target);
    t.equal(readFileSync(join(folder, 'real', 'later'), 'utf8'), 'x');
  });

  t.test(`two thousand files in one look (${shell})`, async (t) => {
    const folder = t.testdir();
    const target = localShell(shell);
    const deep = join(folder, `d\n'${'x'.repeat(150)}`);
    mkdirSync(deep);
    const paths = Array.from({ length: 2000 }, (_, index) => join(deep, `${index} '"\n\\ ${'y'.repeat(60)}`));
    for (const [index, path] of paths.entries()) if (index % 3) writeFileSync(path, `${index}`);
    mkdirSync(join(folder, 'folder'));
    const all = paths.map((path, index) => file({ path, ...(index % 5 ? { content: `${index}` } : {}) }));
    const merged = all[0]?.kind.probeMany?.(all);
    if (!merged) return t.fail('files can be probed together');
    const { stdout, status, stderr } = await target.run(merged.script);
    t.equal(status, 0, stderr);
    const parts = merged.split(stdout);
    for (const [index, resource] of all.entries()) {
      const { changes } = resource.assess(parts[index] ?? '');
      if ((changes.length === 0) !== index % 3 > 0) t.fail(`${index}: ${JSON.stringify(changes)}`);
    }
    const some = [
      ...all.slice(0, 12),
      file({ path: join(folder, 'folder') }),
      file({ path: '/dev/null', mode: '0666' }),
    ];
    await probeTogether(some, target);
  });

  t.test(`neighbours are applied together (${shell})`, async (t) => {
    const folder = t.testdir();
    const all = HOSTILE.map((content, index) => file({ path: join(folder, `${index}`), content }));
    t.ok(all[0] && all[1] && all[0].kind.compatible(all[0], all[1]));
    t.notOk(all[0]?.kind.compatible(all[0], all[0]));
    await convergeTogether(all, localShell(shell));
  });
}

t.test('what is refused leaves everything as it was', async (t) => {
  const folder = t.testdir();
  const target = localShell();
  const apply = async (resource: ReturnType<typeof file>) => carryOut((await assess(resource, target)).apply(), target);
  const lost = await apply(file({ path: join(folder, 'none', 'x'), content: 'x' }));
  t.match(lost.stderr, /there is no folder .*none/);
  t.not(lost.status, 0);
  const owner = await apply(file({ path: join(folder, 'x'), content: 'x', owner: 'no-such-user' }));
  t.match(owner.stderr, /no-such-user/);
  t.not(owner.status, 0);
  t.same(readdirSync(folder), []);
});

t.test('a secret is in no change, and a text only where it is asked for', async (t) => {
  const folder = t.testdir({ x: 'old canary\n', large: 'y'.repeat(300_000) });
  const target = localShell();
  const resource = file({ path: join(folder, 'x'), content: new Secret('canary\n') });
  t.notMatch(JSON.stringify(await plan(resource, target)), /canary|sha256/);
  await converge(resource, target);
  t.equal(readFileSync(join(folder, 'x'), 'utf8'), 'canary\n');
  const plain = file({ path: join(folder, 'x'), content: 'other\n' });
  t.equal((await assess(plain, target)).changes[0]?.text, undefined);
  t.same((await plan(plain, target))[0]?.text, { before: 'canary\n', after: 'other\n' });
  t.equal((await plan(file({ path: join(folder, 'large'), content: '' }), target))[0]?.text, undefined);
  t.same((await plan(file({ path: join(folder, 'new'), content: 'n\n' }), target))[1]?.text, {
    before: '',
    after: 'n\n',
  });
});

t.test(
  'a full disk leaves the old version',
  scratchRootUnavailable ? { skip: scratchRootUnavailable } : {},
  async (t) => {
    const root = await scratchRoot();
    t.teardown(() => root.remove());
    await succeed(sh`mount -t tmpfs -o size=16k none /srv && echo old > /srv/x`, root.run);
    for (const shell of SHELLS) {
      const run = (script: Script) => root.run(script, { shell });
      const found = await assess(file({ path: '/srv/x', content: 'new\n'.repeat(10_000) }), run);
      const { status, stderr } = await carryOut(found.apply(), run);
      t.not(status, 0, shell);
      t.match(stderr, /cannot be written|is the disk full/, shell);
      t.equal(await succeed(sh`ls -A /srv; cat /srv/x`, run), 'x\nold\n', shell);
    }
  },
);

t.test('what is ended in the middle leaves the old version and nothing else', async (t) => {
  const folder = t.testdir({ x: 'old\n' });
  for (const shell of SHELLS) {
    const target = localShell(shell);
    const stopped = file({ path: join(folder, 'x'), content: 'new\n', validate: () => sh`kill -TERM 0; sleep 10` });
    const script = (await assess(stopped, target)).apply().script;
    // In a process group of its own, which the validation then ends.
    const [command, ...more] = { dash: ['dash'], bash: ['bash', '--norc'], busybox: ['busybox', 'sh'] }[shell];
    const { exitCode } = await execa('setsid', ['--wait', command ?? '', ...more, '-c', script.text], {
      reject: false,
    });
    t.not(exitCode, 0, shell);
    t.same(readdirSync(folder), ['x'], shell);
    t.equal(readFileSync(join(folder, 'x'), 'utf8'), 'old\n', shell);
  }
});
