import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import { GardenError } from '../../lib/model/errors.ts';
import type { Become } from '../../lib/model/host.ts';
import { type Script, sh } from '../../lib/model/script.ts';
import { Secret } from '../../lib/model/secret.ts';
import { startShellSession } from '../../lib/session/shell-session.ts';
import { connect } from '../../lib/transport/connect.ts';
import type { Connection } from '../../lib/transport/transport.ts';
import { sshdUnavailable, startSshd } from '../support/sshd.ts';

const PASSWORD = `p4ss'"$(${randomBytes(6).toString('hex')}`;
const ROOT_PASSWORD = `r00t ${randomBytes(6).toString('hex')}`;
const snippet = (script: Script, timeout = 600_000) => ({ script, timeout });

if (sshdUnavailable !== undefined) t.comment(`become is left out: ${sshdUnavailable}`);
t.test('become', { skip: sshdUnavailable ?? false }, async (t) => {
  const sshd = await startSshd({
    users: [
      { name: 'ann', password: PASSWORD, sudo: 'with-password' },
      { name: 'ben', password: PASSWORD, sudo: 'without-password' },
      { name: 'cat', password: PASSWORD },
      { name: 'dan', password: PASSWORD },
      { name: 'eve', password: PASSWORD, sudo: 'without-password' },
      { name: 'fay', password: PASSWORD, sudo: 'with-password' },
      { name: 'loud', password: PASSWORD, sudo: 'with-password', shell: '/bin/bash' },
    ],
  });
  await sshd.run('chpasswd', `root:${ROOT_PASSWORD}\n`);
  await sshd.run(`
    printf '%s\\n' 'permit nopass dan' 'permit ann' 'permit ben as cat' > /etc/doas.conf; chmod 600 /etc/doas.conf
    printf '%s\\n' 'Defaults:eve requiretty' 'Defaults:fay requiretty' > /etc/sudoers.d/terminal
    printf '%s\\n' 'Defaults logfile=/opt/sudo.log' > /etc/sudoers.d/log
    home=$(getent passwd loud | cut -d: -f6); printf '%s\\n' 'echo hello from bashrc' 'echo Careful: >&2' > "$home/.bashrc"
    chown loud: "$home/.bashrc"`);
  // A folder of that host alone, where the temporary folders of its shells are made.
  await sshd.run('mkdir -p /opt/scratch && chmod 1777 /opt/scratch');
  const inScratch = (connection: Connection): Connection => ({
    transport: connection.transport,
    user: connection.user,
    closed: connection.closed,
    close: () => connection.close(),
    open: (command, options) => connection.open(`TMPDIR=/opt/scratch; export TMPDIR; ${command}`, options),
  });
  const connections = new Map<string, Promise<Connection>>();
  const as = (name: string) => {
    const connection =
      connections.get(name) ??
      connect({ ...sshd.settings(name), transport: 'ssh' }, { notice: () => {} }).then(inScratch);
    connections.set(name, connection);
    return connection;
  };
  t.teardown(async () => {
    for (const connection of connections.values()) await (await connection).close();
    await sshd.stop();
  });
  const commandLines = () => sshd.run("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '");

  // Looks for the passwords in every command line and environment of that host, all the time.
  const control = `control-${randomBytes(6).toString('hex')}`;
  await sshd.run('cat >/opt/canaries', `${[PASSWORD, ROOT_PASSWORD, control].join('\n')}\n`);
  const watch = sshd.run(`until [ -e /opt/enough ]; do
      grep -asoFf /opt/canaries /proc/[0-9]*/cmdline /proc/[0-9]*/environ >>/opt/findings || :
      sleep 0.1
    done`);
  /** The files of that host that hold a password; its folders that can be written to are all layers. */
  const filesWithPasswords = () =>
    sshd.run(
      `grep -raslFf /opt/canaries --exclude=canaries --exclude=findings ${join(sshd.folder, 'layers')} /run || :`,
    );

  const works: readonly (readonly [string, string, Become])[] = [
    ['sudo without a password', 'ben', { user: 'root', method: 'sudo' }],
    [
      'sudo without a password, though one is there',
      'ben',
      { user: 'root', method: 'sudo', password: new Secret('wrong') },
    ],
    ['sudo with a password', 'ann', { user: 'root', method: 'sudo', password: new Secret(PASSWORD) }],
    ['sudo to another user', 'ann', { user: 'cat', method: 'sudo', password: new Secret(PASSWORD) }],
    [
      'sudo behind a log-in shell that greets',
      'loud',
      { user: 'root', method: 'sudo', password: new Secret(PASSWORD) },
    ],
    ['sudo with requiretty', 'eve', { user: 'root', method: 'sudo' }],
    ['sudo with requiretty and a password', 'fay', { user: 'root', method: 'sudo', password: new Secret(PASSWORD) }],
    ['su', 'cat', { user: 'root', method: 'su', password: new Secret(ROOT_PASSWORD) }],
    ['su to another user', 'cat', { user: 'ann', method: 'su', password: new Secret(PASSWORD) }],
    ['su as root', 'root', { user: 'cat', method: 'su' }],
    ['doas without a password', 'dan', { user: 'root', method: 'doas' }],
    ['doas with a password', 'ann', { user: 'root', method: 'doas', password: new Secret(PASSWORD) }],
  ];
  for (const [name, login, become] of works) {
    await t.test(name, async (t) => {
      const connection = await as(login);
      const session = await startShellSession(connection, { as: become });
      try {
        const results = await session.run([
          snippet(
            sh`id -un; if [ -t 0 ] || [ -t 1 ] || [ -t 2 ]; then echo terminal; fi; (: </dev/tty) 2>/dev/null && echo controlling; printf 'a\\r\\nb'; printf err >&2`,
          ),
          snippet(sh`sleep 1000`, 700),
          snippet(sh`echo after; exit 3`),
        ]);
        t.match(results, [
          { stdout: `${become.user}\na\r\nb`, stderr: 'err', status: 0, outcome: 'done' },
          { outcome: 'timed-out', status: 143 },
          { stdout: 'after\n', stderr: '', status: 3, outcome: 'done' },
        ]);
        t.equal(session.info?.user, become.user);
        const content = randomBytes(1_000_000);
        await session.upload({ path: '/opt/scratch/upload', content });
        const [sum] = await session.run([
          snippet(sh`wc -c </opt/scratch/upload; ls -l /opt/scratch/upload; rm /opt/scratch/upload`),
        ]);
        t.match(sum?.stdout, new RegExp(`^1000000\n-rw------- .* ${become.user} `));
        t.equal(await filesWithPasswords(), '', 'no password in a file');
        const large = 'z'.repeat(3 << 20);
        const [echoed] = await session.run([snippet(sh`printf %s ${large}`)]);
        t.ok(echoed?.stdout === large);
      } finally {
        await session.close();
      }
      t.equal((await sshd.run('ls -A /opt/scratch')).trim(), '', 'no folder is left');
      t.notMatch(await commandLines(), /sleep 1000/);
    });
  }

  const fails: readonly (readonly [string, string, Become, RegExp])[] = [
    [
      'sudo, wrong password',
      'ann',
      { user: 'root', method: 'sudo', password: new Secret('wrong') },
      /^sudo refused the password of ann$/,
    ],
    [
      'sudo, no password',
      'ann',
      { user: 'root', method: 'sudo' },
      /^sudo asks for the password of ann, and none was given$/,
    ],
    [
      'sudo, not in sudoers',
      'cat',
      { user: 'root', method: 'sudo', password: new Secret(PASSWORD) },
      /^cat may not become root by sudo \(cat is not in the sudoers file/,
    ],
    ['sudo, no such user', 'ben', { user: 'nosuch', method: 'sudo' }, /^there is no user nosuch to become/],
    [
      'sudo with requiretty, wrong password',
      'fay',
      { user: 'root', method: 'sudo', password: new Secret('wrong') },
      /^sudo refused the password of fay$/,
    ],
    [
      'su, wrong password',
      'cat',
      { user: 'root', method: 'su', password: new Secret('wrong') },
      /^su refused the password of root$/,
    ],
    [
      'su, no password',
      'cat',
      { user: 'root', method: 'su' },
      /^su asks for the password of root, and none was given$/,
    ],
    [
      'su, no such user',
      'cat',
      { user: 'nosuch', method: 'su', password: new Secret('x') },
      /^there is no user nosuch to become/,
    ],
    [
      'doas, wrong password',
      'ann',
      { user: 'root', method: 'doas', password: new Secret('wrong') },
      /^doas refused the password of ann$/,
    ],
    [
      'doas, no password',
      'ann',
      { user: 'root', method: 'doas' },
      /^doas asks for the password of ann, and none was given$/,
    ],
    [
      'doas, no rule',
      'cat',
      { user: 'root', method: 'doas', password: new Secret(PASSWORD) },
      /^cat may not become root by doas/,
    ],
  ];
  for (const [name, login, become, message] of fails) {
    await t.test(name, async (t) => {
      const connection = await as(login);
      let session: Awaited<ReturnType<typeof startShellSession>> | undefined;
      const error = await startShellSession(connection, { as: become })
        .then((started) => {
          session = started;
          return started.run([snippet(sh`touch /opt/scratch/never`)]);
        })
        .catch((thrown: unknown) => thrown);
      await session?.close();
      t.ok(error instanceof GardenError, String(error));
      t.match(error, { message });
      t.equal((await sshd.run('ls -A /opt/scratch')).trim(), '');
    });
  }

  await t.test('a wrong password is given once', async (t) => {
    const tries = async () => (await sshd.run('grep -c "incorrect password attempt" /opt/sudo.log || :')).trim();
    const before = Number(await tries());
    const wrong = { user: 'root', method: 'sudo', password: new Secret('wrong') } as const;
    await t.rejects(startShellSession(await as('ann'), { as: wrong }), GardenError);
    t.equal(Number(await tries()), before + 1);
    t.match(await sshd.run('grep attempt /opt/sudo.log'), /1 incorrect password attempt\b/);
    t.notMatch(await sshd.run('cat /opt/sudo.log'), /[2-9] incorrect password attempt/);
  });

  await t.test('no password was in a command or an environment at any time', async (t) => {
    await sshd.run(`sh -c 'until grep -q control- /opt/findings; do sleep 0.05; done' sh ${control}`);
    t.pass('what there is, is found');
    await sshd.run(': >/opt/enough');
    await watch;
    const findings = await sshd.run('cat /opt/findings');
    t.notOk(findings.includes(PASSWORD), findings);
    t.notOk(findings.includes(ROOT_PASSWORD), findings);
  });

  await t.test('a command that is not installed', async (t) => {
    const layer = join(sshd.folder, 'layers', 'bin');
    await sshd.run(`mkdir -p ${layer}/upper ${layer}/work
      mount -t overlay overlay -o lowerdir=/usr/bin,upperdir=${layer}/upper,workdir=${layer}/work /usr/bin
      rm /usr/bin/sudo /usr/bin/doas`);
    for (const method of ['sudo', 'doas'] as const) {
      for (const password of [undefined, new Secret(PASSWORD)]) {
        const error = await startShellSession(await as('cat'), {
          as: { user: 'root', method, ...(password && { password }) },
        })
          .then((session) => session.run([snippet(sh`:`)]).finally(() => session.close()))
          .catch((thrown: unknown) => thrown);
        t.ok(error instanceof GardenError);
        t.match(error, { message: new RegExp(`^${method} is not installed there \\(.*No such file`) });
      }
    }
  });
});
