// Hostile contents from a playbook to a host's disk, whatever /bin/sh is over there.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { file } from '../../lib/resources/posix/file.ts';
import { runOn, testHost } from '../support/engine.ts';
import { HOSTILE } from '../support/hostile.ts';
import { sshdUnavailable, startSshd } from '../support/sshd.ts';

const SHELLS = {
  dash: 'printf %s "${BASH_VERSION-}"; readlink -f /bin/sh | grep -o dash',
  bash: 'printf %s "${BASH_VERSION:+bash}"',
  busybox: 'sh --help 2>&1 | grep -io -m 1 busybox | tr A-Z a-z',
};

for (const [shell, which] of Object.entries(SHELLS)) {
  t.test(`/bin/sh is ${shell}`, { skip: sshdUnavailable ?? false }, async (t) => {
    const sshd = await startSshd();
    t.teardown(() => sshd.stop());
    if (shell !== 'dash') await sshd.run(`mount --bind "$(command -v ${shell})" "$(readlink -f /bin/sh)"`);
    t.equal((await sshd.run(`/bin/sh -c '${which}'`)).trim(), shell);

    const trap = '/srv/executed';
    const hostile = [
      ...HOSTILE,
      `$(touch ${trap})`,
      `\`touch ${trap}\``,
      `'; touch ${trap}; '`,
      `"; touch ${trap}; "`,
      `\n\\'; touch ${trap} #\n\n`,
    ];
    const binary = Buffer.concat([
      Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1)),
      randomBytes(5000).map((byte) => byte || 1),
    ]);
    const source = join(sshd.folder, 'binary');
    await writeFile(source, binary);
    const million = hostile.join('\n').repeat(3500);
    t.ok(million.length > 1_000_000);
    const wanted = new Map<string, Buffer>([
      ...hostile.map((text, index) => [`/srv/text ${index}`, Buffer.from(text)] as const),
      ['/srv/all of it', Buffer.from(hostile.join('\n'))],
      [`/srv/$(touch ${trap.replaceAll('/', '_')})'"`, Buffer.from('a hostile name')],
      ['/srv/million', Buffer.from(million)],
      ['/srv/binary', binary],
    ]);
    const tasks = [...wanted].map(([path, content]) =>
      path === '/srv/binary' ? file({ path, source }) : file({ path, content: content.toString() }),
    );
    const host = testHost('alpha', sshd.settings('root'));
    const first = await runOn([host], tasks, { diff: true });
    t.same([first.failure, first.exitCode, first.recap[0]?.changed], ['', 0, tasks.length]);
    for (const [path, content] of wanted) {
      t.ok(readFileSync(join(sshd.root, path)).equals(content), JSON.stringify(path));
    }
    const second = await runOn([host], tasks);
    t.same([second.exitCode, second.recap[0]?.changed], [0, 0]);
    t.equal(
      await sshd.run('ls -A /srv | grep -c . ; ls -d /srv/executed /root/_srv* /tmp/garden-was-here 2>/dev/null || :'),
      `${wanted.size}\n`,
    );
  });
}
