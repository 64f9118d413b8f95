import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import t from 'tap';
import { sh } from '../../lib/model/script.ts';
import { packages } from '../../lib/resources/posix/packages.ts';
import { type AptRoot, aptRoot, aptUnavailable } from '../support/apt-root.ts';
import { carryOut, converge, convergeTogether, plan, probe, probeTogether } from '../support/converge.ts';
import { SHELLS } from '../support/scratch-root.ts';

const leftOut = aptUnavailable ? { skip: aptUnavailable } : {};

const APPLE = { name: 'garden-apple', version: '1.0' };
const PEAR = { name: 'garden-pear', version: '1.0', fields: ['Depends: garden-apple'] };
const PLUM = {
  name: 'garden-plum',
  version: '1.0',
  fields: ['Provides: garden-fruit, dpkg', 'Recommends: garden-pear'],
};

async function fresh(t: { teardown(done: () => Promise<void>): void }): Promise<AptRoot> {
  const root = await aptRoot();
  t.teardown(() => root.remove());
  await root.publish([APPLE, PEAR, PLUM]);
  return root;
}

/** How often apt-get was called to change something, as apt's own log of transactions tells. */
async function transactions(root: AptRoot): Promise<number> {
  return Number(await root.expect(sh`grep -c '^Commandline:' /var/log/apt/history.log || :`));
}

/** What applying says, where it is expected to fail. */
async function failure(resource: ReturnType<typeof packages>, root: AptRoot): Promise<string> {
  const found = resource.assess((await probe(resource, root.run)) ?? '');
  const { status, stderr } = await carryOut(found.apply(), root.run);
  t.not(status, 0, 'it fails');
  return stderr.trimEnd().split('\n').at(-1) ?? '';
}

t.test('present, absent, and back, in every shell', leftOut, async (t) => {
  const root = await fresh(t);
  for (const shell of SHELLS) {
    const run = (script: Parameters<typeof root.run>[0]) => root.run(script, { shell });
    const changes = await converge(packages(['garden-pear', 'garden-apple']), run);
    t.same(
      changes.map(({ attribute, before, after }) => [attribute, before, after]),
      [
        ['garden-pear', 'absent', 'present'],
        ['garden-apple', 'absent', 'present'],
      ],
      shell,
    );
    t.same(await converge(packages(['garden-pear']), run), [], 'no change the second time');
    await converge(packages({ names: ['garden-pear', 'garden-apple'], state: 'absent' }), run);
  }
});

t.test('neighbours come and go in one transaction', leftOut, async (t) => {
  const root = await fresh(t);
  await converge(packages(['garden-apple']), root.run);
  const before = await transactions(root);
  const neighbours = [
    packages(['garden-plum']),
    packages({ names: ['garden-apple'], state: 'absent' }),
    packages({ names: ['garden-pear'], state: 'absent' }),
  ];
  const [plum, apple, pear] = neighbours;
  t.ok(plum && apple && pear && packages.kind.compatible(plum, apple));
  t.notOk(plum && packages.kind.compatible(plum, packages({ names: ['garden-plum'], state: 'absent' })));
  await convergeTogether(neighbours.slice(0, 2), root.run);
  t.equal((await transactions(root)) - before, 1);
});

t.test('a merged probe answers as each alone, whatever is asked for', leftOut, async (t) => {
  const root = await fresh(t);
  await converge(packages(['garden-plum']), root.run);
  await probeTogether(
    [
      packages(['garden-plum', 'garden-apple']),
      packages(['garden-fruit']),
      packages(['dpkg']),
      packages({ names: ['garden-fruit', 'dpkg'], state: 'absent' }),
      packages({ names: ['garden-plum', 'garden-nothing'], state: 'latest', updateCache: true }),
      packages({ names: ['dpkg:amd64'], updateCache: 100_000 }),
    ],
    root.run,
  );
});

t.test('a virtual package is there when one that provides it is', leftOut, async (t) => {
  const root = await fresh(t);
  t.same(
    (await converge(packages(['garden-fruit']), root.run)).map(({ attribute }) => attribute),
    ['garden-fruit'],
  );
  t.same(await plan(packages(['garden-plum']), root.run), [], 'the package itself');
  t.same(await plan(packages({ names: ['garden-fruit'], state: 'latest' }), root.run), []);
});

