import { chmod, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import t from 'tap';
import { GardenError, Locked } from '../../lib/model/errors.ts';
import { type Script, sh } from '../../lib/model/script.ts';
import type { Session } from '../../lib/session/session.ts';
import { type ShellSessionOptions, startShellSession } from '../../lib/session/shell-session.ts';
import { connect } from '../../lib/transport/connect.ts';
import { localTransport } from '../../lib/transport/local.ts';
import type { Connection } from '../../lib/transport/transport.ts';
import { sshdUnavailable, startSshd } from '../support/sshd.ts';

const snippet = (script: Script) => ({ script, timeout: 600_000 });
const lock = (run: string, waitMs = 0) => ({ holder: `ann@desk, garden run ${run}.ts`, run, waitMs });

/** The same connection, but whose shells do not find flock(1). */
async function withoutFlock(connection: Connection, folder: string): Promise<Connection> {
  for (const command of ['id', 'mkdir', 'date', 'sleep', 'ln', 'mv', 'rm', 'sh', 'dash', 'cat', 'ls', 'kill']) {
    const found = (process.env.PATH ?? '').split(delimiter).map((each) => join(each, command));
    for (const path of found) {
      const real = await readFile(path).then(
        () => true,
        () => false,
      );
      if (!real) continue;
      await symlink(path, join(folder, command));
      break;
    }
  }
  return {
    ...connection,
    transport: connection.transport,
    user: connection.user,
    closed: connection.closed,
    close: () => connection.close(),
    open: (command, options) => connection.open(`PATH=${folder}; export PATH; ${command}`, options),
  };
}

const reason = sshdUnavailable ?? (process.getuid?.() === 0 ? undefined : 'the lock of root needs root');

t.test('the lock of a host', { skip: reason ?? false }, async (t) => {
  const sshd = await startSshd({ users: [{ name: 'ann' }] });
  const folder = await mkdtemp(join(tmpdir(), 'garden-lock-'));
  await chmod(folder, 0o755);
  t.teardown(async () => {
    await sshd.stop();
    await rm(folder, { recursive: true, force: true });
  });

  for (const kind of ['flock', 'no flock'] as const) {
    await t.test(kind, async (t) => {
      const connection = await connect({ ...sshd.settings('ann'), transport: 'ssh' }, { notice: () => {} });
      await sshd.run(`mkdir -p ${folder}/bin; rm -f ${folder}/bin/*`);
      const target = kind === 'flock' ? connection : await withoutFlock(connection, join(folder, 'bin'));
      const sessions: Session[] = [];
      const start = async (options: ShellSessionOptions) => {
        const session = await startShellSession(target, options);
        sessions.push(session);
        return session;
      };
      t.teardown(async () => {
        await Promise.all(sessions.map((session) => session.close()));
        await connection.close();
      });

      const first = await start({ lock: lock('one') });
      const [result] = await first.run([snippet(sh`command -v flock || echo none`)]);
      if (kind === 'no flock') t.equal(result?.stdout, 'none\n');
      const state = first.info?.stateFolder ?? '';
      t.match(state, /ann\/.local\/state\/garden$/);
      const [{ stdout: mode } = { stdout: '' }] = await first.run([snippet(sh`ls -ld ${state}`)]);
      t.match(mode, /^drwx------/);

      const second = await start({ lock: lock('two') });
      const locked = await second.run([snippet(sh`echo never`)]).catch((error: unknown) => error);
      t.ok(locked instanceof Locked);
      t.match(locked, {
        message: /^locked by ann@desk, garden run one\.ts \(run one, since \d{4}-\d\d-\d\dT[\d:]+Z\)$/,
      });
      const again = await second.run([snippet(sh`echo never`)]).catch((error: unknown) => error);
      t.ok(again instanceof Locked, 'it stays so');

      // What a snippet leaves behind does not hold it.
      await first.run([snippet(sh`sleep 2000 >/dev/null 2>&1 &`)]);

      // Who waits gets it when the first session ends; it is known to wait when its shell runs.
      const third = await start({ lock: lock('three', 60_000) });
      const waiting = third.run([snippet(sh`echo mine`)]);
      await first.close();
      t.match(await waiting, [{ stdout: 'mine\n', status: 0 }]);

      // A connection that was lost leaves its shell behind; the same run takes over, and ends what it left.
      const busy = third.run([snippet(sh`sleep 1000`)]).catch((error: unknown) => error);
      const heir = await start({ lock: lock('three') });
      t.match(await heir.run([snippet(sh`echo heir`)]), [{ stdout: 'heir\n' }]);
      t.ok((await busy) instanceof GardenError);
      t.notMatch(await sshd.run("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"), /sleep 1000/);

      // A waiting session can be interrupted.
      const patient = await start({ lock: lock('four', 600_000) });
      const gaveUp = patient.run([snippet(sh`echo never`)]).catch((error: unknown) => error);
      await patient.interrupt();
      const given = await gaveUp;
      t.ok(given instanceof Locked, String(given));

      // A killed shell holds nothing.
      const killed = heir.run([snippet(sh`kill -9 $$; sleep 0.1`)]).catch((error: unknown) => error);
      t.ok((await killed) instanceof GardenError);
      const last = await start({ lock: lock('five') });
      t.match(await last.run([snippet(sh`echo free`)]), [{ stdout: 'free\n' }]);

      // Many at once over what a killed shell left: one of them gets it.
      await last.run([snippet(sh`kill -9 $$; sleep 0.1`)]).catch(() => undefined);
      const rivals = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((run) => start({ lock: lock(run) })));
      const fates = await Promise.all(
        rivals.map((each) => each.run([snippet(sh`echo won`)]).catch((error: unknown) => error)),
      );
      t.equal(fates.filter((fate) => fate instanceof Locked).length, rivals.length - 1);
      t.equal(fates.filter(Array.isArray).length, 1);
    });
  }
});

t.test('a state folder that cannot be made is told in the words of the host', async (t) => {
  const connection = await localTransport.connect({ address: 'localhost' }, { notice: () => {} });
  t.teardown(() => connection.close());
  if (process.getuid?.() === 0) {
    t.comment('left out as root, whose state folder is always /var/lib/garden');
    return;
  }
  const session = await startShellSession(connection, {
    shell: 'env XDG_STATE_HOME=/dev/null /bin/sh',
    lock: lock('x'),
  });
  await t.rejects(session.run([snippet(sh`:`)]), { message: /cannot be locked: .*\/dev\/null/ });
});
