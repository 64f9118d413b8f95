import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { UnmetPrecondition, UsageError } from '../../../lib/model/errors.ts';
import { sh } from '../../../lib/model/script.ts';
import { absent } from '../../../lib/resources/posix/absent.ts';
import { directory } from '../../../lib/resources/posix/directory.ts';
import { symlink } from '../../../lib/resources/posix/symlink.ts';
import { assess, carryOut, converge, convergeTogether, probeTogether, succeed } from '../../support/converge.ts';
import { HOSTILE } from '../../support/hostile.ts';
import { localShell } from '../../support/local-shell.ts';
import { SHELLS, scratchRoot, scratchRootUnavailable } from '../../support/scratch-root.ts';

const names = HOSTILE.map((text, index) => `${index}${text.replaceAll('/', '_')}`);
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);

t.test('what cannot be', async (t) => {
  for (const path of ['/', '//', '/etc', '/usr/lib/', '/var/lib/dpkg', '/home/.']) {
    t.throws(() => absent(path), /belongs to the system/, path);
    t.throws(() => absent({ path }), /belongs to the system/, path);
    t.throws(() => directory({ path, state: 'absent' }), /belongs to the system/, path);
  }
  t.doesNotThrow(() => directory({ path: '/etc' }));
  t.throws(() => absent('etc/x'), UsageError);
  t.throws(() => directory({ path: '/x' }).assess('f\n644:0:0:1:root:root\n'), UnmetPrecondition);
  t.throws(() => symlink({ path: '/x', target: 'y' }).assess('f\n644:0:0:1:root:root:/x\n'), /force/);
  t.throws(() => symlink({ path: '/x', target: 'y', force: true }).assess('d\n755:0:0:1:root:root:/x\n'), /a folder/);
  t.throws(() => absent('/root/x').assess('x\n'), /may not look/);
});

t.test('which neighbours may go together', async (t) => {
  const together = (one: Parameters<typeof directory>[0], next: Parameters<typeof directory>[0]) =>
    directory.kind.compatible(directory(one), directory(next));
  t.ok(together({ path: '/srv/a' }, { path: '/srv/b', state: 'absent' }));
  t.ok(together({ path: '/srv/a' }, { path: '/srv/a/b' }));
  t.notOk(together({ path: '/srv/a', state: 'absent' }, { path: '/srv/a/b' }));
  t.notOk(together({ path: '/srv/a' }, { path: '/srv/a' }));
});

for (const shell of SHELLS) {
  const target = localShell(shell);

  t.test(`folders (${shell})`, async (t) => {
    const folder = t.testdir({ file: '' });
    for (const name of names) {
      const path = join(folder, 'deep', name);
      await converge(directory({ path, mode: '2750' }), target);
      t.equal(modeOf(path), '2750');
      t.equal(modeOf(join(folder, 'deep')), '755');
      t.same(await converge(directory({ path, mode: '0700' }), target), [
        { attribute: 'mode', before: '2750', after: '0700' },
      ]);
      writeFileSync(join(path, 'x'), '');
    }
    symlinkSync('deep', join(folder, 'link'));
    t.same(await converge(directory({ path: join(folder, 'link') }), target), [], 'a link to a folder is one');
    await probeTogether(
      [
        ...names.map((name) => directory({ path: join(folder, 'deep', name) })),
        directory({ path: join(folder, 'file') }),
      ],
      target,
    );
    await convergeTogether(
      [
        directory({ path: join(folder, 'p/q') }),
        directory({ path: join(folder, 'p'), mode: '0711' }),
        directory({ path: join(folder, 'p/q/r') }),
      ],
      target,
    );
    t.equal(modeOf(join(folder, 'p')), '711');
    await converge(directory({ path: join(folder, 'deep'), state: 'absent' }), target);
    t.notOk(existsSync(join(folder, 'deep')));
  });

  t.test(`links (${shell})`, async (t) => {
    const folder = t.testdir({ file: 'x', full: { inside: '' } });
    for (const name of names) {
      const path = join(folder, name);
      await converge(symlink({ path, target: name }), target);
      t.equal(readlinkSync(path), name);
      await converge(symlink({ path, target: join(folder, 'full') }), target);
      t.same(await converge(symlink({ path, target: 'elsewhere' }), target), [
        { attribute: 'target', before: join(folder, 'full'), after: 'elsewhere' },
      ]);
    }
    t.same(readdirSync(join(folder, 'full')), ['inside'], 'a link to a folder is replaced, not filled');
    await converge(symlink({ path: join(folder, 'file'), target: 'x -> y', force: true }), target);
    t.equal(readlinkSync(join(folder, 'file')), 'x -> y');
    await probeTogether(
      [...names, 'file', 'full', 'none'].map((name) => symlink({ path: join(folder, name), target: 'a', force: true })),
      target,
    );
    await t.rejects(assess(symlink({ path: join(folder, 'full'), target: 'a' }), target), UnmetPrecondition);
    const lost = await assess(symlink({ path: join(folder, 'none/x'), target: 'a' }), target);
    t.match((await carryOut(lost.apply(), target)).stderr, /there is no folder/);
  });

  t.test(`nothing (${shell})`, async (t) => {
    const folder = t.testdir({ kept: { inside: '' } });
    for (const [index, name] of names.entries()) {
      const path = join(folder, name);
      if (index % 3 === 0) writeFileSync(path, '');
      if (index % 3 === 1) symlinkSync('kept', path);
      if (index % 3 === 2) mkdirSync(join(path, 'sub'), { recursive: true });
    }
    const all = [...names, 'never'].map((name) => absent(join(folder, name)));
    t.same((await probeTogether(all, target)).slice(0, 3), ['f\n', 'l\n', 'd\n']);
    await converge(all[0] ?? absent('/none'), target);
    await convergeTogether(all, target);
    t.same(readdirSync(folder), ['kept']);
    t.same(readdirSync(join(folder, 'kept')), ['inside'], 'what a link led to is left');
  });
}

const notRoot = process.getuid?.() === 0 ? {} : { skip: 'needs root, to become somebody else' };

t.test('what is behind a closed folder is not taken for absent', notRoot, async (t) => {
  // The system's own temporary folder: everybody may go there.
  const folder = mkdtempSync(join(tmpdir(), 'garden-test-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'closed'), { mode: 0o700 });
  const outsider = async (path: string) => {
    const script = absent(path).probe();
    if (!script) throw new Error('no probe');
    return succeed(sh`setpriv --reuid 65534 --regid 65534 --clear-groups sh -c ${script.text}`, localShell().run);
  };
  t.equal(await outsider(join(folder, 'closed/x/y')), 'x\n');
  t.equal(await outsider(join(folder, 'none/x')), 'a\n');
});

t.test(
  'what has something mounted in it is not removed',
  scratchRootUnavailable ? { skip: scratchRootUnavailable } : {},
  async (t) => {
    const root = await scratchRoot();
    t.teardown(() => root.remove());
    await succeed(
      sh`mkdir -p ${['/srv/a b/c', '/srv/a bc']} && mount -t tmpfs none ${'/srv/a b/c'} && : > ${'/srv/a b/c/precious'}`,
      root.run,
    );
    const found = await assess(absent('/srv/a b'), root.run);
    const { status, stderr } = await carryOut(found.apply(), root.run);
    t.not(status, 0);
    t.match(stderr, /something is mounted there/);
    await succeed(sh`[ -e ${'/srv/a b/c/precious'} ]`, root.run);
    await converge(absent('/srv/a bc'), root.run);
  },
);
