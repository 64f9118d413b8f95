import t from 'tap';
import { columns } from '../../lib/report/width.ts';
import { onScreen } from '../support/screen.ts';

const SHOW_TREE = 'test/support/show-tree.ts';
const USUAL = { rows: 24, columns: 80 };
const SHOW_CURSOR = '\u001b[?25h';
const HIDE_CURSOR = '\u001b[?25l';
/** How log-update begins a picture over another. */
const REDRAWN = /\u001b\[2K(?:\u001b\[1A\u001b\[2K)*\u001b\[G/g;

t.test('the tree is drawn over itself, and stays with what failed below it', async (t) => {
  const { end, raw } = await onScreen({ rows: 24, columns: 100 }, SHOW_TREE);
  t.ok((raw.match(REDRAWN)?.length ?? 0) > 10, 'it was drawn many times');
  t.match(raw, 'checking the configuration', 'with the last line of what runs');
  t.same(end.slice(0, 9), [
    'Run Walled garden, 3 hosts',
    '✖ Proxies  3 hosts: 1 done, 1 failed, 1 unreachable',
    '  ✔ web-east   1 ok, 2 changed',
    '  ✖ web-west   failed: haproxy : Write haproxy.cfg  1 ok, 1 failed',
    '      haproxy refused the new configuration',
    '      unknown keyword "bnid"',
    '  ✖ web-north  unreachable',
    '      connection refused by 10.0.0.9 port 22',
    '  the clock is 40 s ahead',
  ]);
  const text = end.join('\n');
  t.match(text, /failed \| web-west \| haproxy : Write haproxy\.cfg\n(?:.*\n)*.*→ Look at line 12/);
  t.match(text, /\nRecap\nweb-east/);
  t.equal(text.match(/web-east {3}/g)?.length, 2, 'in the tree and in the recap; no picture before is left over');
  t.ok(raw.lastIndexOf(SHOW_CURSOR) > raw.lastIndexOf(HIDE_CURSOR), 'the cursor is back');
});

t.test(
  'pain 35: 1, 20 and 200 hosts at 80x24: who is at work and what was printed last, and no stale line',
  async (t) => {
    for (const hosts of [1, 20, 200]) {
      const { looks, end } = await onScreen(USUAL, SHOW_TREE, [String(hosts)]);
      const [screen = []] = looks;
      t.ok(screen.length < USUAL.rows, `${hosts} hosts: ${screen.length} lines`);
      t.ok(screen.every((line) => columns(line) <= USUAL.columns));
      const atWork = screen.filter((line) => line.includes('Install packages'));
      t.equal(atWork.length, Math.min(5, hosts));
      t.match(screen.join('\n'), /Unpacking nginx on/, 'the last line of what runs');
      t.equal(screen.filter((line) => line.includes('Proxies')).length, 1, 'one picture stands there');
      if (hosts > 1) t.match(screen.join('\n'), /✖ host-4 .*failed: web : Write the page/, 'what failed stays visible');
      if (hosts === 200) t.match(screen.join('\n'), /200 hosts: 175 done, 20 failed, 5 at work/);

      const text = end.join('\n');
      t.equal(end.filter((line) => line.includes('Proxies  ')).length, 1, 'one tree is left');
      t.notMatch(text, /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/, 'and nothing that turns');
      t.notMatch(text, 'Unpacking');
      for (let index = 4; hosts > 1 && index < hosts; index += 10) {
        t.match(
          text,
          new RegExp(`^failed \\| .*-${index}\\b.* \\| web : Write the page$|no space left on .*-${index}\\b`, 'm'),
        );
      }
      if (hosts === 200)
        t.match(text, /^180 hosts {2,}ok=1 {2}changed=0/m, 'in the recap those that are alike are one line');
    }
  },
);

t.test('in a window of 40 columns every picture fits', async (t) => {
  const { looks } = await onScreen({ rows: 12, columns: 40 }, SHOW_TREE, ['20']);
  const [screen = []] = looks;
  t.ok(screen.length > 8 && screen.length < 12);
  t.ok(screen.every((line) => columns(line) <= 40));
  t.match(screen.join('\n'), /✖ host-4 /);
  t.match(screen.join('\n'), /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] host-15/);
});

t.test('a window that is made narrower or wider has one picture in it', async (t) => {
  for (const size of ['20x30', '30x120']) {
    const { looks, end } = await onScreen({ rows: 24, columns: 100 }, SHOW_TREE, ['3', size]);
    const screen = looks[1] ?? [];
    for (const text of ['Proxies', 'host-1  web', 'host-2  web'])
      t.equal(screen.filter((line) => line.includes(text)).length, 1, `${size}: ${text}`);
    t.equal(end.filter((line) => line.includes('Proxies  ')).length, 1);
  }
  const wider = await onScreen(USUAL, SHOW_TREE, ['20', '30x120']);
  t.equal(wider.looks[1]?.length, 29, 'more room is made use of');
});

t.test('500 hosts with thousands of events are drawn a few times a second', async (t) => {
  const { raw } = await onScreen(USUAL, SHOW_TREE, ['500']);
  const drawn = raw.match(REDRAWN)?.length ?? 0;
  t.ok(drawn > 0 && drawn < 40, `${drawn} pictures`);
});

t.test('without colours nothing is marked up', async (t) => {
  const styles = /\u001b\[[0-9;]*m/;
  t.match((await onScreen(USUAL, SHOW_TREE, ['1'])).raw, styles);
  t.notMatch((await onScreen(USUAL, SHOW_TREE, ['1'], { NO_COLOR: '1' })).raw, styles);
});
