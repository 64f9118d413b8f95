import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ConnectionLost, Unreachable } from '../../lib/model/errors.ts';
import type { ConnectionSettings } from '../../lib/model/host.ts';
import { Secret } from '../../lib/model/secret.ts';
import { chooseTransport } from '../../lib/transport/choose.ts';
import { connect } from '../../lib/transport/connect.ts';
import { opensshTransport } from '../../lib/transport/openssh.ts';
import type { Channel, Connection } from '../../lib/transport/transport.ts';
import { freePort, type Sshd, sshdUnavailable, startSshd } from '../support/sshd.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const notices: string[] = [];
const notice = (level: string, text: string) => void notices.push(`${level}: ${text}`);

async function collect(channel: Channel): Promise<string> {
  let stdout = '';
  channel.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  channel.stderr.resume();
  await channel.ended;
  return stdout;
}

async function whoAmI(connection: Connection): Promise<string> {
  const channel = await connection.open('id -un');
  channel.stdin.end();
  return (await collect(channel)).trim();
}

async function failure(attempt: Promise<unknown>): Promise<Unreachable> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof Unreachable) return error;
    throw error;
  }
  throw new Error('it should have failed');
}

/** Arguments of all processes that name this text. */
function processesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return []; // It has ended in between.
      }
    })
    .filter((line) => line.includes(text));
}

