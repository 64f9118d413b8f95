import t from 'tap';
import { table } from '../../../lib/report/table.ts';
import { count, duration, harmless, harmlessLine } from '../../../lib/report/text.ts';
import { columns, shorten } from '../../../lib/report/width.ts';

t.test('what hosts print cannot steer the terminal', async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ['plain\ttext\n', 'plain\ttext\n'],
    ['\u001b[31mred\u001b[0m', '^[[31mred^[[0m'],
    ['\u001b]0;title\u0007', '^[]0;title^G'],
    ['50%\r100%\r\n', '50%^M100%\n'],
    ['a\u0000b\u007f', 'a^@b^?'],
    ['\u009b2J', '\\u009b2J'],
    ['user\u202egnp.exe', 'user\\u202egnp.exe'],
    ['grüße 🌱', 'grüße 🌱'],
  ];
  for (const [hostile, expected] of cases) t.equal(harmless(hostile), expected, JSON.stringify(hostile));
  t.equal(harmlessLine('two\nlines\t'), 'two ⏎ lines ');
});

t.test('spans of time are told in words', async (t) => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0.0 s'],
    [312, '0.3 s'],
    [9_949, '9.9 s'],
    [9_960, '10 s'],
    [59_600, '1 min 0 s'],
    [185_000, '3 min 5 s'],
    [3_725_000, '1 h 2 min'],
  ];
  for (const [ms, expected] of cases) t.equal(duration(ms), expected);
});

t.test('tables line up, whatever is coloured in them', async (t) => {
  const rows = [
    ['\u001b[31ma\u001b[39m', '1', 'x'],
    ['bbb', '10', ''],
  ];
  t.same(table(rows, new Set([1])), ['\u001b[31ma\u001b[39m     1  x', 'bbb  10']);
  t.same(table([]), []);
  t.equal(count(1, 'host'), '1 host');
  t.equal(count(0, 'host'), '0 hosts');
});

t.test('wide characters take two columns, marks and styles none', async (t) => {
  const cases: readonly (readonly [string, number])[] = [
    ['', 0],
    ['web-east', 8],
    ['主机', 4],
    ['ｈ', 2],
    ['e\u0301', 1],
    ['🌱', 2],
    ['👩‍👩‍👧', 2],
    ['❤️', 2],
    ['🇩🇪', 2],
    ['grüße', 5],
    ['\u001b[31mred\u001b[39m', 3],
    ['✔ …', 3],
  ];
  for (const [text, width] of cases) t.equal(columns(text), width, JSON.stringify(text));
  t.same(
    table([
      ['主机', 'x'],
      ['abc', 'y'],
    ]),
    ['主机  x', 'abc   y'],
  );
  t.equal(shorten('abcdef', 6), 'abcdef');
  t.equal(shorten('abcdef', 5), 'abcd…');
  t.equal(shorten('主机主机', 6), '主机…');
  t.equal(shorten('abc', 0), '');
});
