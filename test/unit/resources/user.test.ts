import { existsSync, readFileSync, statSync } from 'node:fs';
import t from 'tap';
import type { z } from 'zod';
import type { Attribute } from '../../../lib/model/change.ts';
import { sh } from '../../../lib/model/script.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { group } from '../../../lib/resources/posix/group.ts';
import { user } from '../../../lib/resources/posix/user.ts';
import { assessIn, converges, mergedAsAlone } from '../../support/scratch-converge.ts';
import { SHELLS, scratchRoot, scratchRootUnavailable } from '../../support/scratch-root.ts';

const leftOut = scratchRootUnavailable ? { skip: scratchRootUnavailable } : {};
const HASH = '$6$saltsalt$canaryCanaryCanary.canary/canary';
const ANN = 'present:ann:x:1001:1001:Ann:/home/ann:/bin/sh:ann:web,adm:other\n';

interface Case {
  readonly params: z.input<typeof user.schema>;
  readonly stdout: string;
  readonly changes: readonly (readonly [string, Attribute, Attribute])[];
}

t.test('what differs', async (t) => {
  const cases: readonly Case[] = [
    { params: { name: 'ann' }, stdout: ANN, changes: [] },
    { params: { name: 'ann', uid: 1001, group: 'ann', groups: ['adm'], shell: '/bin/sh' }, stdout: ANN, changes: [] },
    { params: { name: 'ann', groups: ['adm', 'ann'] }, stdout: ANN, changes: [] },
    {
      params: { name: 'ann', groups: ['sudo'] },
      stdout: ANN,
      changes: [['groups', ['adm', 'web'], ['adm', 'sudo', 'web']]],
    },
    { params: { name: 'ann', groups: [], append: false }, stdout: ANN, changes: [['groups', ['adm', 'web'], []]] },
    {
      params: { name: 'ann', comment: '', shell: '/bin/bash' },
      stdout: ANN,
      changes: [
        ['comment', 'Ann', ''],
        ['shell', '/bin/sh', '/bin/bash'],
      ],
    },
    { params: { name: 'ann' }, stdout: ANN.replace('present', 'absent'), changes: [] },
    {
      params: { name: 'ann', createHome: true },
      stdout: ANN.replace('present', 'absent'),
      changes: [['homeFolder', 'absent', 'present']],
    },
    { params: { name: 'ann', state: 'absent' }, stdout: 'absent:ann:nothing\n', changes: [] },
    { params: { name: 'ann', state: 'absent' }, stdout: ANN, changes: [['state', 'present', 'absent']] },
    {
      params: { name: 'ann', system: true },
      stdout: 'absent:ann:nothing\n',
      changes: [['state', 'absent', 'present']],
    },
  ];
  for (const { params, stdout, changes } of cases) {
    const found = user(params).assess(stdout);
    t.same(
      found.changes.map(({ attribute, before, after }) => [attribute, before, after]),
      changes,
    );
  }
});

t.test('a password is a hash, and no printer shows it', async (t) => {
  t.throws(() => user({ name: 'ann', password: new Secret('hunter2') }), /^(?!.*hunter2).*a hash as crypt/s);
  t.throws(() => user({ name: 'ann', password: new Secret(`${HASH}\nroot:${HASH}`) }), /a hash as crypt/);
  const { changes } = user({ name: 'ann', password: new Secret(HASH) }).assess(ANN);
  t.same(changes, [{ attribute: 'password', before: 'other', after: 'same', sensitive: true }]);
});

t.test('fields that passwd(5) cannot hold are refused', async (t) => {
  t.throws(() => user({ name: 'ann', comment: 'a:b' }), /comment: may hold neither/);
  t.throws(() => user({ name: 'ann', home: '/home/a:b' }), /home: may not hold/);
  t.throws(() => user({ name: 'ann', home: 'home' }), /home: an absolute path/);
  t.throws(() => user({ name: 'ann', shell: '/bin/../sh' }), /shell: an absolute path/);
});

