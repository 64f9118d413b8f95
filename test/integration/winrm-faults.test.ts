import { text } from 'node:stream/consumers';
import t from 'tap';
import { ConnectionLost } from '../../lib/model/errors.ts';
import { Secret } from '../../lib/model/secret.ts';
import { basicAuthentication } from '../../lib/transport/winrm/basic-authentication.ts';
import { WinrmClient } from '../../lib/transport/winrm/client.ts';
import { ntlmAuthentication } from '../../lib/transport/winrm/ntlm-authentication.ts';
import { connectWinrm } from '../../lib/transport/winrm/winrm-transport.ts';
import { startTamperingProxy } from '../support/tampering-proxy.ts';
import { peerUnavailable, recording, startPeer } from '../support/winrm-peer.ts';

const options = peerUnavailable === undefined ? {} : { skip: peerUnavailable };

function connect(port: number) {
  const authentication = ntlmAuthentication('LAB\\alice', new Secret('Secret-1'));
  const endpoint = { host: 'localhost', port, tls: false };
  return connectWinrm({ endpoint, authentication, channelBinding: true, timeout: 10_000 }, 'alice', () => {});
}

t.test('a sealed message that was changed or replayed is refused by both sides', options, async (t) => {
  for (const tampering of ['change-request', 'change-answer', 'replay-request', 'replay-answer'] as const) {
    const peer = await startPeer();
    const proxy = await startTamperingProxy(peer.port, tampering);
    const connection = await connect(proxy.port);
    const told = tampering.endsWith('answer') ? /changed on its way/ : /HTTP status 400/;
    await t.rejects(connection.open('echo never'), { constructor: ConnectionLost, message: told }, tampering);
    await connection.close();
    await proxy.stop();
    await peer.stop();
  }
});

t.test('where connections are cut, what a command wrote is whole or its end is unknown', options, async (t) => {
  const peer = await startPeer('--drop-every', '7');
  t.teardown(() => peer.stop());
  const connection = await connect(peer.port);
  let whole = 0;
  for (let turn = 0; turn < 12; turn += 1) {
    const channel = await connection.open('echo one; echo two').catch((error: unknown) => {
      t.ok(error instanceof ConnectionLost);
      return undefined;
    });
    if (!channel) continue;
    const [written, end] = await Promise.all([text(channel.stdout), channel.ended]);
    if (end.status === undefined) continue;
    whole += 1;
    t.equal(written, 'one\ntwo\n');
  }
  t.ok(whole > 0, 'some came through');
  await connection.close();
});

t.test('the size of envelopes is what a real server says', options, async (t) => {
  const peer = await startPeer('--replay', recording('wsman_update_envelope_size_500'));
  t.teardown(() => peer.stop());
  const authentication = ntlmAuthentication('LAB\\alice', new Secret('Secret-1'));
  const endpoint = { host: 'localhost', port: peer.port, tls: false };
  const client = new WinrmClient({ endpoint, authentication, channelBinding: true, timeout: 10_000 });
  t.equal(client.maximumSize, 150 * 1024, 'the smallest, before it is asked');
  await client.learnMaximumSize();
  t.equal(client.maximumSize, 500 * 1024);
  client.close();
});

t.test('Basic without TLS is refused before the password is sent', options, async (t) => {
  const endpoint = { host: 'localhost', port: 9, tls: false };
  const authentication = basicAuthentication('alice', new Secret('Secret-1'));
  const connection = connectWinrm({ endpoint, authentication, channelBinding: true, timeout: 1000 }, 'alice', () => {});
  await t.rejects(connection, { message: /readable over the network/, hint: /TLS/ });
});
