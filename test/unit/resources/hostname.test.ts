import { readFileSync } from 'node:fs';
import { hostname as ownName } from 'node:os';
import t from 'tap';
import { sh } from '../../../lib/model/script.ts';
import { hostname } from '../../../lib/resources/posix/hostname.ts';
import { converges } from '../../support/scratch-converge.ts';
import { SHELLS, scratchRoot, scratchRootUnavailable } from '../../support/scratch-root.ts';

const leftOut = scratchRootUnavailable ? { skip: scratchRootUnavailable } : {};

t.test('what differs', async (t) => {
  const attributes = (stdout: string) =>
    hostname('web1')
      .assess(stdout)
      .changes.map(({ attribute }) => attribute);
  t.same(attributes('1+\n2+\n1 # old\n1 \n1 web1\n2 web1\n'), []);
  t.same(attributes('2+\n2 web1\n'), ['file']);
  t.same(attributes('1+\n2+\n1 web1\n2 web2\n'), ['running']);
});

t.test('what is no host name is refused', async (t) => {
  for (const name of [
    '',
    '-a',
    'a-',
    'a_b',
    'a..b',
    'a b',
    '$(id)',
    'a\nb',
    'a'.repeat(64),
    `${'a'.repeat(60)}.abcde`,
  ]) {
    t.throws(() => hostname(name), /a host name/, name);
  }
});

t.test('the name is changed, running and kept', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  const outside = ownName();
  for (const shell of SHELLS) {
    await converges(t, root, hostname(`garden-${shell}.example.org`), { shell });
    t.equal((await root.run(sh`hostname`)).stdout, `garden-${shell}.example.org\n`);
    t.equal(readFileSync(root.path('/etc/hostname'), 'utf8'), `garden-${shell}.example.org\n`);
  }
  t.equal(ownName(), outside);
});
