import t from 'tap';
import { Interpreter } from '../../../lib/lab/powershell/interpreter.ts';
import { Dictionary, type PsObject, type PsValue } from '../../../lib/lab/powershell/values.ts';
import { type PowerShellScript, ps } from '../../../lib/model/powershell-script.ts';

const NASTY = [
  '',
  ' ',
  "'",
  "''",
  '"',
  '`',
  '$',
  '$x',
  '$(throw 1)',
  '@(',
  '@{',
  '\0',
  '\r\n',
  '\n',
  "'@",
  '"@',
  "@'\n",
  '\u2018',
  '\u2019',
  '\u201a',
  '\u201b',
  '\u201c',
  '\u201d',
  '\u201e',
  '\u2013',
  "'; throw 'x'; '",
  "\u2019; throw 'x'; \u2018",
  '-Force',
  '--%',
  '#',
  '<#',
  '#>',
  '\\',
  '\\u0041',
  '\\n',
  '\ud800',
  '\udfff',
  '\u{1f600}',
  '%PATH%',
  '{0}',
  '[int]',
  'é',
  '\u0085',
  '\u2028',
  '\ufeff',
  '; exit 3',
  '| throw',
  '&',
  '>',
  '\x1b[0m',
];

/** Numbers from a seed (mulberry32), so that a failure can be repeated. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

async function output(script: PowerShellScript): Promise<PsValue[]> {
  const values: PsValue[] = [];
  const fail = (record: PsObject) => void t.fail(`an error was written: ${record.text?.()}`);
  const interpreter = new Interpreter({
    out: (value) => void values.push(value),
    streams: { error: fail, note: () => undefined },
  });
  await interpreter.run(script.text);
  return values;
}

t.test('10,000 hostile texts are exactly themselves, and never code', async (t) => {
  const seed = Date.now() & 0x7fffffff;
  t.comment(`seed ${seed}`);
  const next = numbersFrom(seed);
  const random = () =>
    Array.from({ length: next(12) }, () =>
      next(2) ? NASTY[next(NASTY.length)] : String.fromCharCode(next(next(2) ? 0x100 : 0x10000)),
    ).join('');
  const texts = [...NASTY, ...Array.from({ length: 10_000 - NASTY.length }, random)];
  for (let from = 0; from < texts.length; from += 50) {
    const some = texts.slice(from, from + 50);
    const script = ps`${some}`;
    if (!/^[\x20-\x7e]*$/.test(script.text)) t.fail('the script is not ASCII');
    const table = Object.fromEntries(some.map((text, index) => [`k${index}`, text]));
    const [single = ''] = some;
    const found = await output(ps`$t = ${table}
$a = @{ InputObject = ${single} }
Write-Output ${single}
Write-Output -InputObject ${single}
Write-Output @a
${some}
,$t`);
    const dictionary = found.pop();
    t.strictSame(found, [single, single, single, ...some]);
    if (!(dictionary instanceof Dictionary)) return t.fail('no hashtable came back');
    t.strictSame(
      some.map((_, index) => dictionary.get(`k${index}`)),
      some,
    );
  }
});

t.test('the subset: script to output', async (t) => {
  const cases: readonly (readonly [string, PsValue[]])[] = [
    ['1 + "2"', [3]],
    ['"1" + 2', ['12']],
    ['"a$(1 + 1)b"', ['a2b']],
    ['"$true $null"', ['True ']],
    ['@($null).Count', [1]],
    ['@().Count', [0]],
    ['$x = & {}; @($x).Count', [0]],
    ['if (@(0)) { 1 } else { 2 }', [2]],
    ['1,2,3 -eq 2', [2]],
    ["'0x80070005' -eq 0x80070005", [false]],
    ["'ABC' -ceq 'abc'", [false]],
    ["'a' -in 'A','b'", [true]],
    ["'k=v' -match '(\\w)=(\\w)'; $Matches[2]", [true, 'v']],
    ["'0x{0:X8}' -f -2147024891", ['0x80070005']],
    ["'a,b' -split ','", ['a', 'b']],
    ["try { throw 'x' } catch { $_.Exception.Message } finally { 'f' }", ['x', 'f']],
    ["try { Nowhere-Thing } catch [System.Management.Automation.CommandNotFoundException] { 'no' }", ['no']],
    ['foreach ($i in 1..5) { if ($i -eq 3) { break }; $i }', [1, 2]],
    ['1..4 | ? { $_ -gt 2 } | % { $_ * 2 }', [6, 8]],
    ['([pscustomobject]@{ b = 1; a = 2 }).a', [2]],
    ['7 / 2', [3.5]],
    ["@'\na'b\n'@", ["a'b"]],
  ];
  for (const [script, wanted] of cases) {
    const values: PsValue[] = [];
    await new Interpreter({
      out: (value) => void values.push(value),
      streams: { error: () => undefined, note: () => undefined },
    }).run(script);
    t.strictSame(values, wanted, script);
  }
});

t.test('what the subset does not know is an error with its place', async (t) => {
  const interpreter = new Interpreter({
    out: () => undefined,
    streams: { error: () => undefined, note: () => undefined },
  });
  await t.rejects(interpreter.run('$a ?? 1'), /line 1, column 4/);
  await t.rejects(interpreter.run('1\nfunction f { }'), /line 2, column 1: the statement function is not part/);
  await t.rejects(interpreter.run('a && b'), /&& and \|\| are not in PowerShell 5\.1/);
});
