import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import t from 'tap';
import { ConnectionLost, GardenError, Unreachable } from '../../lib/model/errors.ts';
import type { ConnectionSettings } from '../../lib/model/host.ts';
import { Secret } from '../../lib/model/secret.ts';
import { sshTransport } from '../../lib/transport/ssh.ts';
import type { Channel, Connection } from '../../lib/transport/transport.ts';
import { freePort, sshdUnavailable, startSshd } from '../support/sshd.ts';

interface Ran {
  readonly stdout: string;
  readonly status: number | undefined;
}

async function collect(channel: Channel): Promise<Ran> {
  let stdout = '';
  channel.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  channel.stderr.resume();
  const { status } = await channel.ended;
  return { stdout, status };
}

async function whoAmI(settings: ConnectionSettings): Promise<string> {
  const connection = await connect(settings);
  try {
    const channel = await connection.open('id -un');
    channel.stdin.end();
    return (await collect(channel)).stdout.trim();
  } finally {
    await connection.close();
  }
}

const notices: string[] = [];
function connect(settings: ConnectionSettings): Promise<Connection> {
  return sshTransport.connect(settings, { notice: (level, text) => notices.push(`${level}: ${text}`) });
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

if (sshdUnavailable !== undefined) {
  t.pass(`left out: ${sshdUnavailable}`);
} else {
  const sshd = await startSshd({
    users: [{ name: 'tester' }, { name: 'anna', password: "it's $(secret) 1" }, { name: 'bert', password: 'two' }],
    config: ['Match User bert', 'PasswordAuthentication no', 'KbdInteractiveAuthentication yes', 'Match all'],
  });
  t.teardown(() => sshd.stop());
  const folder = t.testdir();
  const knownHosts = (text: string): string[] => {
    const file = join(folder, `known_hosts.${randomBytes(4).toString('hex')}`);
    writeFileSync(file, text);
    return ['-o', `UserKnownHostsFile=${file}`, '-F', sshd.configFile];
  };
  const ours = readFileSync(sshd.knownHostsFile, 'utf8');
  const [ed25519 = ''] = sshd.hostKeys;
  const fingerprints = sshd.hostKeys.map((key) => {
    const file = join(folder, 'host.pub');
    writeFileSync(file, key);
    return execFileSync('ssh-keygen', ['-lf', file]).toString().split(' ')[1] ?? '';
  });
  const strangerKey = (type: string): string => {
    const file = join(folder, `stranger_${randomBytes(4).toString('hex')}`);
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', file]);
    return readFileSync(`${file}.pub`, 'utf8').trim();
  };

  t.test('every way to log in', async (t) => {
    const key = sshd.settings('tester');
    t.equal(await whoAmI(key), 'tester', 'a key file');
    t.equal(await whoAmI(sshd.passwordSettings('anna')), 'anna', 'a password, with hostile characters');
    t.equal(await whoAmI(sshd.passwordSettings('bert')), 'bert', 'keyboard-interactive');

    const { privateKeyFile: _, ...rest } = key;
    const byConfig = {
      ...rest,
      sshArguments: [...(rest.sshArguments ?? []), '-o', `IdentityFile=${key.privateKeyFile}`],
    };
    t.equal(await whoAmI(byConfig), 'tester', 'a key file that ssh’s configuration names');

    for (const type of ['ecdsa', 'rsa']) {
      const file = join(folder, `user_${type}`);
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file]);
      await sshd.run('cat >> /root/.ssh/authorized_keys', readFileSync(`${file}.pub`, 'utf8'));
      t.equal(await whoAmI({ ...sshd.settings('root'), privateKeyFile: file }), 'root', `a key of type ${type}`);
    }
  });

  t.test('encrypted keys', async (t) => {
    const file = join(folder, 'encrypted');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', file]);
    await sshd.run('cat >> ~tester/.ssh/authorized_keys', readFileSync(`${file}.pub`, 'utf8'));
    const settings = { ...sshd.settings('tester'), privateKeyFile: file };
    t.equal(await whoAmI({ ...settings, privateKeyPassphrase: new Secret('open sesame') }), 'tester');
    const wrong = await failure(connect({ ...settings, privateKeyPassphrase: new Secret('open barley') }));
    t.match(wrong.message, /encrypted cannot be used: the passphrase is wrong/);
    t.notMatch(`${wrong.message}${wrong.stack}${wrong.hint}`, /barley|sesame/);
    t.match(await failure(connect(settings)), {
      message: /it is encrypted, and no passphrase was given/,
      hint: /ssh-add/,
    });
  });

  t.test('an agent', async (t) => {
    const socket = join(sshd.folder, 'agent');
    const agent = execFileSync('ssh-agent', ['-a', socket]).toString();
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(agent)?.[1]);
    t.teardown(() => process.kill(pid));
    const { privateKeyFile = '', ...rest } = sshd.settings('tester');
    const throughAgent = {
      ...rest,
      sshArguments: [...(rest.sshArguments ?? []), '-o', `IdentityAgent=${socket}`, '-o', 'IdentityFile=none'],
    };
    t.match((await failure(connect(throughAgent))).message, /refused.*nothing to try.*the host allows: publickey/);
    const add = (file: string) =>
      execFileSync('ssh-add', ['-q', file], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
    for (const type of ['ecdsa', 'rsa']) add(join(folder, `user_${type}`));
    add(privateKeyFile);
    t.equal(await whoAmI(throughAgent), 'tester');
    const named = { ...rest, privateKeyFile: join(folder, 'encrypted'), sshArguments: throughAgent.sshArguments };
    execFileSync('ssh-add', ['-q', named.privateKeyFile], {
      env: { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS: askpass(folder), SSH_ASKPASS_REQUIRE: 'force' },
      stdio: 'ignore',
    });
    t.equal(await whoAmI(named), 'tester', 'an encrypted key file whose key the agent holds');
  });

  t.test('a refused log-in says what was tried, once, and no secret', async (t) => {
    const before = sshd.log.length;
    const wrong = await failure(connect({ ...sshd.passwordSettings('anna'), password: new Secret('opensesame') }));
    t.match(wrong.message, /log-in as anna refused.*tried: password.*allows: publickey, password/);
    t.notMatch(`${wrong.message}${wrong.hint}${wrong.stack}`, /opensesame/);
    const failed = sshd.log.slice(before).filter((line) => /^Failed password/.test(line));
    t.equal(failed.length, 1, 'a wrong password is sent once: each failure counts towards a lock-out');
    const key = await failure(connect({ ...sshd.settings('tester'), privateKeyFile: join(folder, 'user_rsa') }));
    t.match(key.message, /tried: key .*user_rsa \(SHA256:/);
    t.match(key.hint, /authorized_keys/);
  });

  t.test('host keys', async (t) => {
    const settings = sshd.settings('tester');
    const withKnown = (text: string) => ({ ...settings, sshArguments: knownHosts(text) });
    const name = `[127.0.0.1]:${sshd.port}`;
    t.equal(await whoAmI(withKnown(`${name} ${ed25519}\n`)), 'tester', 'one of the host’s keys');
    for (const key of sshd.hostKeys) {
      t.equal(await whoAmI(withKnown(`${name} ${key}\n`)), 'tester', `only ${key.split(' ')[0]} is known`);
    }
    t.equal(await whoAmI(withKnown(`*,!other ${ed25519}\n`)), 'tester', 'a pattern');
    t.equal(await whoAmI(withKnown(`127.0.0.1 ${ed25519}\n`)), 'tester', 'the same key under the name without port');

    const hashed = withKnown(ours);
    const file = /UserKnownHostsFile=(.*)/.exec(hashed.sshArguments[1] ?? '')?.[1] ?? '';
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    t.notMatch(readFileSync(file, 'utf8'), /127\.0\.0\.1/);
    t.equal(await whoAmI(hashed), 'tester', 'hashed names');

    const stranger = strangerKey('ed25519');
    const changed = await failure(connect(withKnown(`# a line\n${name} ${stranger}\n`)));
    t.match(
      changed.message,
      /the host key has changed: it is ssh-ed25519 SHA256:.*, but ssh-ed25519 SHA256:.* is known \(.*:2\)/,
    );
    t.match(changed.message, fingerprints[0]);
    t.match(changed.hint, /ssh-keygen -R '\[127\.0\.0\.1\]:\d+'/);
    const accepting = await failure(connect({ ...withKnown(`${name} ${stranger}\n`), acceptNewHostKeys: true }));
    t.match(accepting.message, /changed/, 'a changed key is refused also where new ones are taken');
    const revoked = await failure(connect({ ...withKnown(`${ours}@revoked * ${ed25519}\n`), acceptNewHostKeys: true }));
    t.match(revoked.message, /ssh-ed25519 SHA256:.* is revoked in .*:4/);

    const unknown = await failure(connect(withKnown('')));
    t.match(unknown.message, /the host key is not known: ssh-ed25519 SHA256:/);
    t.match(unknown.message, fingerprints[0]);
    t.match(unknown.hint, /--accept-new-host-keys/);
  });

  t.test('an unknown key is taken and written down when told', async (t) => {
    for (const [how, extra, option] of [
      ['by the settings', { acceptNewHostKeys: true }, []],
      ['by ssh’s configuration', {}, ['-o', 'StrictHostKeyChecking=accept-new']],
      ['also where checking is off', {}, ['-o', 'StrictHostKeyChecking=no', '-o', 'HashKnownHosts=yes']],
    ] as const) {
      const args = [...knownHosts('other ssh-ed25519 AAAA'), ...option];
      const settings = { ...sshd.settings('tester'), sshArguments: args };
      notices.length = 0;
      t.equal(await whoAmI({ ...settings, ...extra }), 'tester', how);
      t.match(notices.join('\n'), /took the unknown host key ssh-ed25519 SHA256:.* and wrote it to/);
      const file = /=(.*)/.exec(args[1] ?? '')?.[1] ?? '';
      t.equal(readFileSync(file, 'utf8').includes('127.0.0.1'), !args.includes('HashKnownHosts=yes'));
      t.equal(await whoAmI(settings), 'tester', 'and is known from then on');
    }
    const args = knownHosts('');
    const refused = { ...sshd.settings('tester'), privateKeyFile: join(folder, 'user_rsa'), sshArguments: args };
    await failure(connect({ ...refused, acceptNewHostKeys: true }));
    t.equal(readFileSync(/=(.*)/.exec(args[1] ?? '')?.[1] ?? '', 'utf8'), '', 'not after a log-in that failed');
  });

  t.test('hosts that cannot be reached', async (t) => {
    const base = { ...sshd.settings('tester'), timeout: 3000 };
    t.match(await failure(connect({ ...base, port: await freePort() })), {
      message: /connection refused/,
      hint: /sshd running/,
    });
    t.match((await failure(connect({ ...base, address: 'no-such-host.invalid' }))).message, /resolve|no name server/);
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.teardown(() => silent.close());
    const sockets = new Set<Socket>();
    silent.on('connection', (socket) => sockets.add(socket));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const started = Date.now();
    t.match(
      (await failure(connect({ ...base, port, timeout: 500 }))).message,
      /did not finish its SSH greeting in time/,
    );
    t.ok(Date.now() - started < 2500, 'the time is kept');
    const stop = new AbortController();
    const waiting = failure(sshTransport.connect({ ...base, port }, { notice: () => {}, signal: stop.signal }));
    await once(silent, 'connection');
    stop.abort();
    t.match((await waiting).message, /interrupted/);
    for (const socket of sockets) socket.destroy();
  });

  t.test('channels', async (t) => {
    const connection = await connect(sshd.settings('tester'));
    t.teardown(() => connection.close());
    t.equal(connection.user, 'tester');

    const failing = await connection.open('echo out; echo err >&2; exit 7');
    let stderr = '';
    failing.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    t.same(await collect(failing), { stdout: 'out\n', status: 7 });
    t.equal(stderr, 'err\n');
    const killed = await connection.open('kill -9 $$');
    killed.stdout.resume();
    t.match(await killed.ended, { status: undefined, signal: 'SIGKILL' });

    const terminal = await connection.open('test -t 0 && test -t 1 && echo yes', { terminal: true });
    t.match((await collect(terminal)).stdout, /yes\r\n/);

    const closed = await connection.open('cat');
    closed.stdout.resume();
    closed.close();
    await closed.ended;
    closed.stdin.write('nobody reads this');

    const many = await Promise.all(Array.from({ length: 10 }, () => connection.open('cat')));
    t.match(await connection.open('cat').catch((error: unknown) => error), {
      name: 'GardenError',
      hint: /MaxSessions/,
    });
    for (const channel of many) channel.stdin.end();
    await Promise.all(many.map(collect));
  });

  t.test('100 MB arrive as they are, and back', async (t) => {
    const connection = await connect(sshd.settings('tester'));
    t.teardown(() => connection.close());
    const block = randomBytes(1024 * 1024);
    const sent = createHash('sha256');
    const received = createHash('sha256');
    const channel = await connection.open('cat');
    let most = 0;
    const blocks = function* () {
      for (let index = 0; index < 100; index += 1) {
        block.writeUInt32BE(index, 0);
        const copy = Buffer.from(block);
        sent.update(copy);
        most = Math.max(most, channel.stdin.writableLength);
        yield copy;
      }
    };
    const back = pipeline(channel.stdout, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) received.update(chunk);
    });
    for (const chunk of blocks()) {
      if (!channel.stdin.write(chunk)) await once(channel.stdin, 'drain');
    }
    channel.stdin.end();
    await back;
    t.match(await channel.ended, { status: 0 });
    t.equal(received.digest('hex'), sent.digest('hex'));
    t.ok(most < 8 * 1024 * 1024, 'a slow reader holds the writer back');
  });

  t.test('a connection that is cut', async (t) => {
    const sockets = new Set<Socket>();
    const proxy = createServer((near) => {
      const far = connectSocket(sshd.port, '127.0.0.1');
      for (const socket of [near, far]) sockets.add(socket.on('error', () => {}));
      near.pipe(far).pipe(near);
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    t.teardown(() => proxy.close());
    const address = proxy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const connection = await connect(sshd.settings('tester', { port }));
    const channels = await Promise.all([connection.open('cat'), connection.open('yes')]);
    for (const socket of sockets) socket.destroy();
    // Nobody reads their output: they end all the same.
    for (const channel of channels) t.match(await channel.ended, { status: undefined, signal: undefined });
    t.match(await connection.closed, { name: 'ConnectionLost', message: /connection was lost/ });
    await t.rejects(connection.open('true'), ConnectionLost);
    channels[0]?.stdin.write('too late');
    await connection.close();
  });

  t.test('closed by us, it is no loss', async (t) => {
    const connection = await connect(sshd.settings('tester'));
    const channel = await connection.open('cat');
    await connection.close();
    t.equal(await connection.closed, undefined);
    t.match(await channel.ended, { status: undefined });
    await connection.close();
  });

  t.test('more log-ins than sshd takes at once', async (t) => {
    const busy = await startSshd({ config: ['MaxStartups 2:100:3'] });
    t.teardown(() => busy.stop());
    notices.length = 0;
    const all = await Promise.all(Array.from({ length: 30 }, () => connect(busy.settings())));
    t.equal(all.length, 30);
    t.match(notices.join('\n'), /hung up before the log-in began; trying again/, 'some were dropped and tried again');
    await Promise.all(all.map((connection) => connection.close()));
  });

  t.test('through jump hosts', async (t) => {
    const target = await startSshd({ users: [{ name: 'inside' }] });
    const middle = await startSshd();
    t.teardown(() => Promise.all([target.stop(), middle.stop()]));
    const config = join(folder, 'jump_config');
    const write = (known: string) => {
      const file = join(folder, `jump_known_${randomBytes(4).toString('hex')}`);
      writeFileSync(file, known);
      writeFileSync(
        config,
        [
          `Host gate\n  Hostname 127.0.0.1\n  Port ${sshd.port}\n  User tester\n  IdentityFile ${sshd.settings().privateKeyFile}`,
          `Host middle\n  Hostname 127.0.0.1\n  Port ${middle.port}\n  User tester\n  IdentityFile ${middle.settings().privateKeyFile}`,
          `Host *\n  UserKnownHostsFile ${file}\n  GlobalKnownHostsFile /dev/null\n`,
        ].join('\n'),
      );
    };
    const known = (names: readonly { readonly knownHostsFile: string }[]) =>
      names.map((each) => readFileSync(each.knownHostsFile, 'utf8')).join('');
    write(known([sshd, middle, target]));
    const through = (jumps: string) => ({ ...target.settings(), sshArguments: ['-F', config, '-J', jumps] });
    t.equal(await whoAmI(through('gate')), 'inside');
    t.equal(await whoAmI(through('gate,middle')), 'inside', 'two hops');
    t.match(middle.log.join('\n'), /Accepted publickey/);

    const dead = await failure(connect(through(`nobody@127.0.0.1:${await freePort()}`)));
    t.match(dead.message, /the jump host 127\.0\.0\.1 cannot be passed: .*connection refused/);
    const behind = await failure(connect({ ...through('gate'), port: await freePort() }));
    t.match(behind.message, /the jump host gate cannot connect there.*refused/);

    const open = await connect(through('gate'));
    t.equal(sshd.log.filter((line) => /^Connection from/.test(line)).length > 0, true);
    await open.close();
  });

  t.test('a jump host’s own key is verified', async (t) => {
    const config = join(folder, 'unknown_gate');
    const target = await startSshd({ users: [{ name: 'inside' }] });
    t.teardown(() => target.stop());
    writeFileSync(
      config,
      `Host gate\n  Hostname 127.0.0.1\n  Port ${sshd.port}\n  User tester\n  IdentityFile ${sshd.settings().privateKeyFile}\nHost *\n  UserKnownHostsFile ${target.knownHostsFile}\n  GlobalKnownHostsFile /dev/null\n`,
    );
    const settings = { ...target.settings(), sshArguments: ['-F', config, '-J', 'gate'] };
    t.match(
      (await failure(connect(settings))).message,
      /the jump host gate cannot be passed: .*the host key is not known/,
    );
  });

  t.test('errors are the model’s', async (t) => {
    t.ok((await failure(connect({ ...sshd.settings(), port: await freePort() }))) instanceof GardenError);
  });
}

function askpass(folder: string): string {
  const file = join(folder, 'askpass');
  writeFileSync(file, "#!/bin/sh\necho 'open sesame'\n", { mode: 0o700 });
  return file;
}
