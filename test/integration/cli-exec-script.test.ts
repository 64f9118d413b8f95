import t from 'tap';
import { inventoryLine, makeProject } from '../support/garden.ts';
import { sshdUnavailable, startSshd } from '../support/sshd.ts';

t.test('garden exec --script, against a real sshd', { skip: sshdUnavailable ?? false }, async (t) => {
  const sshd = await startSshd({ users: [{ name: 'deploy', sudo: 'without-password' }] });
  const project = await makeProject('exec-script');
  t.teardown(async () => {
    await project.remove();
    await sshd.stop();
  });
  await project.write('hosts.ini', `${inventoryLine('one', sshd.settings('deploy'))}\n`);
  const exec = (...words: readonly string[]) => project.garden(['exec', 'all', '-i', 'hosts.ini', ...words]);

  await t.test('a script for the shell: arguments arrive unchanged, its exit status is told', async (t) => {
    await project.write('show.sh', 'printf "<%s>\\n" "$#" "$@"\ncat\nexit 3\n');
    const { status, stdout } = await exec('--script', 'show.sh', '--', 'a  b', '$HOME', "it's");
    t.equal(status, 2);
    for (const shown of ['<3>', '<a  b>', '<$HOME>', "<it's>"]) t.ok(stdout.includes(shown), shown);
    t.match(stdout, /status 3/);
  });

  await t.test('another interpreter, with nothing written on the host, also as another user', async (t) => {
    await project.write('show.pl', '#!/usr/bin/env perl\nprint "$0 as $>: @ARGV, <", <STDIN>, ">\\n";\n');
    const { status, stdout, stderr } = await exec('--script', 'show.pl', '-b', '--', 'x', 'y z');
    t.equal(status, 0, stdout + stderr);
    t.match(stdout, /\/dev\/fd\/3 as 0: x y z, <>$/m);
  });

  await t.test("the first line's own option counts, and a long script that ends early is no failure", async (t) => {
    await project.write('strict.sh', `#!/bin/sh -e\n(exit 4)\necho not here\n`);
    const strict = await exec('--script', 'strict.sh');
    t.match(strict.stdout, /status 4/);
    t.notMatch(strict.stdout, /not here/);
    await project.write('long.pl', `#!/usr/bin/perl\nprint "first\\n";\n__END__\n${'x'.repeat(300_000)}\n`);
    const long = await exec('--script', 'long.pl');
    t.equal(long.status, 0, long.stdout);
    t.match(long.stdout, /first$/m);
    t.notMatch(long.stdout, /error/i);
  });

  await t.test(
    'an interpreter that is not there, and a mistake in the script, are failures of the command',
    async (t) => {
      await project.write('none.sh', '#!/opt/no/such\n');
      const none = await exec('--script', 'none.sh');
      t.equal(none.status, 2);
      t.match(none.stdout, /\/opt\/no\/such.*not found[\s\S]*status 127/);
      await project.write('broken.sh', 'if true; then\n');
      const broken = await exec('--script', 'broken.sh');
      t.equal(broken.status, 2);
      t.match(broken.stdout, /[Ss]yntax error/);
    },
  );

  await t.test('from standard input', async (t) => {
    const argv = ['exec', 'all', '-i', 'hosts.ini', '--script', '-', '--', 'it'];
    const { status, stdout, stderr } = await project.garden(argv, { input: 'echo "got $1"\n' });
    t.equal(status, 0, stderr);
    t.match(stdout, /got it$/m);
  });

  await t.test('--time-limit ends it', async (t) => {
    const { status, stdout } = await exec('--time-limit', '500ms', '--', 'sleep 600');
    t.equal(status, 2);
    t.match(stdout, /took too long and was ended/);
  });

  const mistakes: readonly (readonly [string, readonly string[], string | undefined, RegExp])[] = [
    ['no command', [], undefined, /missing required argument 'command'/],
    ['no such script', ['--script', 'shwo.sh'], undefined, /shwo\.sh: .*(?:does not exist|no such)/],
    ['an empty one', ['--script', 'empty.sh'], undefined, /empty\.sh: the script is empty/],
    ['a program', ['--script', 'program'], undefined, /program: this is no script/],
    ['lines of Windows', ['--script', 'windows.sh'], undefined, /windows\.sh: its lines end as on Windows/],
    ['script and password', ['-K', '--script', '-'], 'x\n', /cannot both come from standard input/],
    ['a time that is none', ['--time-limit', 'soon', '--', 'id'], undefined, /Write 30s, 5m or 2h/],
  ];
  await t.test('mistakes: exit 5, no host touched', async (t) => {
    await project.write('empty.sh', '\n');
    await project.write('program', '\u007fELF\0\0');
    await project.write('windows.sh', '#!/bin/sh\r\nid\r\n');
    for (const [title, words, input, expected] of mistakes) {
      const argv = ['exec', 'all', '-i', 'hosts.ini', ...words];
      const { status, stdout, stderr } = await project.garden(argv, input === undefined ? {} : { input });
      t.equal(status, 5, title);
      t.match(stderr, expected, title);
      t.equal(stdout, '', title);
    }
  });
});
