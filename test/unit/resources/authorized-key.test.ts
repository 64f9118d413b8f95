import { readFileSync, statSync } from 'node:fs';
import t from 'tap';
import { sh } from '../../../lib/model/script.ts';
import { authorizedKey } from '../../../lib/resources/posix/authorized-key.ts';
import { assessIn, converges, mergedAsAlone } from '../../support/scratch-converge.ts';
import { SHELLS, scratchRoot, scratchRootUnavailable } from '../../support/scratch-root.ts';

const leftOut = scratchRootUnavailable ? { skip: scratchRootUnavailable } : {};
const ANN = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAnnAnnAnnAnnAnnAnnAnnAnnAnnAnnAnnAnnAnn0 ann@desk';
const BEN = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBenBenBenBenBenBenBenBenBenBenBenBenBen0';
const LIMITED = `command="echo \\"a b\\" $(id) 'x'",no-pty ${ANN}`;

t.test('keys are told from other lines', async (t) => {
  for (const key of ['', 'ann', '# no key', `${ANN}\n${BEN}`, 'ssh-ed25519', `# ${ANN}`, 'rsa AAAA ann']) {
    t.throws(() => authorizedKey({ user: 'ann', key }), /key: one public key as in a \.pub file/, key);
  }
  t.equal(authorizedKey({ user: 'ann', key: `${ANN}\n` }).id, 'ann ann@desk');
  t.match(authorizedKey({ user: 'ann', key: BEN }).id, /^ann SHA256:.{12}$/);
  t.doesNotThrow(() => authorizedKey({ user: 'ann', key: LIMITED }));
});

t.test('what differs', async (t) => {
  const file = `1+\n1 # people\n1 ${BEN} ben\n1 \n1 ${ANN}\n`;
  const changes = (params: Parameters<typeof authorizedKey>[0], stdout = file) =>
    authorizedKey(params)
      .assess(stdout)
      .changes.map(({ attribute, after }) => [attribute, after]);
  t.same(changes({ user: 'ann', key: ANN }), []);
  t.same(changes({ user: 'ann', key: LIMITED }), [['line', LIMITED]]);
  t.same(changes({ user: 'ann', key: ANN, exclusive: true }), [['others', []]]);
  t.same(changes({ user: 'ann', key: ANN, state: 'absent' }), [['state', 'absent']]);
  t.same(changes({ user: 'ann', key: ANN, state: 'absent' }, ''), []);
  t.same(changes({ user: 'ann', key: ANN, state: 'absent' }, '~ann\n'), []);
  t.throws(() => changes({ user: 'ann', key: ANN }, '~ann\n'), { name: 'UnmetPrecondition' });
});

t.test('keys come and go', leftOut, async (t) => {
  for (const shell of SHELLS) {
    const root = await scratchRoot();
    t.teardown(() => root.remove());
    t.equal((await root.run(sh`useradd -m ann && useradd -m ben`)).status, 0);
    const file = root.path('/home/ann/.ssh/authorized_keys');
    const text = () => readFileSync(file, 'utf8');

    await converges(t, root, authorizedKey({ user: 'ann', key: ANN }), { shell });
    t.equal(text(), `${ANN}\n`);
    const [{ uid, mode }, folder] = [statSync(file), statSync(root.path('/home/ann/.ssh'))];
    t.same([uid, mode & 0o7777, folder.uid, folder.mode & 0o7777], [folder.uid, 0o600, uid, 0o700]);
    t.not(uid, 0);

    await root.run(sh`printf '\n# kept' >> /home/ann/.ssh/authorized_keys`);
    await converges(t, root, authorizedKey({ user: 'ann', key: BEN }), { shell });
    t.equal(text(), `${ANN}\n\n# kept\n${BEN}\n`);
    await converges(t, root, authorizedKey({ user: 'ann', key: LIMITED }), { shell });
    t.equal(text(), `${LIMITED}\n\n# kept\n${BEN}\n`, 'in its place');

    const own = { user: 'ben', key: ANN, path: '/etc/ssh/keys/ben' };
    await converges(t, root, authorizedKey(own), { shell });
    t.equal(statSync(root.path(own.path)).mode & 0o7777, 0o644);
    await mergedAsAlone(
      t,
      root,
      [
        authorizedKey({ user: 'nobody-here', key: ANN }),
        authorizedKey({ user: 'ann', key: ANN }),
        authorizedKey({ user: 'ben', key: ANN }),
        authorizedKey(own),
        authorizedKey({ user: 'ann', key: BEN }),
      ],
      shell,
    );

    await converges(t, root, authorizedKey({ user: 'ann', key: BEN, exclusive: true }), { shell });
    t.equal(text(), `${BEN}\n\n# kept\n`);
    await converges(t, root, authorizedKey({ user: 'ann', key: BEN, state: 'absent' }), { shell });
    t.equal(text(), '\n# kept\n');
    await root.remove();
  }
});

t.test('keys of one file are written in one go', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  t.equal((await root.run(sh`useradd -m ann && useradd -m ben`)).status, 0);
  const all = [
    authorizedKey({ user: 'ann', key: ANN }),
    authorizedKey({ user: 'ben', key: BEN }),
    authorizedKey({ user: 'ann', key: BEN }),
  ];
  const probed = [];
  for (const resource of all) {
    probed.push({ resource, stdout: (await root.run(resource.probe() ?? sh`:`)).stdout });
  }
  const application = all[0]?.kind.applyTogether?.(probed);
  t.equal((await root.run(application?.script ?? sh`false`)).status, 0);
  for (const resource of all) t.same((await assessIn(root, resource)).changes, []);
  t.equal(readFileSync(root.path('/home/ann/.ssh/authorized_keys'), 'utf8'), `${ANN}\n${BEN}\n`);
});

t.test('a link that a user has laid does not lead root astray', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  t.equal((await root.run(sh`useradd -m ann && ln -s /etc /home/ann/.ssh`)).status, 0);
  const { apply } = await assessIn(root, authorizedKey({ user: 'ann', key: ANN }));
  t.not((await root.run(apply().script)).status, 0);
  t.not((await root.run(sh`[ -e /etc/authorized_keys ] || [ -e /etc/.authorized_keys.garden ]`)).status, 0);
});