if (sshdUnavailable !== undefined) {
  t.pass(`left out: ${sshdUnavailable}`);
} else {
  const sshd = await startSshd({ users: [{ name: 'tester' }, { name: 'anna', password: "it's $(secret) 1" }] });
  t.teardown(() => sshd.stop());
  const folder = t.testdir({ runtime: {} });
  // Sockets go to a folder of our own, so that one can see that nothing is left in it.
  const runtime = join(sshd.folder, 'runtime');
  mkdirSync(runtime, { mode: 0o700 });
  process.env.XDG_RUNTIME_DIR = runtime;
  const nothingLeft = (t: Tap, what: string) => {
    t.same(readdirSync(runtime), [], `${what}: no file is left`);
    t.same(processesWith(runtime), [], `${what}: no process is left`);
  };
  const log = (settings: ConnectionSettings) => opensshTransport.connect(settings, { notice });
  const closing = async (settings: ConnectionSettings): Promise<string> => {
    const connection = await log(settings);
    const name = await whoAmI(connection);
    await connection.close();
    return name;
  };

  t.test('keys and passwords, and nothing is left behind', async (t) => {
    t.equal(await closing(sshd.settings('tester')), 'tester');
    nothingLeft(t, 'a key');
    const connection = await log(sshd.passwordSettings('anna'));
    t.equal(await whoAmI(connection), 'anna');
    t.same(processesWith('$(secret)'), [], 'the password is in no argument list');
    const [private_ = ''] = readdirSync(runtime);
    t.same(readdirSync(join(runtime, private_)).sort(), ['askpass', 'm'], 'the pipe of the password is gone');
    t.notMatch(readFileSync(join(runtime, private_, 'askpass'), 'utf8'), /secret/);
    await connection.close();
    nothingLeft(t, 'a password');

    const file = join(folder, 'encrypted');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', file]);
    await sshd.run('cat >> ~tester/.ssh/authorized_keys', readFileSync(`${file}.pub`, 'utf8'));
    const encrypted = { ...sshd.settings('tester'), privateKeyFile: file };
    t.equal(await closing({ ...encrypted, privateKeyPassphrase: new Secret('open sesame') }), 'tester');
    const wrong = await failure(log({ ...encrypted, privateKeyPassphrase: new Secret('open barley') }));
    t.match(wrong.message, /log-in as tester@127\.0\.0\.1 refused.*the host allows: publickey/);
    nothingLeft(t, 'a wrong passphrase');
  });

  t.test('a wrong password is sent once, and to nobody else', async (t) => {
    const before = sshd.log.length;
    const wrong = await failure(log({ ...sshd.passwordSettings('anna'), password: new Secret('opensesame') }));
    t.match(wrong.message, /refused/);
    t.notMatch(`${wrong.message}${wrong.hint}${wrong.stack}${String(wrong.cause)}`, /opensesame/);
    t.equal(sshd.log.slice(before).filter((line) => /^Failed (password|keyboard-interactive)/.test(line)).length, 1);
    nothingLeft(t, 'a wrong password');

    const gate = await startSshd({ users: [{ name: 'gatekeeper', password: 'other' }] });
    t.teardown(() => gate.stop());
    const config = join(folder, 'gate_config');
    const known = join(folder, 'gate_known');
    writeFileSync(known, readFileSync(gate.knownHostsFile, 'utf8') + readFileSync(sshd.knownHostsFile, 'utf8'));
    writeFileSync(
      config,
      `Host *\n  UserKnownHostsFile ${known}\n  GlobalKnownHostsFile /dev/null\n  IdentityFile none\n`,
    );
    const asked = await failure(
      log({
        ...sshd.passwordSettings('anna'),
        sshArguments: ['-F', config, '-J', `gatekeeper@127.0.0.1:${gate.port}`],
      }),
    );
    t.match(asked.message, /it was asked "\(gatekeeper@127\.0\.0\.1\) Password:", which garden cannot answer/);
    t.notMatch(
      gate.log.join('\n'),
      /^Failed (password|keyboard)/m,
      'the jump host is not given the password of the target',
    );
    nothingLeft(t, 'a jump host that asks');
  });

  t.test('a user certificate is chosen by itself, and works', async (t) => {
    const authority = join(folder, 'ca');
    const key = join(folder, 'certified');
    for (const file of [authority, key]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    const certain = await startSshd({ config: [`TrustedUserCAKeys ${trusted(authority)}`] });
    t.teardown(() => certain.stop());
    const settings = { ...certain.settings('tester'), privateKeyFile: key };
    t.equal((await chooseTransport(settings, notice)).transport.name, 'ssh', 'no certificate yet');
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'test', '-n', 'tester', `${key}.pub`]);
    const choice = await chooseTransport(settings, notice);
    t.equal(choice.transport.name, 'openssh');
    t.equal(choice.settings.transport, 'openssh');
    t.match(choice.reason, /certificate beside/);
    const connection = await connect(settings, { notice });
    t.equal(connection.transport, 'openssh');
    t.equal(await whoAmI(connection), 'tester');
    await connection.close();
    nothingLeft(t, 'a certificate');
  });

  t.test('a host certificate, whose authority is known', async (t) => {
    const authority = join(folder, 'host_ca');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', authority]);
    const known = join(folder, 'host_ca_known');
    writeFileSync(known, `@cert-authority [127.0.0.1]:* ${readFileSync(`${authority}.pub`, 'utf8')}`);
    const key = join(folder, 'host_key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-h', '-I', 'host', '-n', '127.0.0.1', `${key}.pub`]);
    const certain = await startSshd({ config: [`HostKey ${key}`, `HostCertificate ${key}-cert.pub`] });
    t.teardown(() => certain.stop());
    const settings = { ...certain.settings('tester'), sshArguments: ['-o', `UserKnownHostsFile=${known}`] };
    const connection = await connect(settings, { notice });
    t.equal(connection.transport, 'openssh');
    t.equal(await whoAmI(connection), 'tester');
    await connection.close();
  });

  t.test('the choice', async (t) => {
    const base = sshd.settings('tester');
    const choose = async (...options: string[]) => {
      const args = options.flatMap((option) => ['-o', option]);
      const { transport, reason } = await chooseTransport(
        { ...base, sshArguments: [...(base.sshArguments ?? []), ...args] },
        notice,
      );
      return `${transport.name}: ${reason}`;
    };
    t.match(await choose(), /^ssh: /);
    t.match(await choose('ProxyCommand=nc %h %p'), /^openssh: ProxyCommand/);
    t.match(await choose('ProxyCommand=none'), /^ssh: /);
    t.match(await choose('ControlMaster=auto', 'ControlPath=/tmp/x'), /^ssh: /, 'sockets of other masters are ignored');
    t.match(await choose('PKCS11Provider=/lib/p.so'), /^openssh: PKCS11Provider/);
    t.match(await choose('HostbasedAuthentication=yes'), /^openssh: HostbasedAuthentication/);
    t.match(await choose('GSSAPIAuthentication=yes'), /^ssh: /, 'there is a key');
    t.equal((await chooseTransport({ ...base, transport: 'local' }, notice)).transport.name, 'local');
    const path = process.env.PATH;
    process.env.PATH = '/nonexistent';
    const without = await chooseTransport({ address: 'nothing.invalid' }, notice).finally(() => {
      process.env.PATH = path;
    });
    t.match(without, { reason: /has no ssh/, transport: { name: 'ssh' } });
  });

  t.test('a hardware key is known by its public part', async (t) => {
    const file = join(folder, 'token');
    const text = (value: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(value.length);
      return Buffer.concat([length, Buffer.from(value)]);
    };
    const body = Buffer.concat([
      Buffer.from('openssh-key-v1\0'),
      ...['none', 'none', ''].map(text),
      Buffer.from([0, 0, 0, 1]),
      text(text('sk-ssh-ed25519@openssh.com').toString('latin1')),
    ]);
    writeFileSync(
      file,
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`,
      { mode: 0o600 },
    );
    const choice = await chooseTransport({ ...sshd.settings(), privateKeyFile: file }, notice);
    t.match(choice, { transport: { name: 'openssh' }, reason: /hardware token/ });
  });

  t.test('ProxyCommand and ProxyJump', async (t) => {
    const target = await startSshd({ users: [{ name: 'inside' }] });
    t.teardown(() => target.stop());
    const config = join(folder, 'proxy_config');
    const known = join(folder, 'proxy_known');
    writeFileSync(known, readFileSync(sshd.knownHostsFile, 'utf8') + readFileSync(target.knownHostsFile, 'utf8'));
    const key = sshd.settings().privateKeyFile;
    writeFileSync(
      config,
      `Host gate\n  Hostname 127.0.0.1\n  Port ${sshd.port}\n  User tester\n  IdentityFile ${key}\nHost *\n  UserKnownHostsFile ${known}\n  GlobalKnownHostsFile /dev/null\n`,
    );
    const by = async (...args: string[]) => {
      const connection = await connect({ ...target.settings(), sshArguments: ['-F', config, ...args] }, { notice });
      const who = `${connection.transport}: ${await whoAmI(connection)}`;
      await connection.close();
      return who;
    };
    t.equal(await by('-o', `ProxyCommand=ssh -F ${config} -W %h:%p gate`), 'openssh: inside');
    nothingLeft(t, 'ProxyCommand');
    const jump = await log({ ...target.settings(), sshArguments: ['-F', config, '-J', 'gate'] });
    t.equal(await whoAmI(jump), 'inside');
    await jump.close();
    nothingLeft(t, 'ProxyJump');
  });

  t.test('host keys', async (t) => {
    const known = (text: string) => {
      const file = join(folder, `known_${randomBytes(4).toString('hex')}`);
      writeFileSync(file, text);
      return { file, settings: { ...sshd.settings('tester'), sshArguments: ['-o', `UserKnownHostsFile=${file}`] } };
    };
    t.match((await failure(log(known('').settings))).message, /the host key is not known/);
    const stranger = join(folder, 'stranger');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger]);
    const changed = known(`[127.0.0.1]:${sshd.port} ${readFileSync(`${stranger}.pub`, 'utf8')}`).settings;
    const refused = await failure(log({ ...changed, acceptNewHostKeys: true }));
    t.match(refused.message, /has changed: it is SHA256:.*, but ssh-ed25519 SHA256:.* is known \(.*:1\)/);
    t.match(refused.hint, /ssh-keygen -R/);
    const fresh = known('');
    t.equal(await closing({ ...fresh.settings, acceptNewHostKeys: true }), 'tester');
    t.match(readFileSync(fresh.file, 'utf8'), /ssh-ed25519/);
    nothingLeft(t, 'host keys');
  });

  t.test('hosts that cannot be reached', async (t) => {
    const base = { ...sshd.settings('tester'), timeout: 2000 };
    t.match((await failure(log({ ...base, port: await freePort() }))).message, /connection refused/);
    t.match((await failure(log({ ...base, address: 'no-such-host.invalid' }))).message, /cannot be resolved/);
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.teardown(() => silent.close());
    const sockets = new Set<Socket>();
    silent.on('connection', (socket) => sockets.add(socket));
    t.match((await failure(log({ ...base, port: portOf(silent), timeout: 500 }))).message, /not done in time/);
    for (const socket of sockets) socket.destroy();
    nothingLeft(t, 'a silent host');
  });

  t.test('more log-ins than sshd takes at once', async (t) => {
    const busy = await startSshd({ config: ['MaxStartups 2:100:3'] });
    t.teardown(() => busy.stop());
    const all = await Promise.all(Array.from({ length: 12 }, () => log(busy.settings())));
    await Promise.all(all.map((connection) => connection.close()));
    nothingLeft(t, 'many log-ins');
  });

  t.test('channels', async (t) => {
    const before = sshd.log.length;
    const connection = await log(sshd.settings('tester'));
    t.teardown(() => connection.close());
    const failing = await connection.open('echo out; exit 7');
    t.equal(await collect(failing), 'out\n');
    t.match(await failing.ended, { status: 7, signal: undefined });
    const terminal = await connection.open('test -t 0 && echo yes', { terminal: true });
    t.match(await collect(terminal), /yes\r\n/);

    const data = randomBytes(100 * 1024 * 1024);
    const cat = await connection.open('cat');
    const received = createHash('sha256');
    cat.stdout.on('data', (chunk: Buffer) => received.update(chunk));
    cat.stdin.end(data);
    t.match(await cat.ended, { status: 0 });
    t.equal(received.digest('hex'), createHash('sha256').update(data).digest('hex'), '100 MB arrive, and back');

    notices.length = 0;
    const many = await Promise.all(Array.from({ length: 10 }, () => connection.open('echo up; cat')));
    await Promise.all(many.map((channel) => once(channel.stdout, 'data')));
    const refused = await connection.open('cat');
    refused.stderr.on('data', () => {});
    t.match(await refused.ended, { status: 255 });
    t.match(notices.join('\n'), /MaxSessions/);
    for (const channel of many) channel.close();
    await Promise.all(many.map((channel) => channel.ended));
    const accepted = sshd.log.slice(before).filter((line) => /^Accepted publickey/.test(line));
    t.equal(accepted.length, 1, 'all over one log-in');
  });

  t.test('a connection that is cut', async (t) => {
    const { proxy, sockets } = await proxyTo(sshd);
    t.teardown(() => proxy.close());
    const connection = await log(sshd.settings('tester', { port: portOf(proxy) }));
    const channels = await Promise.all(['echo up; cat', 'echo up; cat'].map((command) => connection.open(command)));
    await Promise.all(channels.map((channel) => once(channel.stdout, 'data')));
    for (const socket of sockets) socket.destroy();
    for (const channel of channels) t.match(await channel.ended, { status: undefined, signal: undefined });
    t.match(await connection.closed, { name: 'ConnectionLost', message: /connection was lost/ });
    await t.rejects(connection.open('true'), ConnectionLost);
    await connection.close();
    nothingLeft(t, 'a cut connection');
  });

  t.test('nothing is left when the controller is killed', async (t) => {
    const child = spawn(process.execPath, ['--import=tsx', join(here, '../support/hold-connection.ts')], {
      env: { ...process.env, GARDEN_TEST_SETTINGS: JSON.stringify(sshd.settings('tester')) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface({ input: child.stdout }), 'line');
    t.equal(readdirSync(runtime).length, 1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const deadline = Date.now() + 10_000;
    while (readdirSync(runtime).length > 0 || processesWith(runtime).length > 0) {
      if (Date.now() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    nothingLeft(t, 'a killed controller');
  });

  function trusted(authority: string): string {
    const file = join(sshd.folder, 'trusted_ca.pub');
    copyFileSync(`${authority}.pub`, file);
    return file;
  }
}

type Tap = Pick<typeof t, 'same'>;

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function proxyTo(sshd: Sshd) {
  const sockets = new Set<Socket>();
  const proxy = createServer((near) => {
    const far = connectSocket(sshd.port, '127.0.0.1');
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}));
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return { proxy, sockets };
}