t.test('latest looks at fresh lists, and upgrades', leftOut, async (t) => {
  const root = await fresh(t);
  const latest = packages({ names: ['garden-apple'], state: 'latest', updateCache: 600 });
  await converge(latest, root.run);
  t.same(await converge(latest, root.run), []);
  await root.publish([{ ...APPLE, version: '2.0' }]);
  await root.expect(sh`touch -d '1 hour ago' /var/lib/apt/lists`);
  const changes = await converge(latest, root.run);
  t.same(changes[0], { attribute: 'package lists', before: 'old', after: 'fresh' });
  t.equal(await root.expect(sh`dpkg-query -W -f='\${Version}' garden-apple`), '2.0');
  t.same(await converge(packages({ names: [], updateCache: 600 }), root.run), [], 'lists alone');
});

t.test('a held package stays, and can be released', leftOut, async (t) => {
  const root = await fresh(t);
  const held = (state: 'present' | 'latest') => packages({ names: ['garden-apple'], state, held: true });
  await converge(held('present'), root.run);
  await root.publish([{ ...APPLE, version: '2.0' }]);
  await root.expect(sh`apt-get -q update`);
  await root.expect(sh`apt-get -q -y upgrade`);
  t.equal(await root.expect(sh`dpkg-query -W -f='\${Version}' garden-apple`), '1.0', 'an upgrade passes it by');
  t.match(
    await failure(packages({ names: ['garden-apple'], state: 'latest' }), root),
    /is held at its version; held: false releases it/,
  );
  await converge(held('latest'), root.run);
  t.equal(await root.expect(sh`dpkg-query -W -f='\${Version} \${db:Status-Want}' garden-apple`), '2.0 hold');
  await converge(packages({ names: ['garden-apple'], held: false }), root.run);
  t.same(await plan(held('present'), root.run), [{ attribute: 'garden-apple held', before: false, after: true }]);
});

t.test('recommended packages come as asked', leftOut, async (t) => {
  const root = await fresh(t);
  await converge(packages({ names: ['garden-plum'], recommends: false }), root.run);
  t.equal((await plan(packages(['garden-pear']), root.run)).length, 1, 'without');
  await converge(packages({ names: ['garden-plum'], state: 'absent' }), root.run);
  await converge(packages({ names: ['garden-plum'], recommends: true }), root.run);
  t.same(await plan(packages(['garden-pear']), root.run), [], 'with');
});

t.test('lists that are old or not there are fetched where a package is not known', leftOut, async (t) => {
  const root = await fresh(t);
  await root.expect(sh`apt-get -q update`);
  await root.publish([{ name: 'garden-quince', version: '1' }]);
  // A local repository is read in place: what was fetched is put back as it was, as for one that is far away.
  await root.expect(sh`cd /var/lib/apt/lists && for list in *_Packages; do rm -f "$list"; : >"$list"; done`);
  await converge(packages(['garden-quince']), root.run);
  await root.expect(sh`rm -rf /var/lib/apt/lists; mkdir -p /var/lib/apt/lists/partial`);
  await converge(packages(['garden-pear']), root.run);
});

