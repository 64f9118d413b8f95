import { fileURLToPath } from 'node:url';
import t from 'tap';
import { loadInventory } from '../../../lib/inventory/index.ts';

t.test('the example inventory is right, and has the groups that site.ts is for', async (t) => {
  const workingDirectory = fileURLToPath(new URL('../../..', import.meta.url));
  const { inventory, warnings } = await loadInventory(['inventory/example.ini'], { workingDirectory });
  t.same(warnings, []);
  const names = (pattern: string) => inventory.hosts(pattern).map(({ name }) => name);
  t.same(names('proxies'), ['proxy-east', 'proxy-west']);
  t.same(names('backends:&east'), ['web-01-east', 'web-02-east']);
  t.same(names('syslog'), ['log-east']);
  t.equal(inventory.host('proxy-west').address, '203.0.113.11');
});
