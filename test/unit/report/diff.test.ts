import t from 'tap';
import type { Change } from '../../../lib/model/change.ts';
import { describeChanges, unifiedDiff } from '../../../lib/report/diff.ts';
import { styles, wantsColour } from '../../../lib/report/style.ts';

const plain = styles(false);

t.test('attributes are told as before → after', async (t) => {
  const cases: readonly (readonly [Change, string])[] = [
    [{ attribute: 'mode', before: '0644', after: '0600' }, 'mode: 0644 → 0600'],
    [{ attribute: 'state', before: undefined, after: 'reloaded' }, 'state: reloaded'],
    [{ attribute: 'gecos', before: null, after: 'x' }, 'gecos: (none) → x'],
    [{ attribute: 'gecos', before: 'x', after: undefined }, 'gecos: x → (none)'],
    [{ attribute: 'groups', before: ['a'], after: ['a', 'b'] }, 'groups: a → a, b'],
    [{ attribute: 'enabled', before: false, after: true }, 'enabled: false → true'],
    [{ attribute: 'comment', before: '', after: 'x\u001b[2J' }, 'comment: "" → x^[[2J'],
    [{ attribute: 'password', before: 'a', after: 'b', sensitive: true }, 'password: *** → ***'],
  ];
  for (const [change, expected] of cases) t.same(describeChanges([change], plain), [expected]);
});

t.test('a sensitive text is not shown, even where its text was left in', async (t) => {
  const text = { before: 'old secret', after: 'new secret' };
  const shown = describeChanges([{ attribute: 'content', before: 'a', after: 'b', text, sensitive: true }], plain);
  t.same(shown, ['content: *** → ***']);
});

t.test('texts are unified diffs', async (t) => {
  const before = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n';
  const after = before.replace('five', 'FIVE');
  t.same(unifiedDiff(before, after), [
    '@@ -2,7 +2,7 @@',
    ' two',
    ' three',
    ' four',
    '-five',
    '+FIVE',
    ' six',
    ' seven',
    ' eight',
  ]);
  t.same(unifiedDiff('', 'a\n'), ['@@ -0,0 +1,1 @@', '+a']);
  t.same(unifiedDiff('a', 'a\n'), ['@@ -1,1 +1,1 @@', '-a', '\\ No newline at end of file', '+a']);
  const text = { before: '', after: '\u001b[2Jx\n' };
  t.same(describeChanges([{ attribute: 'content', before: 'a', after: 'b', text }], plain), [
    'content:',
    '@@ -0,0 +1,1 @@',
    '+^[[2Jx',
  ]);
});

t.test('colour is for terminals whose user did not refuse it', async (t) => {
  t.match(describeChanges([{ attribute: 'mode', before: '1', after: '2' }], styles(true)), [
    /\u001b\[31m1\u001b\[39m → \u001b\[32m2/,
  ]);
  t.equal(wantsColour({ isTTY: true }, {}), true);
  t.equal(wantsColour({ isTTY: true }, { NO_COLOR: '' }), true);
  t.equal(wantsColour({ isTTY: true }, { NO_COLOR: '1' }), false);
  t.equal(wantsColour({ isTTY: true }, { TERM: 'dumb' }), false);
  t.equal(wantsColour({}, {}), false);
});
