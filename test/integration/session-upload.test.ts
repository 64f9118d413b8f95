import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { ConnectionLost, GardenError } from '../../lib/model/errors.ts';
import { sh } from '../../lib/model/script.ts';
import { startShellSession } from '../../lib/session/shell-session.ts';
import { connect } from '../../lib/transport/connect.ts';
import { localTransport } from '../../lib/transport/local.ts';
import { sshdUnavailable, startSshd } from '../support/sshd.ts';

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

t.test('files go to the target as streams', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'garden-upload-'));
  const connection = await localTransport.connect({ address: 'localhost' }, { notice: () => {} });
  const session = await startShellSession(connection);
  t.teardown(async () => {
    await session.close();
    await connection.close();
    await rm(folder, { recursive: true, force: true });
  });

  t.test('bytes, also none, at hostile paths, mode 0600', async (t) => {
    const name = `-n $(touch x) 'quoted' "twice"\nline`;
    for (const content of [randomBytes(100_000), Buffer.alloc(0), Buffer.from('text without end')]) {
      const path = join(folder, name);
      await session.upload({ path, content });
      t.ok((await readFile(path)).equals(content));
      t.equal((await stat(path)).mode & 0o7777, 0o600);
    }
  });

  t.test('a link that somebody put in the way is replaced, not followed', async (t) => {
    const victim = join(folder, 'victim');
    await writeFile(victim, 'mine');
    await symlink(victim, join(folder, 'link'));
    await session.upload({ path: join(folder, 'link'), content: Buffer.from('new') });
    t.equal(await readFile(victim, 'utf8'), 'mine');
  });

  t.test('a large file, in constant memory, while a frame runs', async (t) => {
    const source = join(folder, 'large');
    const size = 300 * 1024 * 1024;
    const file = await open(source, 'w');
    await file.write(randomBytes(1 << 20), 0, 1 << 20, 0);
    await file.truncate(size);
    await file.close();
    global.gc?.();
    const before = process.memoryUsage.rss();
    let highest = before;
    const watch = setInterval(() => {
      highest = Math.max(highest, process.memoryUsage.rss());
    }, 5);
    const path = join(folder, 'arrived');
    const [[result]] = await Promise.all([
      session.run([{ script: sh`echo beside`, timeout: 600_000 }]),
      session.upload({ path, content: { file: source } }),
    ]);
    clearInterval(watch);
    t.equal(result?.stdout, 'beside\n');
    t.equal((await stat(path)).size, size);
    t.equal(await sha256(path), await sha256(source));
    t.ok(highest - before < size / 3, `${Math.round((highest - before) / 1e6)} MB more at most`);
  });

  t.test('what cannot be written is told in the words of the target', async (t) => {
    const failure = async (path: string, size = 10): Promise<unknown> =>
      session.upload({ path, content: randomBytes(size) }).catch((error: unknown) => error);
    const missing = await failure(join(folder, 'no', 'such', 'file'));
    t.ok(missing instanceof GardenError);
    t.match(missing, { message: /no\/such\/file could not be written: .*(nonexistent|No such file)/ });
    const gone = await session
      .upload({ path: join(folder, 'x'), content: { file: join(folder, 'not there') } })
      .catch((error: unknown) => error);
    t.match(gone, { message: /could not be sent: ENOENT/ });
    const noFile = await session
      .upload({ path: join(folder, 'x'), content: { file: folder } })
      .catch((error: unknown) => error);
    t.match(noFile, { message: /could not be sent: .* is not a regular file/ });
    await t.rejects(stat(join(folder, 'x')), { code: 'ENOENT' }, 'nothing was begun');
  });

  t.test('a full disk', async (t) => {
    if (process.getuid?.() !== 0) {
      t.comment('left out: a small file system of its own needs root');
      return;
    }
    const [mounted] = await session.run([
      {
        script: sh`mkdir ${join(folder, 'small')} && mount -t tmpfs -o size=1m tmpfs ${join(folder, 'small')}`,
        timeout: 60_000,
      },
    ]);
    t.match(mounted, { status: 0, stderr: '' });
    const path = join(folder, 'small', 'file');
    const full = await session.upload({ path, content: randomBytes(20 << 20) }).catch((error: unknown) => error);
    await t.rejects(stat(path), { code: 'ENOENT' }, 'what was written in part is gone');
    await session.run([{ script: sh`umount ${join(folder, 'small')}`, timeout: 60_000 }]);
    t.ok(full instanceof GardenError);
    t.match(full, { message: /small\/file could not be written: .*No space left on device/ });
  });
});

t.test('over ssh', { skip: sshdUnavailable ?? false }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'garden-upload-'));
  const sshd = await startSshd({ users: [{ name: 'ann' }] });
  const connection = await connect({ ...sshd.settings('ann'), transport: 'ssh' }, { notice: () => {} });
  const session = await startShellSession(connection);
  t.teardown(async () => {
    await session.close();
    await connection.close();
    await sshd.stop();
    await rm(folder, { recursive: true, force: true });
  });
  await sshd.run('mkdir -p /opt/put && chmod 1777 /opt/put');
  const source = join(folder, 'source');
  const size = 100 * 1024 * 1024;
  await writeFile(source, Buffer.alloc(size, randomBytes(1 << 20)));

  t.test('a large file', async (t) => {
    await session.upload({ path: '/opt/put/large', content: { file: source } });
    t.match(await sshd.run('sha256sum /opt/put/large'), await sha256(source));
    await sshd.run('rm /opt/put/large');
  });

  /** An upload whose receiver has been stopped in the middle. It may be too fast for that: then once more. */
  async function caught(): Promise<{ sending: Promise<unknown>; goOn: () => Promise<string> }> {
    const watching = sshd.run(`until [ -s /opt/put/caught ]; do :; done; kill -STOP $(pidof cat) && echo caught || :`);
    const sending = session
      .upload({ path: '/opt/put/caught', content: { file: source } })
      .catch((error: unknown) => error);
    if ((await watching) === 'caught\n') return { sending, goOn: () => sshd.run('kill -CONT $(pidof cat)') };
    await sending;
    await sshd.run('rm /opt/put/caught');
    return caught();
  }

  t.test('an interrupted upload leaves nothing, and the session usable', async (t) => {
    const { sending, goOn } = await caught();
    await session.interrupt();
    await goOn();
    const error = await sending;
    t.ok(error instanceof GardenError && !(error instanceof ConnectionLost), String(error));
    t.match(error, { message: '/opt/put/caught was not sent: interrupted' });
    await sshd.run('while [ -e /opt/put/caught ]; do sleep 0.05; done');
    t.match(await session.run([{ script: sh`echo alive`, timeout: 600_000 }]), [{ stdout: 'alive\n' }]);
  });

  t.test('a lost connection leaves nothing that is not whole', async (t) => {
    const { sending, goOn } = await caught();
    await connection.close();
    await goOn();
    const error = await sending;
    t.ok(error instanceof ConnectionLost, String(error));
    await sshd.run('while [ -e /opt/put/caught ]; do sleep 0.05; done');
  });
});
