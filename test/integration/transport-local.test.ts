import { once } from 'node:events';
import { userInfo } from 'node:os';
import t from 'tap';
import { ConnectionLost } from '../../lib/model/errors.ts';
import { connect } from '../../lib/transport/connect.ts';
import type { Channel } from '../../lib/transport/transport.ts';

const here = () => connect({ address: 'localhost', transport: 'local' }, { notice: () => {} });

async function collect(channel: Channel): Promise<string> {
  let stdout = '';
  channel.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  channel.stderr.resume();
  await channel.ended;
  return stdout;
}

t.test('a command, its streams and its end', async (t) => {
  const connection = await here();
  t.equal(connection.user, userInfo().username);
  const channel = await connection.open('cat; exit 7');
  channel.stdin.end('hello');
  t.equal(await collect(channel), 'hello');
  t.same(await channel.ended, { status: 7, signal: undefined });
  const killed = await connection.open('kill -9 $$');
  t.same(await killed.ended, { status: undefined, signal: 'SIGKILL' });
  const deaf = await connection.open('exec <&-; echo up; sleep 30');
  await once(deaf.stdout, 'data');
  deaf.stdin.write(Buffer.alloc(1024 * 1024));
  deaf.close();
  t.match(await deaf.ended, { signal: 'SIGTERM' });
  await connection.close();
  t.equal(await connection.closed, undefined);
  await t.rejects(connection.open('true'), ConnectionLost);
});

t.test('closing ends the whole group, also what ignores the first signal', async (t) => {
  const connection = await here();
  const channel = await connection.open("sleep 300 & trap '' TERM; echo $!; while :; do sleep 1; done");
  const [line] = await once(channel.stdout, 'data');
  const background = Number(String(line).trim());
  t.ok(process.kill(background, 0), 'it runs');
  await connection.close();
  t.match(await channel.ended, { signal: 'SIGKILL' });
  t.throws(() => process.kill(background, 0), { code: 'ESRCH' });
});

t.test('a terminal', async (t) => {
  const connection = await here();
  const channel = await connection.open('test -t 0 && test -t 1 && echo yes; exit 3', { terminal: true });
  t.match(await collect(channel), /yes\r\n/);
  t.match(await channel.ended, { status: 3 });
  await connection.close();
});
