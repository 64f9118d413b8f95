import t from 'tap';
import { refuseUnreachable } from '../../../lib/engine/reachable.ts';
import { loadInventory } from '../../../lib/inventory/index.ts';
import { play } from '../../../lib/model/play.ts';
import { refused } from '../inventory/support.ts';

t.test('a run on hosts that garden cannot talk to yet is refused; to have them in the inventory is not', async (t) => {
  const hosts = 'web1\n[windows]\nwin[1:7]\n[windows:vars]\nansible_connection=winrm\n';
  const { inventory, warnings } = await loadInventory(['hosts'], { workingDirectory: t.testdir({ hosts }) });
  t.same(warnings, []);
  const on = (pattern: string) => [{ play: play('Play', { hosts: pattern }), hosts: inventory.hosts(pattern) }];
  refuseUnreachable(on('all:!windows'));
  t.same(await refused(() => refuseUnreachable(on('all'))), [
    'win1, win2, win3, win4, win5 and 2 more: ansible_connection is winrm: this version of garden speaks SSH only → leave the Windows hosts out of the run for now: -l all:!windows',
  ]);
});
