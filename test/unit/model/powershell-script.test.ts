import t from 'tap';
import { credential, ps, secureString, verbatimPowerShell } from '../../../lib/model/powershell-script.ts';
import { Secret } from '../../../lib/model/secret.ts';

t.test('how each kind of value is quoted', async (t) => {
  const cases = [
    [ps`${"it's"}`, "'it''s'"],
    [ps`${'\u2019'}`, "([regex]::Unescape('\\u2019'))"],
    [ps`${[1]}`, '@(,1)'],
    [ps`${[]}`, '@()'],
    [ps`${[true, null]}`, '@($true, $null)'],
    [ps`${{ a: -1 }}`, "@{'a' = (-1)}"],
    [ps`${new Map([['a', 1.5]])}`, "([ordered]@{'a' = 1.5})"],
    [ps`${5n}`, "([long]'5')"],
    [ps`${new Date(0)}`, "([datetime]::new(([long]'621355968000000000'), 'Utc'))"],
    [ps`${new Uint8Array([0])}`, "([Convert]::FromBase64String('AA=='))"],
  ] as const;
  for (const [script, wanted] of cases) t.equal(script.text, wanted);
});

t.test('a secret is only referred to', async (t) => {
  const secret = new Secret('hunter2');
  const script = ps`Set-It ${credential('CORP\\a', secret)} ${secureString(secret)} ${new Secret('other')}`;
  t.notMatch(script.text + script.shown, /hunter2|other/);
  t.match(script.text, /\$garden_secrets\['1'\].*\$garden_secrets\['1'\].*\$garden_secrets\['2'\]/);
  t.strictSame(
    [...script.secrets].map(([name, each]) => [name, each.reveal()]),
    [
      ['1', 'hunter2'],
      ['2', 'other'],
    ],
  );
});

t.test('a value in a string, a comment or a word of the template is refused', async (t) => {
  const value = 'x';
  t.throws(() => ps`"${value}"`, TypeError);
  t.throws(() => ps`"$(${value})"`, TypeError);
  t.throws(() => ps`'${value}'`, TypeError);
  t.throws(() => ps`# ${value}`, TypeError);
  t.throws(() => ps`<# ${value} #>`, TypeError);
  t.throws(() => ps`@"\n${value}\n"@`, TypeError);
  t.throws(() => ps`C:\\${value}`, TypeError);
  t.throws(() => ps`${value}x`, TypeError);
  t.throws(() => ps`${Number.NaN}`, TypeError);
  t.throws(() => ps`${{ a: 1, A: 2 }}`, TypeError);
  t.equal(ps`a -b:${value} (${value}); "done"`.text.includes("-b:'x'"), true);
});

t.test("a user's own words stay what they are", async (t) => {
  t.equal(verbatimPowerShell('a "b"').text, 'a "b"');
  t.equal(verbatimPowerShell('é').text, ". ([scriptblock]::Create(([regex]::Unescape('\\u00e9'))))");
});
