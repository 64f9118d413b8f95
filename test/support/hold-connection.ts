/** A controller to be killed: logs in by openssh, opens a channel, says so, and waits. */
import { once } from 'node:events';
import { opensshTransport } from '../../lib/transport/openssh.ts';

const connection = await opensshTransport.connect(JSON.parse(process.env.GARDEN_TEST_SETTINGS ?? '{}'), {
  notice: () => {},
});
const channel = await connection.open('echo up; cat');
await once(channel.stdout, 'data');
process.stdout.write('up\n');
await channel.ended;
