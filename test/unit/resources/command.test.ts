import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { UsageError } from '../../../lib/model/errors.ts';
import { sh } from '../../../lib/model/script.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { command } from '../../../lib/resources/posix/command.ts';
import { assess, carryOut, probeTogether } from '../../support/converge.ts';
import { HOSTILE } from '../../support/hostile.ts';
import { localShell } from '../../support/local-shell.ts';
import { SHELLS } from '../../support/scratch-root.ts';

const folder = mkdtempSync(join(tmpdir(), 'garden-command-'));
t.teardown(() => rmSync(folder, { recursive: true }));
const here = (name: string) => join(folder, name);

t.test('a bare command has no state and is always run', async (t) => {
  const touch = command(`echo x >>${here('bare')}`);
  t.equal(touch.probe(), null);
  t.equal(touch.assess('').changes.length, 1);
  t.equal(touch.kind.verify, false);
  await carryOut(touch.assess('').apply(), localShell());
  t.equal(readFileSync(here('bare'), 'utf8'), 'x\n');
});

for (const shell of SHELLS) {
  const target = localShell(shell);
  const due = async (input: Parameters<typeof command>[0]) => (await assess(command(input), target)).changes.length > 0;

  t.test(`conditions, in ${shell}`, async (t) => {
    writeFileSync(here('there'), '');
    const cases: readonly (readonly [Exclude<Parameters<typeof command>[0], string>, boolean])[] = [
      [{ command: 'x', creates: here('there') }, false],
      [{ command: 'x', creates: here('gone') }, true],
      [{ command: 'x', removes: here('there') }, true],
      [{ command: 'x', removes: here('gone') }, false],
      [{ command: 'x', unless: 'true' }, false],
      [{ command: 'x', unless: 'exit 3' }, true],
      [{ command: 'x', onlyIf: 'exit 0' }, true],
      [{ command: 'x', onlyIf: sh`[ ${"it's"} = b ]` }, false],
      [{ command: 'x', unless: 'if' }, true],
      [{ command: 'x', unless: 'cat; echo noise; echo noise >&2; false' }, true],
      [{ command: 'x', creates: here('gone'), onlyIf: 'false' }, false],
      [{ command: 'x', unless: '[ "$PWD" = / ]', workingDirectory: '/' }, false],
      [
        {
          command: 'x',
          unless: '[ "$A" = "$(printf %s "$B")" ]',
          environment: { A: "q'$(id)", B: new Secret("q'$(id)") },
        },
        false,
      ],
      [{ command: 'x', unless: 'true', workingDirectory: here('gone') }, true],
    ];
    for (const [input, expected] of cases) t.equal(await due(input), expected, JSON.stringify(input));
    await probeTogether(
      cases.map(([input]) => command(input)),
      target,
    );
  });

  t.test(`folder, environment and input, in ${shell}`, async (t) => {
    for (const text of HOSTILE) {
      const { script } = command({
        command: 'printf %s "$WORDS"; echo; pwd; cat',
        workingDirectory: '/',
        environment: { WORDS: text },
        input: new Secret(text),
      })
        .assess('')
        .apply();
      const { stdout, status } = await target.run(script);
      t.equal(status, 0);
      t.equal(stdout, `${text}\n/\n${text}`, JSON.stringify(text));
    }
    const failing = command({ command: 'cat >/dev/null; exit 7', input: 'x' }).assess('').apply();
    t.equal((await target.run(failing.script)).status, 7);
    const lost = command({ command: `touch ${here('never')}`, workingDirectory: here('gone') })
      .assess('')
      .apply();
    t.not((await target.run(lost.script)).status, 0);
    t.notOk(existsSync(here('never')), 'nothing is run in another folder');
  });
}

t.test('its name is its first line', async (t) => {
  t.equal(command('make install').id, 'make install');
  t.equal(command(sh`echo ${'a b'}\nexit`).id, "echo 'a b' …");
  t.equal(command('x'.repeat(100)).id, `${'x'.repeat(72)} …`);
});

t.test('mistakes are found before any host is touched', async (t) => {
  t.throws(() => command(''), UsageError);
  t.throws(() => command({ command: 'x', creates: 'relative' }), /an absolute path/);
  t.throws(() => command({ command: 'x', environment: { 'A B': '1' } }), UsageError);
});
