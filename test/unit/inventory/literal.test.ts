import t from 'tap';
import { readLiteral } from '../../../lib/inventory/literal.ts';
import { splitWords } from '../../../lib/inventory/words.ts';

t.test('Python literals are read as Python does', async (t) => {
  const values: readonly (readonly [string, unknown])[] = [
    ['1', 1],
    ['- 1', -1],
    ['-(1)', -1],
    ['0x_ff', 255],
    ['1_000.5e-1', 100.05],
    ['.5', 0.5],
    ['[1, (2,), {3, 3}, {"a": None}, ]  # comment', [1, [2], [3], { a: null }]],
    ['1,', [1]],
    ["'a' \"b\" r'\\n'", 'ab\\n'],
    ["'\\x41\\101\\u00e9\\U0001F331\\q\\''", "AA\u00e9\u{1F331}\\q'"],
    ["'''it's'''", "it's"],
    ["b'bytes'", 'bytes'],
    ['{"__proto__": 1}', Object.fromEntries([['__proto__', 1]])],
  ];
  for (const [text, value] of values) t.strictSame(readLiteral(text), { value }, text);
});

t.test('what is no literal, or no number here, is not read', async (t) => {
  const texts = [
    '',
    '007',
    '1__0',
    '1_',
    '0x',
    '--1',
    '1+2',
    '1+2j',
    '1j',
    'true',
    'abc',
    '[1',
    '1 2',
    "'open",
    "'\\x4'",
  ];
  for (const text of [...texts, "'\\N{BULLET}'", '{1: 2, 3}', '9007199254740993', '1e999', '...', "f'x'", ',']) {
    t.equal(readLiteral(text), undefined, text);
  }
});

t.test('lines are split as Python\u2019s shlex does', async (t) => {
  const words = (line: string) => splitWords(line, { comments: true }).words.map(({ text }) => text);
  t.same(words(`a "b c"'d' e\\ f '' "\\"\\x" # g`), ['a', 'b cd', 'e f', '', '"\\x']);
  t.same(words('a#b c'), ['a']);
  t.equal(splitWords('a "b', { comments: true }).problem, 'a quote (") is not closed');
  t.equal(splitWords('a\\', { comments: true }).problem, 'it ends with a backslash');
  t.same(
    splitWords('a#b', { comments: false }).words.map(({ text }) => text),
    ['a#b'],
  );
});