t.test('a failure is told by its cause', leftOut, async (t) => {
  const root = await fresh(t);
  await root.publish([
    { name: 'garden-torn', version: '1', fields: ['Depends: garden-nowhere (>= 2)'] },
    { name: 'garden-sour', version: '1', configure: 'echo sour >&2; exit 3' },
  ]);
  t.equal(
    await failure(packages(['garden-apple', 'garden-nope', 'garden-nope2']), root),
    'no repository of this host offers: garden-nope garden-nope2',
  );
  t.same((await plan(packages(['garden-apple']), root.run)).length, 1, 'and nothing of it was installed');
  t.equal(
    await failure(packages(['garden-torn']), root),
    'the packages do not fit together: see the dependencies above',
  );
  t.equal(await failure(packages(['garden-sour']), root), 'the installation script of a package failed: garden-sour');
  t.same(await plan(packages(['garden-sour']), root.run), [
    { attribute: 'garden-sour', before: 'half installed', after: 'present' },
  ]);
  await converge(packages({ names: ['garden-sour'], state: 'absent' }), root.run);

  await root.expect(sh`echo 'deb [trusted=yes] http://127.0.0.1:9/ ./' >/etc/apt/sources.list
rm -rf /var/lib/apt/lists; mkdir -p /var/lib/apt/lists/partial`);
  t.match(
    await failure(packages(['garden-apple']), root),
    /^no repository that could be reached offers: garden-apple \(Failed to fetch http:\/\/127\.0\.0\.1:9\/.*refused/,
  );
});

/** Packages whose installation waits at a named pipe, until somebody writes to it. */
const SLOW = {
  name: 'garden-slow',
  version: '1',
  configure: 'mkfifo /tmp/gate; echo waiting at the gate; read -r _ </tmp/gate; rm /tmp/gate',
};

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error(`still not so after a minute: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What still runs of a process group (proc(5), /proc/PID/stat); nobody in a scratch root collects what has ended. */
async function running(root: AptRoot, group: string): Promise<string> {
  const program = `{ name = $2; sub(/.*\\) /, ""); if ($1 != "Z" && $3 == ${group}) print name }`;
  return root.expect(sh`cat /proc/[0-9]*/stat 2>/dev/null | awk ${program}`);
}

/** The locks of apt and dpkg that anybody holds, by the inode that /proc/locks names (proc(5)). */
async function locked(root: AptRoot): Promise<readonly string[]> {
  const inodes = (
    await root.expect(sh`stat -c %i /var/lib/dpkg/lock /var/lib/dpkg/lock-frontend /var/lib/apt/lists/lock`)
  ).trim();
  const held = await readFile('/proc/locks', 'utf8');
  return inodes.split('\n').filter((inode) => new RegExp(`:${inode} `).test(held));
}

t.test('another package manager is waited for', leftOut, async (t) => {
  const root = await fresh(t);
  await root.publish([SLOW]);
  await root.expect(sh`apt-get -q update`);
  const other = root.run(sh`apt-get -q -y install garden-slow`);
  await until(() => existsSync(root.path('/tmp/gate')));
  t.not((await locked(root)).length, 0, 'the lock is held');

  const mine = packages({ names: ['garden-apple'], held: true });
  const found = mine.assess((await probe(mine, root.run)) ?? '');
  let ended = false;
  const applied = root.run(sh`exec >/tmp/mine; ${found.apply().script}`).finally(() => {
    ended = true;
  });
  const said = () => readFile(root.path('/tmp/mine'), 'utf8').catch(() => '');
  await until(async () => ended || (await said()).includes('waiting for another package manager'));
  t.notOk(ended, 'it waits');
  await root.expect(sh`echo >/tmp/gate`);
  t.equal((await other).status, 0);
  const { status, stderr } = await applied;
  t.equal(status, 0, stderr);
  t.same(await plan(mine, root.run), []);
});

t.test('ended in the middle, it leaves no lock and no process, and the next run repairs', leftOut, async (t) => {
  const root = await fresh(t);
  await root.publish([SLOW]);
  const slow = packages(['garden-slow', 'garden-apple']);
  const found = slow.assess((await probe(slow, root.run)) ?? '');
  // As a session interrupts: what runs gets TERM, all of it.
  const applied = root.run(
    sh`setsid sh -c ${`mkdir /tmp/own && export TMPDIR=/tmp/own; echo $$ >/tmp/group; ${found.apply().script.text}`}`,
  );
  await until(() => existsSync(root.path('/tmp/gate')));
  const group = (await root.expect(sh`cat /tmp/group`)).trim();
  t.not((await locked(root)).length, 0, 'the lock is held');
  await root.expect(sh`kill -TERM -${group}`);
  t.not((await applied).status, 0);
  await until(async () => (await running(root, group)) === '');
  t.same(await locked(root), [], 'no lock is left');
  t.equal(await root.expect(sh`ls /tmp/own`), '', 'nor a temporary file');
  t.same((await plan(slow, root.run))[0], { attribute: 'garden-slow', before: 'half installed', after: 'present' });

  // Somebody opens the gate of the second attempt.
  await root.expect(sh`rm /tmp/gate`);
  const again = converge(slow, root.run);
  await until(() => existsSync(root.path('/tmp/gate')));
  await root.expect(sh`echo >/tmp/gate`);
  t.not((await again).length, 0);
});

t.test('a dpkg that was interrupted is repaired first', leftOut, async (t) => {
  const root = await fresh(t);
  await root.expect(sh`apt-get -q update`);
  // What a dpkg leaves that was killed: a journal of the states that it had not written into its database yet.
  await root.expect(sh`apt-get -q -y install garden-apple
awk -v RS= '/^Package: garden-apple\n/' /var/lib/dpkg/status | sed 's/^Status: .*/Status: install ok unpacked/' >/var/lib/dpkg/updates/0000`);
  t.match((await root.run(sh`apt-get -q -y install garden-pear`)).stderr, /dpkg was interrupted/);
  await converge(packages(['garden-pear', 'garden-apple']), root.run);
  t.same(await readdir(root.path('/var/lib/dpkg/updates')), []);
});

t.test('who is not root is told so', leftOut, async (t) => {
  const root = await fresh(t);
  const apple = packages(['garden-apple']);
  const { script } = apple.assess((await probe(apple, root.run)) ?? '').apply();
  const { stderr, status } = await root.run(
    sh`setpriv --reuid=65534 --regid=65534 --clear-groups sh -c ${script.text}`,
  );
  t.equal(status, 1);
  t.match(stderr, /only root may do this: give the task become: true\n$/);
});
