import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import t from 'tap';
import { UnmetPrecondition, UsageError } from '../../../lib/model/errors.ts';
import type { Resource } from '../../../lib/model/resource.ts';
import { sh } from '../../../lib/model/script.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { iniFile } from '../../../lib/resources/posix/ini-file.ts';
import { line } from '../../../lib/resources/posix/line.ts';
import { textBlock } from '../../../lib/resources/posix/text-block.ts';
import { assess, carryOut, converge, convergeTogether, plan, probeTogether } from '../../support/converge.ts';
import { HOSTILE } from '../../support/hostile.ts';
import { localShell } from '../../support/local-shell.ts';
import { SHELLS } from '../../support/scratch-root.ts';

/** What a resource makes of a content; a second time it must find nothing to do. */
function edited(resource: Resource, before: string): string {
  const answer = (text: string) => `f\n644:0:0:${Buffer.byteLength(text)}:root:root\n${text}`;
  const [change] = resource.assess(answer(before)).changes;
  const after = change?.text?.after ?? before;
  const again = resource.assess(answer(after)).changes;
  if (again.length > 0) throw new Error(`a second run changes ${JSON.stringify(again)}`);
  return after;
}

const path = '/etc/x';

t.test('lines', async (t) => {
  const text = 'a=1\n#b\nb=2\na=3\n';
  const cases = [
    [{ line: 'b=2' }, text, text],
    [{ line: 'c' }, text, `${text}c\n`],
    [{ line: 'c' }, 'a\nb', 'a\nb\nc\n'],
    [{ line: 'c' }, '', 'c\n'],
    [{ line: 'c' }, 'a\r\nb\r\n', 'a\r\nb\r\nc\r\n'],
    [{ line: 'b' }, 'a\r\nb\r\n', 'a\r\nb\r\n'],
    [{ line: 'a=9', match: /^a=/ }, text, 'a=1\n#b\nb=2\na=9\n'],
    [{ line: 'a=9', match: /^a=/g }, text, 'a=1\n#b\nb=2\na=9\n'],
    [{ line: 'b=9', match: /^#?b\b/ }, text, 'a=1\n#b\nb=9\na=3\n'],
    [{ line: '$& $1', match: /^(b)=/ }, text, 'a=1\n#b\n$& $1\na=3\n'],
    [{ line: 'new', match: /^old/ }, 'new\nx\n', 'new\nx\n'],
    [{ line: 'c', insertAfter: /^a/ }, 'a\na\nb\n', 'a\na\nc\nb\n'],
    [{ line: 'c', insertAfter: /^z/ }, 'a\nb\n', 'a\nb\nc\n'],
    [{ line: 'c', insertAfter: 'EOF' }, 'a\n', 'a\nc\n'],
    [{ line: 'c', insertBefore: /^b/ }, 'a\nb\n', 'a\nc\nb\n'],
    [{ line: 'c', insertBefore: 'BOF' }, 'a\nb\n', 'c\na\nb\n'],
    [{ line: 'a=1', state: 'absent' }, 'a=1\nb\na=1\n', 'b\n'],
    [{ match: /^a/, state: 'absent' }, text, '#b\nb=2\n'],
    [{ match: /^z/, state: 'absent' }, 'no end', 'no end'],
    [{ line: 'x', state: 'absent' }, 'x\n', ''],
    [{ line: 'c' }, 'a\n\n\n', 'a\n\n\nc\n'],
  ] as const;
  for (const [params, before, after] of cases) {
    t.equal(edited(line({ path, ...params }), before), after, inspect(params));
  }
  t.throws(() => line({ path, line: 'a\nb' }), /one line/);
  t.throws(() => line({ path }), /line: is missing/);
  t.throws(() => line({ path, state: 'absent' }), UsageError);
  t.throws(() => line({ path, line: 'a', insertAfter: 'EOF', insertBefore: 'BOF' }), /not both/);
  t.throws(() => line({ path, line: 'a' }).assess('a\n'), UnmetPrecondition);
  t.same(line({ path, line: 'a', state: 'absent' }).assess('a\n').changes, []);
  t.match(line({ path, line: 'a=2', match: /^a/ }).assess('f\n644:0:0:4:root:root\na=1\n').changes, [
    { attribute: 'line', before: 'a=1', after: 'a=2' },
  ]);
  t.throws(() => line({ path, line: 'a' }).assess('f\n644:0:0:2:root:root\n\ufffda'), /not text in UTF-8/);
});

t.test('blocks', async (t) => {
  const own = '# BEGIN n (garden)\nx\ny\n# END n (garden)\n';
  const cases = [
    [{ content: 'x\ny' }, '', own],
    [{ content: 'x\ny\n' }, `a\n${own}b\n`, `a\n${own}b\n`],
    [{ content: 'x\ny\n' }, 'a\n# BEGIN n (garden)\nold\n# END n (garden)\nb\n', `a\n${own}b\n`],
    [{ content: 'x\ny\n', insertAfter: /^a/ }, 'a\nb', `a\n${own}b\n`],
    [{ content: 'x\ny\n', insertBefore: 'BOF' }, 'a\n', `${own}a\n`],
    [{ content: '' }, 'a\n', 'a\n# BEGIN n (garden)\n# END n (garden)\n'],
    [{ content: 'x', comment: '<!--' }, '', '<!-- BEGIN n (garden) -->\nx\n<!-- END n (garden) -->\n'],
    [{ state: 'absent' }, `a\n${own}b\n`, 'a\nb\n'],
    [{ state: 'absent' }, 'a', 'a'],
    [{ content: 'x\r\ny\r\n' }, 'a\r\n', `a\n${own}`.replaceAll('\n', '\r\n')],
  ] as const;
  for (const [params, before, after] of cases) {
    t.equal(edited(textBlock({ path, name: 'n', ...params }), before), after, JSON.stringify(params));
  }
  const torn = () => edited(textBlock({ path, name: 'n', content: 'x' }), '# BEGIN n (garden)\nx\n');
  t.throws(torn, /behind it no "# END n \(garden\)"/);
  t.throws(() => textBlock({ path, name: 'n', content: 'a\n# END n (garden)\nb' }), /own first or last line/);
  t.throws(() => textBlock({ path, name: 'n' }), /content: is missing/);
});

t.test('options of INI files', async (t) => {
  const text = '; top\nt=0\n\n[one]\n# about a\na = 1\n\n# about two\n[two]\na=2 ; note\nq = "x;y"\n';
  const cases = [
    [{ option: 't', value: 0 }, text, text],
    [{ section: 'one', option: 'a', value: 1 }, text, text],
    [{ section: 'two', option: 'a', value: '2' }, text, text],
    [{ section: 'two', option: 'q', value: 'x;y' }, text, text],
    [{ section: 'one', option: 'a', value: 5 }, text, text.replace('a = 1', 'a = 5')],
    [{ section: 'two', option: 'a', value: true }, text, text.replace('a=2 ; note', 'a=true')],
    [{ section: 'one', option: 'b', value: 'v' }, text, text.replace('a = 1\n', 'a = 1\nb=v\n')],
    [{ option: 'u', value: 'v' }, text, text.replace('t=0\n', 't=0\nu=v\n')],
    [{ section: 'three', option: 'b', value: 'v' }, text, `${text}\n[three]\nb=v\n`],
    [{ section: 's', option: 'b', value: 'v' }, '', '[s]\nb = v\n'],
    [{ section: 's', option: 'b', value: 'v' }, '[s]\na = 1\n', '[s]\na = 1\nb = v\n'],
    [{ section: 's', option: 'b', value: 'v' }, '[s]\n', '[s]\nb = v\n'],
    [{ section: 'a.b', option: 'c', value: '1' }, '[a.b]\nc=1\n[a]\nb=2\n', '[a.b]\nc=1\n[a]\nb=2\n'],
    [{ section: 's', option: 'b', value: 'ldap://h/?a=b' }, '[s]\n', '[s]\nb = ldap://h/?a=b\n'],
    [{ section: 's', option: 'b', value: 'x;y' }, '[s]\n', '[s]\nb = "x;y"\n'],
    [{ section: 's', option: 'b', value: 'x#y' }, '[s]\nb = x#y\n', '[s]\nb = x#y\n'],
    [{ section: 's', option: 'b', value: '' }, '[s]\nb=1\n', '[s]\nb=\n'],
    [{ section: 's', option: 'b', value: 'new' }, '[s]\nb=1\nb=2\n', '[s]\nb=1\nb=new\n'],
    [{ section: 's', option: 'B', value: '1' }, '[s]\nb=1\n', '[s]\nb=1\nB=1\n'],
    [{ section: 'one', option: 'a', state: 'absent' }, text, text.replace('a = 1\n', '')],
    [{ section: 'none', option: 'a', state: 'absent' }, text, text],
    [{ section: 's', option: 'b', value: 'v' }, '[s]\r\na=1\r\n', '[s]\r\na=1\r\nb=v\r\n'],
    [{ section: 's', option: '__proto__', value: 'v' }, '[s]\n', '[s]\n__proto__ = v\n'],
    ...HOSTILE.filter((value) => !value.includes('\n')).map(
      (value) => [{ section: 's', option: 'b', value }, '[s]\nb=1\n', undefined] as const,
    ),
  ] as const;
  for (const [params, before, after] of cases) {
    const found = edited(iniFile({ path, ...params }), before);
    if (after !== undefined) t.equal(found, after, JSON.stringify(params));
  }
  t.throws(() => iniFile({ path, option: 'a=b', value: 1 }), UsageError);
  t.throws(() => iniFile({ path, option: 'a', value: 'a\nb' }), UsageError);
  t.throws(() => iniFile({ path, option: 'a' }), /value: is missing/);
});

for (const shell of SHELLS) {
  const target = localShell(shell);

  t.test(`many edits of many files at once (${shell})`, async (t) => {
    const folder = t.testdir({ one: 'first\nlast', two: 'x\n', real: 'r\n' });
    symlinkSync('real', join(folder, 'link'));
    const odd = join(folder, "odd\n'name");
    writeFileSync(odd, 'odd\n');
    chmodSync(join(folder, 'one'), 0o604);
    const lines = HOSTILE.filter((text) => !text.includes('\n'));
    const wanted = [
      ...lines.map((text) => line({ path: join(folder, 'one'), line: text })),
      line({ path: join(folder, 'two'), line: 'y' }),
      line({ path: join(folder, 'made'), line: 'm', create: true, mode: '0600' }),
      line({ path: odd, line: 'odder', match: /^odd$/ }),
      line({ path: join(folder, 'one'), line: 'last', state: 'absent' }),
      line({ path: join(folder, 'link'), line: 's' }),
    ];
    t.ok(wanted[0] && wanted[1] && line.kind.compatible(wanted[0], wanted[1]));
    await convergeTogether(wanted, target);
    t.equal(readFileSync(join(folder, 'one'), 'utf8'), ['first', ...lines, ''].join('\n'));
    t.equal(statSync(join(folder, 'one')).mode & 0o777, 0o604);
    t.equal(statSync(join(folder, 'made')).mode & 0o777, 0o600);
    t.equal(readFileSync(join(folder, 'real'), 'utf8'), 'r\ns\n');
    t.same(readdirSync(folder).sort(), ['link', 'made', "odd\n'name", 'one', 'real', 'two'], 'nothing is left over');
  });

  t.test(`blocks and options (${shell})`, async (t) => {
    const folder = t.testdir({ x: 'a\n' });
    for (const text of HOSTILE) {
      await converge(textBlock({ path: join(folder, 'x'), name: `it's`, content: text }), target);
    }
    await converge(textBlock({ path: join(folder, 'x'), name: `it's`, state: 'absent' }), target);
    t.equal(readFileSync(join(folder, 'x'), 'utf8'), 'a\n');
    const options = HOSTILE.filter((text) => !text.includes('\n')).map((value, index) =>
      iniFile({ path: join(folder, 'i'), section: `s ${index % 2}`, option: `o ${index}`, value, create: true }),
    );
    await convergeTogether(options, target);
    await probeTogether(options, target);
    const large = 'y'.repeat(200_000);
    await converge(textBlock({ path: join(folder, 'x'), name: 'large', content: large }), target);
    t.ok(readFileSync(join(folder, 'x'), 'utf8').includes(large), 'above what goes inside a script');
  });

  t.test(`a file that somebody else changes is not overwritten (${shell})`, async (t) => {
    const folder = t.testdir({ x: 'a\n' });
    const at = join(folder, 'x');
    const found = await assess(line({ path: at, line: 'b' }), target);
    writeFileSync(at, 'a\nother\n');
    const { status, stderr } = await carryOut(found.apply(), target);
    t.not(status, 0);
    t.match(stderr, /changed by somebody else/);
    t.equal(readFileSync(at, 'utf8'), 'a\nother\n');

    const made = await assess(line({ path: join(folder, 'new'), line: 'b', create: true }), target);
    writeFileSync(join(folder, 'new'), 'there\n');
    t.not((await carryOut(made.apply(), target)).status, 0);
    t.equal(readFileSync(join(folder, 'new'), 'utf8'), 'there\n');

    const refused = line({ path: at, line: 'bad', validate: (path) => sh`! grep bad ${path}` });
    t.match((await carryOut((await assess(refused, target)).apply(), target)).stderr, /refused by its validation/);
    t.equal(readFileSync(at, 'utf8'), 'a\nother\n');
  });

  t.test(`what is no text is refused alone (${shell})`, async (t) => {
    const folder = t.testdir({ x: 'a\n' });
    writeFileSync(join(folder, 'latin'), Buffer.from('caf\xe9\n', 'latin1'));
    mkdirSync(join(folder, 'folder'));
    await t.rejects(assess(line({ path: join(folder, 'latin'), line: 'b' }), target), /UTF-8/);
    await t.rejects(assess(line({ path: join(folder, 'folder'), line: 'b' }), target), UnmetPrecondition);
    const all = [line({ path: join(folder, 'latin'), line: 'b' }), line({ path: join(folder, 'x'), line: 'b' })];
    const merged = line.kind.probeMany?.(all);
    if (!merged) return t.fail('lines can be probed together');
    const { stdout } = await target.run(merged.script);
    t.throws(() => merged.split(stdout), 'so that the engine asks one by one');
  });
}

t.test('a secret is in no change', async (t) => {
  const folder = t.testdir({ x: 'password=old canary\n' });
  const at = join(folder, 'x');
  for (const resource of [
    line({ path: at, line: new Secret('password=canary'), match: /^password=/ }),
    iniFile({ path: at, option: 'other', value: new Secret('canary') }),
    textBlock({ path: at, name: 'n', content: new Secret('canary') }),
  ]) {
    t.notMatch(JSON.stringify(await plan(resource, localShell())) + resource.id, /canary/);
    t.match(await converge(resource, localShell()), [{ sensitive: true }]);
  }
  t.equal(readFileSync(at, 'utf8').match(/canary/g)?.length, 3);
});
