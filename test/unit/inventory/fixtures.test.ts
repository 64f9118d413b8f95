import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { loadInventory, selectHosts, toAnsibleList } from '../../../lib/inventory/index.ts';
import { UsageError } from '../../../lib/model/errors.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/inventory', import.meta.url));

function fixture(name: string): string {
  return readFileSync(`${FOLDER}/${name}`, 'utf8');
}

for (const name of ['hosts', 'ranges', 'ranges2']) {
  t.test(`${name}.ini is what ansible-inventory --list makes of it`, async (t) => {
    const { inventory } = await loadInventory([`${name}.ini`], { workingDirectory: FOLDER });
    t.strictSame(JSON.parse(JSON.stringify(toAnsibleList(inventory))), JSON.parse(fixture(`${name}.expected.json`)));
  });
}

/** With Ansible the file of `all` wins over what the inventory says of `web`; see pain 15. */
const BY_GROUP = { v_surprise: 'inline_web' };

t.test(
  'files of variables are what ansible-inventory --list makes of them, but that the nearer group wins',
  async (t) => {
    const { inventory } = await loadInventory(['vars/hosts'], { workingDirectory: FOLDER });
    const { _meta, ...groups } = JSON.parse(JSON.stringify(toAnsibleList(inventory)));
    const { _meta: expected, ...expectedGroups } = JSON.parse(fixture('vars/expected-list.json'));
    t.strictSame(groups, expectedGroups);
    const web = inventory.hosts('web').map(({ name }) => name);
    for (const [name, vars] of Object.entries(expected.hostvars)) {
      t.strictSame(_meta.hostvars[name], Object.assign({}, vars, web.includes(name) ? BY_GROUP : {}), name);
    }
    const own = JSON.parse(fixture('vars/expected-web1.json'));
    t.strictSame(JSON.parse(JSON.stringify(inventory.host('web1').vars)), { ...own, ...BY_GROUP });
  },
);

/** Refused by garden, where Ansible goes on with no hosts: their terms match nothing. */
const REFUSED = ['nonexist', 'web[7]'];

t.test('patterns mean the hosts that ansible --list-hosts prints', async (t) => {
  const { inventory } = await loadInventory(['patterns.ini'], { workingDirectory: FOLDER });
  const rows = fixture('patterns.tsv').split('\n').filter(Boolean);
  t.equal(rows.length, 29);
  for (const row of rows) {
    const [pattern = '', hosts = ''] = row.split('\t');
    if (REFUSED.includes(pattern)) {
      t.throws(() => selectHosts(inventory, pattern), UsageError, pattern);
      continue;
    }
    const names = selectHosts(inventory, pattern).map(({ name }) => name);
    t.strictSame([...names].sort(), hosts.split(',').filter(Boolean).sort(), pattern);
  }
});
