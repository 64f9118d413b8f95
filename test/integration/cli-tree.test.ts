import { execa } from 'execa';
import t from 'tap';

const SHOW_CURSOR = '\u001b[?25h';
const HIDE_CURSOR = '\u001b[?25l';

/** What the sample run leaves on a real pseudo-terminal of this size. */
async function onTerminal(rows: number, columns: number): Promise<string> {
  const show = `stty rows ${rows} cols ${columns}; exec '${process.execPath}' --import tsx test/support/show-tree.ts`;
  const { stdout } = await execa('script', ['-qec', show, '/dev/null'], {
    stdin: 'ignore',
    env: { TERM: 'xterm' },
  });
  return stdout.replaceAll('\r', '');
}

function withoutStyles(text: string): string {
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}

/** Pictures that were drawn one over the other: each begins by erasing the one before. */
function frames(text: string): string[] {
  return text.split(/(?:\u001b\[2K(?:\u001b\[1A)?)+\u001b\[G/);
}

t.test('the tree is drawn over itself, and stays with what failed below it', async (t) => {
  const screen = await onTerminal(24, 100);
  const drawn = frames(withoutStyles(screen));
  t.ok(drawn.length > 10, `${drawn.length} pictures`);
  t.ok(
    drawn.some((frame) => /web-east {3}haproxy : Write haproxy\.cfg {2}1 ok/.test(frame)),
    'a host shows what it is at',
  );
  t.ok(
    drawn.some((frame) => frame.includes('checking the configuration')),
    'and the last line of what runs',
  );
  const last = drawn.at(-1) ?? '';
  t.match(last, /✔ web-east {3}1 ok, 2 changed/);
  t.match(last, /✖ web-west {3}failed: haproxy : Write haproxy\.cfg/);
  t.match(last, /✖ web-north {2}unreachable/);
  t.match(last, /failed \| web-west \| haproxy : Write haproxy\.cfg\n(?:.*\n)*.*→ Look at line 12/);
  t.match(last, /\nRecap\nweb-east/);
  t.ok(screen.lastIndexOf(SHOW_CURSOR) > screen.lastIndexOf(HIDE_CURSOR), 'the cursor is back');
});

t.test('a small window holds every picture', async (t) => {
  const drawn = frames(withoutStyles(await onTerminal(6, 40)));
  for (const frame of drawn.slice(1, -1)) {
    const lines = frame.split('\n').slice(0, -1);
    t.ok(lines.length < 6, `${lines.length} lines`);
    t.ok(
      lines.every((line) => [...line].length <= 40),
      frame,
    );
  }
});
