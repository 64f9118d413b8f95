import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { Secret } from '../../lib/model/secret.ts';
import type { Connection } from '../../lib/transport/transport.ts';
import type { Authentication } from '../../lib/transport/winrm/authentication.ts';
import { basicAuthentication, certificateAuthentication } from '../../lib/transport/winrm/basic-authentication.ts';
import type { Endpoint } from '../../lib/transport/winrm/endpoint.ts';
import { ntlmAuthentication } from '../../lib/transport/winrm/ntlm-authentication.ts';
import { connectWinrm } from '../../lib/transport/winrm/winrm-transport.ts';
import { makeCertificates, peerUnavailable, recording, startPeer, type WinrmPeer } from '../support/winrm-peer.ts';

const options = peerUnavailable === undefined ? {} : { skip: peerUnavailable };
const ntlm = ntlmAuthentication('LAB\\alice', new Secret('Secret-1'));

function connect(
  peer: WinrmPeer,
  authentication: Authentication,
  endpoint: Partial<Endpoint> = {},
  channelBinding = true,
): Promise<Connection> {
  const whole = { host: 'localhost', port: peer.port, tls: false, ...endpoint };
  return connectWinrm({ endpoint: whole, authentication, channelBinding, timeout: 10_000 }, 'alice', () => {});
}

async function run(connection: Connection, command: string, input: Buffer = Buffer.alloc(0)) {
  const channel = await connection.open(command);
  channel.stdin.end(input);
  const [stdout, stderr, end] = await Promise.all([buffer(channel.stdout), text(channel.stderr), channel.ended]);
  return { stdout, stderr, status: end.status };
}

function pinOf(folder: string, name: string): string {
  const certificate = new X509Certificate(readFileSync(join(folder, `${name}.pem`)));
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** Runs a command, and 5 MB through another both ways. */
async function proves(t: Test, connection: Connection): Promise<void> {
  const result = await run(connection, 'echo grüße; echo bad >&2; exit 3');
  t.same([result.stdout.toString(), result.stderr, result.status], ['grüße\n', 'bad\n', 3]);
  const data = randomBytes(5_000_000);
  const echoed = await run(connection, 'cat', data);
  t.ok(echoed.stdout.equals(data), '5 MB come back as they went');
  t.equal(echoed.status, 0);
}

t.test('NTLM sealed over HTTP, in every layout of answers', options, async (t) => {
  for (const layout of ['windows', 'omi', 'exchange']) {
    const peer = await startPeer('--mime', layout);
    const connection = await connect(peer, ntlm);
    await proves(t, connection);
    await connection.close();
    t.equal(peer.log.filter((line) => /Delete/.test(line)).length, 1, 'its shell is deleted');
    await peer.stop();
  }
});

t.test('a wrong password is told in words', options, async (t) => {
  const peer = await startPeer();
  t.teardown(() => peer.stop());
  const wrong = ntlmAuthentication('LAB\\alice', new Secret('wrong-1'));
  await t.rejects(connect(peer, wrong), {
    name: 'Unreachable',
    message: /NTLM was refused/,
    hint: /password is wrong/,
  });
});

t.test('over TLS: Basic, NTLM with strict channel binding for seven kinds of certificate', options, async (t) => {
  const folder = await makeCertificates();
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const name of ['sha1', 'sha256', 'sha384', 'sha512', 'ec256', 'ec384', 'pss256']) {
    const files = ['--cert', join(folder, `${name}.pem`), '--key', join(folder, `${name}.key`)];
    const peer = await startPeer(...files, '--cbt', 'strict');
    const tls = { tls: true, pin: pinOf(folder, name) };
    const connection = await connect(peer, ntlm, tls);
    t.equal((await run(connection, 'echo bound')).stdout.toString(), 'bound\n', name);
    if (name === 'sha384') await proves(t, connection);
    await connection.close();
    await t.rejects(connect(peer, ntlm, tls, false), /was refused/, `${name}: refused without a binding`);
    if (name === 'sha256') {
      const basic = await connect(peer, basicAuthentication('alice', new Secret('Secret-1')), tls);
      await proves(t, basic);
      await basic.close();
      await t.rejects(connect(peer, basicAuthentication('alice', new Secret('no')), tls), /Basic was refused/);
      await t.rejects(connect(peer, ntlm, { ...tls, pin: '0'.repeat(64) }), /not the one that is expected/);
      await t.rejects(connect(peer, ntlm, { tls: true }), /no trusted authority/);
      await t.rejects(connect(peer, ntlm, { tls: false }), /connection was lost/);
    }
    await peer.stop();
  }
  const files = ['--cert', join(folder, 'sha256.pem'), '--key', join(folder, 'sha256.key')];
  const peer = await startPeer(...files, '--client-ca', join(folder, 'ca.pem'));
  t.teardown(() => peer.stop());
  const client = {
    certificate: readFileSync(join(folder, 'client.pem'), 'utf8'),
    key: new Secret(readFileSync(join(folder, 'client.key'), 'utf8')),
  };
  const tls = { tls: true, authorities: readFileSync(join(folder, 'sha256.pem'), 'utf8') };
  const connection = await connect(peer, certificateAuthentication(), { ...tls, client });
  await proves(t, connection);
  await connection.close();
  await t.rejects(connect(peer, certificateAuthentication(), tls), /does not know this client certificate/);
});

const recorded = z.object({
  commands: z.array(
    z.object({ stdout: z.string(), stderr: z.string(), exitCode: z.number().nullable(), stdin: z.string() }),
  ),
});

t.test('recordings of real servers replay to what was recorded, through real sealing', options, async (t) => {
  const names = [
    'winrs_standard',
    'winrs_stderr_rc',
    'winrs_operation_timeout',
    'winrs_extra_opts',
    'winrs_bad_cmd_id',
    'client_execute_cmd',
  ];
  for (const name of names) {
    const { commands } = recorded.parse(JSON.parse(readFileSync(recording(name), 'utf8')));
    const peer = await startPeer('--replay', recording(name));
    for (const { stdout, stderr, exitCode } of commands) {
      const connection = await connect(peer, ntlm);
      const channel = await connection.open('recorded');
      const [out, error, end] = await Promise.all([text(channel.stdout), text(channel.stderr), channel.ended]);
      await connection.close();
      t.same([out, error, end.status], [stdout, stderr, exitCode ?? undefined], name);
    }
    t.notOk(
      peer.log.some((line) => line.includes('recording wants')),
      `${name}: in the recorded order`,
    );
    await peer.stop();
  }
});

t.test('a worn-out shell is replaced, and a time-out is no error', options, async (t) => {
  const peer = await startPeer('--fault', 'Command=2150859174@1', '--fault', 'Receive=2150858793@1');
  t.teardown(() => peer.stop());
  const connection = await connect(peer, ntlm);
  t.equal((await run(connection, 'echo again')).stdout.toString(), 'again\n');
  await connection.close();
  t.equal(peer.log.filter((line) => /Delete/.test(line)).length, 2, 'both shells are deleted');
});

t.test('who may not open a shell is told so', options, async (t) => {
  const peer = await startPeer('--fault', 'Create=5@*');
  t.teardown(() => peer.stop());
  await t.rejects(connect(peer, ntlm), { message: /access denied/, hint: /Administrators/ });
});
