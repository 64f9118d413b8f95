import t from 'tap';
import { inventoryText } from '../../../lib/lab/inventory-file.ts';
import { LabNames } from '../../../lib/lab/layout.ts';
import { rangesOverlap } from '../../../lib/lab/network.ts';
import { spanText, tableLines } from '../../../lib/lab/status.ts';
import { DEFAULT_TOPOLOGY } from '../../../lib/lab/topology.ts';
import { UsageError } from '../../../lib/model/errors.ts';

t.test('interface names have at most 15 characters, whatever the lab is called', async (t) => {
  for (const { name } of DEFAULT_TOPOLOGY.networks) {
    t.ok(new LabNames('abcdefgh').controllerInterface(name).length <= 15);
  }
});

t.test('a name that could reach outside of the lab is refused', async (t) => {
  for (const name of ['', '..', 'a/b', 'a.b', 'a-b', 'A', '1a', 'abcdefghi', 'a\n']) {
    t.throws(() => new LabNames(name), UsageError, JSON.stringify(name));
  }
});

t.test('address ranges', async (t) => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['10.81.0.0/16', '10.81.1.0/24', true],
    ['10.81.0.0/16', '10.0.0.0/8', true],
    ['10.81.0.0/16', '10.81.255.255', true],
    ['10.81.0.0/16', '10.80.0.0/16', false],
    ['10.81.0.0/16', '10.82.0.1', false],
    ['10.81.0.0/16', '192.168.0.0/16', false],
    ['10.81.0.0/16', '10.80.0.0/15', true],
    ['10.81.0.0/16', '10.82.0.0/15', false],
    ['10.81.0.0/16', '10.80.0.0/12', true],
    ['200.1.0.0/16', '200.1.2.0/24', true],
  ];
  for (const [one, other, expected] of cases) t.equal(rangesOverlap(one, other), expected, `${one} and ${other}`);
});

t.test('the inventory', async (t) => {
  const topology = {
    networks: [{ name: 'lan', number: 3 }],
    hosts: [
      {
        kind: 'container' as const,
        name: 'one',
        network: 'lan',
        number: 9,
        groups: ['web', 'all-of-it'],
        vars: { text: "it's 5", port: 8080, word: 'True', flag: true },
      },
    ],
    groupVars: { web: { site: 'east', version: '1.10' } },
  };
  t.equal(
    inventoryText(new LabNames('tiny'), 2, topology),
    `# Written by "garden lab up" for the lab "tiny"; "garden lab down" removes it.
one ansible_host=10.83.3.9 'text="it'\\''s 5"' port=8080 'word="True"' flag=True

[all-of-it]
one

[web]
one

[all:vars]
ansible_user=operator
ansible_ssh_private_key_file=/var/lib/garden/lab/tiny/id_ed25519
ansible_ssh_common_args="-o UserKnownHostsFile=/var/lib/garden/lab/tiny/known_hosts"

[web:vars]
site=east
version="1.10"
`,
  );
});

t.test('spans and tables', async (t) => {
  t.same([59.9, 60, 3600, 90_000].map(spanText), ['59 s', '1 min', '1 h 0 min', '1 d 1 h']);
  t.same(
    tableLines([
      ['A', 'BC'],
      ['abc', ''],
    ]),
    ['A    BC', 'abc'],
  );
});
