import t from 'tap';
import { withConnectionOptions } from '../../../lib/cli/inventory/connection-options.ts';
import type { Host, Inventory } from '../../../lib/model/host.ts';
import { Secret } from '../../../lib/model/secret.ts';

const password = new Secret('login');

function host(name: string, rest: Partial<Host> = {}): Host {
  const vars: Record<string, unknown> = {};
  return { name, address: name, groups: [], vars, connection: { address: name, user: 'deploy' }, become: {}, ...rest };
}

const all = [host('a'), host('b', { connection: { address: 'b', port: 2222, password } })];
const inventory: Inventory = {
  all,
  groups: new Map([['web', ['a', 'b']]]),
  hosts: () => all,
  host: (name) => all.find((one) => one.name === name) ?? all[0] ?? host(name),
};

t.test('the command line wins over the inventory, and only in what it says', async (t) => {
  const changed = withConnectionOptions(inventory, { user: 'root', acceptNewHostKeys: true, password: undefined });
  t.match(changed.host('b').connection, { address: 'b', port: 2222, user: 'root', acceptNewHostKeys: true });
  t.equal(changed.host('b').connection.password, password);
  t.equal(changed.hosts('all')[1], changed.host('b'), 'a host is the same object wherever it is met');
  t.equal(changed.all[0], changed.host('a'));
  t.equal(inventory.host('b').connection.user, undefined, 'the inventory itself stays');
});

t.test('how hosts are reached', async (t) => {
  const hosts = [
    host('local', { connection: { address: 'local', transport: 'local', sshArguments: ['-o', 'Port=1'] } }),
    host('plain'),
  ];
  const changed = (options: Parameters<typeof withConnectionOptions>[1]) =>
    withConnectionOptions({ ...inventory, all: hosts, hosts: () => hosts }, options).all.map(
      ({ connection }) => connection,
    );
  t.match(changed({ transport: 'openssh' }), [{ transport: 'openssh' }, { transport: 'openssh' }]);
  t.strictSame(
    changed({ transport: 'ssh' }).map(({ transport }) => transport),
    [undefined, undefined],
    'ssh leaves the choice to garden',
  );
  t.strictSame(
    changed({ sshArguments: ['-o', 'Port=2'] }).map(({ sshArguments }) => sshArguments),
    [
      ['-o', 'Port=2', '-o', 'Port=1'],
      ['-o', 'Port=2'],
    ],
    'what the command line says comes first, and so wins',
  );
  t.match(changed({ timeout: 3000 }), [{ timeout: 3000 }, { timeout: 3000 }]);
});
