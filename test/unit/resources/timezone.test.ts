import { readFileSync, readlinkSync } from 'node:fs';
import t from 'tap';
import { sh } from '../../../lib/model/script.ts';
import { timezone } from '../../../lib/resources/posix/timezone.ts';
import { assessIn, converges } from '../../support/scratch-converge.ts';
import { SHELLS, scratchRoot, scratchRootUnavailable } from '../../support/scratch-root.ts';

const leftOut = scratchRootUnavailable ? { skip: scratchRootUnavailable } : {};

t.test('what differs', async (t) => {
  const attributes = (stdout: string) =>
    timezone('Europe/Berlin')
      .assess(stdout)
      .changes.map(({ attribute }) => attribute);
  t.same(attributes('localtime ../usr/share/zoneinfo/Europe/Berlin\n'), []);
  t.same(attributes('localtime /usr/share/zoneinfo/Europe/Berlin\nfile Etc/UTC\n'), ['file']);
  t.same(attributes(''), ['localtime']);
  t.throws(() => attributes('missing\nlocaltime /usr/share/zoneinfo/Etc/UTC\n'), { name: 'UnmetPrecondition' });
  for (const name of ['', '../x', '/etc/passwd', 'a b', '$(id)']) t.throws(() => timezone(name), /tz database/, name);
});

t.test('the zone is changed', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  // A database of two zones: that of the machine may not be installed.
  await root.run(sh`for zone in Garden/East Garden/West; do
    mkdir -p /usr/share/zoneinfo/Garden; printf 'TZif' > "/usr/share/zoneinfo/$zone"; done
    rm -f /etc/localtime /etc/timezone`);
  for (const shell of SHELLS) {
    await root.run(sh`rm -f /etc/timezone`);
    await converges(t, root, timezone('Garden/East'), { shell });
    t.equal(readlinkSync(root.path('/etc/localtime')), '/usr/share/zoneinfo/Garden/East');
    await root.run(sh`echo Garden/East > /etc/timezone`);
    await converges(t, root, timezone('Garden/West'), { shell });
    t.equal(readFileSync(root.path('/etc/timezone'), 'utf8'), 'Garden/West\n');
  }
  await t.rejects(assessIn(root, timezone('Garden/Nowhere')), { name: 'UnmetPrecondition' });
});
