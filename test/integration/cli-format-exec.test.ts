import t from 'tap';
import { columns } from '../../lib/report/width.ts';
import { onScreen } from '../support/screen.ts';

const SHOW_EXEC = 'test/support/show-exec.ts';

t.test('one host: its output as it comes, and how it ended', async (t) => {
  const { looks, end } = await onScreen({ rows: 24, columns: 80 }, SHOW_EXEC, ['1']);
  t.same(looks, [['6.12.9^[[2J']]);
  t.same(end, ['6.12.9^[[2J', 'web1  done  0.1 s']);
});

t.test('several hosts: who is still at it, and at the end what they said, the same once', async (t) => {
  const { looks, end } = await onScreen({ rows: 24, columns: 80 }, SHOW_EXEC, ['12']);
  t.equal(looks[0]?.length, 1);
  t.match(looks[0]?.[0], /^11 of 12 hosts done, at work: web12 \| web12: 6\.12\.9\^\[\[2J$/);
  t.same(end, [
    'web1, web2, web3, web5, web6, web7, web8, web9, web10, web12 (10 hosts)  done  0',
    '.1 s',
    '6.12.9^[[2J',
    'web4, web11 (2 hosts)  failed, status 2  0.1 s',
    'uname: not today',
    '12 hosts, 1.2 s',
    '→ When the cause is mended: garden exec web -l web4,web11 -- uname -r',
  ]);
});

t.test('200 hosts in a window of 40 columns: one line, however many there are', async (t) => {
  const { looks, end } = await onScreen({ rows: 24, columns: 40 }, SHOW_EXEC, ['200']);
  t.equal(looks[0]?.length, 1);
  t.ok(looks[0]?.every((line) => columns(line) <= 40));
  t.match(end.join(''), /web1, web2, .* and 151 more \(171 hosts\) {2}done/);
});