t.test('users come, change and go', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  const passwd = () => readFileSync(root.path('/etc/passwd'), 'utf8');
  for (const [index, shell] of SHELLS.entries()) {
    const name = `garden${index}`;
    const comment = `$(touch /tmp/executed) "it's" ${index}`;
    const ann = { name, uid: 7000 + index, groups: ['adm'], home: `/srv/o'home ${index}`, comment };
    await converges(t, root, user({ ...ann, shell: '/bin/sh', password: new Secret(HASH) }), { shell });
    t.ok(passwd().includes(`${name}:x:${7000 + index}:`));
    t.ok(passwd().includes(`:${comment}:/srv/o'home ${index}:/bin/sh\n`));
    t.ok(readFileSync(root.path('/etc/shadow'), 'utf8').includes(`${name}:${HASH}:`));
    t.equal(statSync(root.path(ann.home)).uid, ann.uid);

    await converges(t, root, user({ name, groups: ['www-data'], comment: '', shell: '/bin/bash' }), { shell });
    t.equal((await root.run(sh`id -nG ${name}`)).stdout.trim().split(' ').sort().join(), `adm,${name},www-data`);
    await converges(t, root, user({ name, groups: ['www-data'], append: false }), { shell });
    await converges(t, root, user({ name, groups: [], append: false }), { shell });
    await converges(t, root, user({ name, group: 'www-data' }), { shell });
    await converges(t, root, user({ name, password: new Secret('!') }), { shell });

    await root.run(sh`rm -r ${ann.home}`);
    await converges(t, root, user({ ...ann, createHome: true }), { shell });
    t.equal(statSync(root.path(ann.home)).mode & 0o7777, 0o700);
    t.ok(existsSync(root.path(`${ann.home}/.profile`)), 'with the skeleton');

    const all = [
      user({ name, password: new Secret('!') }),
      user({ name: 'root', groups: ['root'] }),
      user({ name: 'nobody-here' }),
      user({ name: 'adm' }),
      user({ name, password: new Secret(HASH) }),
    ];
    await mergedAsAlone(t, root, all, shell);

    await converges(t, root, user({ name, state: 'absent', removeHome: true }), { shell });
    t.notOk(existsSync(root.path(ann.home)));
  }
  t.notOk(existsSync(root.path('/tmp/executed')));
});

t.test('a new user is given the group of its name where there is one', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  await converges(t, root, group({ name: 'garden', gid: 7777 }));
  await converges(t, root, user({ name: 'garden', system: true }));
  t.match(readFileSync(root.path('/etc/passwd'), 'utf8'), /^garden:x:\d+:7777:/m);
  t.notOk(existsSync(root.path('/home/garden')), 'a system user has no home of its own');
});

t.test('a hash neither comes back nor stands in a list of processes', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  const watched = user({ name: 'garden', password: new Secret(HASH) });
  await converges(t, root, watched);
  const probe = watched.probe() ?? sh`:`;
  const said = await root.run(probe);
  t.notMatch(said.stdout + said.stderr, /canary/);
  // Every program that the scripts start says what it was started with.
  const spy = `#!/bin/sh\ntr '\\0' ' ' < /proc/$$/cmdline >> /tmp/seen\nexec "/spied/\${0##*/}" "$@"\n`;
  const spying = sh`mkdir -p /spied; for name in awk sed getent chpasswd; do
    program=$(readlink -f "$(command -v $name)"); cp "$program" "/spied/$name"
    printf %s ${spy} > "/usr/local/bin/$name"; chmod 755 "/usr/local/bin/$name"; done`;
  t.equal((await root.run(spying)).status, 0);
  await root.run(sh`printf '%s\n' garden:! | /usr/sbin/chpasswd -e`);
  await root.run(sh`PATH=/usr/local/bin:$PATH; ${(await assessIn(root, watched)).apply().script}`);
  await root.run(sh`PATH=/usr/local/bin:$PATH; ${probe}`);
  const seen = readFileSync(root.path('/tmp/seen'), 'utf8');
  t.match(seen, /chpasswd -e/);
  t.match(seen, /awk -F:/);
  t.notMatch(seen, /canary/);
});

t.test('a group that does not exist is a failure that says so', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  const { apply } = await assessIn(root, user({ name: 'garden', groups: ['nowhere'] }));
  const { status, stderr } = await root.run(apply().script);
  t.not(status, 0);
  t.match(stderr, /group 'nowhere' does not exist/);
});
