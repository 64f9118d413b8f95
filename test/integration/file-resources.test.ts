// Files and parts of them through the whole engine: a real sshd, a real session, streams for what is large.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { directory } from '../../lib/resources/posix/directory.ts';
import { file } from '../../lib/resources/posix/file.ts';
import { iniFile } from '../../lib/resources/posix/ini-file.ts';
import { line } from '../../lib/resources/posix/line.ts';
import { symlink } from '../../lib/resources/posix/symlink.ts';
import { runOn, testHost } from '../support/engine.ts';
import { HOSTILE } from '../support/hostile.ts';
import { sshdUnavailable, startSshd } from '../support/sshd.ts';

if (sshdUnavailable) {
  t.plan(0, sshdUnavailable);
  process.exit(0);
}

const sshd = await startSshd();
t.teardown(() => sshd.stop());
const host = testHost('alpha', sshd.settings('root'));
const onHost = (path: string) => readFileSync(join(sshd.root, path), 'utf8');

t.test('a play of files converges, and is then in order', async (t) => {
  const at = '/srv/file resources';
  const large = HOSTILE.join('\n').repeat(6000);
  const tasks = [
    directory({ path: at, mode: '0750' }),
    ...HOSTILE.map((content, index) => file({ path: `${at}/${index}`, content, mode: '0640' })),
    file({ path: `${at}/large`, content: large }),
    symlink({ path: `${at}/link`, target: 'large' }),
    ...Array.from({ length: 30 }, (_, index) => line({ path: `${at}/lines`, line: `line ${index}`, create: true })),
    iniFile({ path: `${at}/ini`, section: 's', option: 'o', value: 'v', create: true }),
  ];
  const first = await runOn([host], tasks, { diff: true });
  t.equal(first.failure, '');
  t.same([first.exitCode, first.recap[0]?.changed], [0, tasks.length]);
  for (const [index, content] of HOSTILE.entries()) t.equal(onHost(`${at}/${index}`), content);
  t.equal(onHost(`${at}/link`), large);
  t.equal(onHost(`${at}/lines`).split('\n').length, 31);
  const second = await runOn([host], tasks);
  t.same([second.exitCode, second.recap[0]?.changed, second.recap[0]?.ok], [0, 0, tasks.length]);
});

t.test('a check of what builds on itself says so and touches nothing', async (t) => {
  const at = '/srv/planned';
  const run = await runOn(
    [host],
    [directory({ path: at }), file({ path: `${at}/x`, content: 'x\n' }), line({ path: `${at}/x`, line: 'y' })],
    { check: true, diff: true },
  );
  t.same(run.tasks(), [`changed directory ${at}`, `changed file ${at}/x`, `unknown line ${at}/x: y`]);
  t.equal(await sshd.run(`ls -d ${at} 2>/dev/null || echo none`), 'none\n');
});
