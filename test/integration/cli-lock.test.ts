import t, { type Test } from 'tap';
import { inventoryLine, makeProject, type Started } from '../support/garden.ts';
import { type Sshd, sshdUnavailable, startSshd } from '../support/sshd.ts';

t.test('locks between operators', { skip: sshdUnavailable ?? false }, async (t) => {
  const users = [{ name: 'ann', sudo: 'without-password' }, { name: 'mallory' }] as const;
  const sshd: Sshd = await startSshd({ users });
  const project = await makeProject('lock');
  t.teardown(async () => {
    await project.remove();
    await sshd.stop();
  });
  for (const user of ['root', 'ann', 'mallory']) {
    await project.write(`${user}.ini`, inventoryLine('one', sshd.settings(user)));
  }
  const lines = (text: string) => text.trim().split('\n');

  /** A run that holds the host until it is told to end; resolves when its work is under way. */
  const hold = async (t: Test, ...argv: readonly string[]): Promise<{ run: Started; pid: string }> => {
    await sshd.run('rm -f /srv/started && mkfifo -m 666 /srv/started');
    const run = project.start(['exec', 'one', ...argv, '--', 'echo $$ > /srv/started; exec sleep 600']);
    t.teardown(async () => {
      run.kill('SIGINT');
      await run.ended;
    });
    return { run, pid: (await sshd.run('cat /srv/started')).trim() };
  };
  const alive = (pid: string) => sshd.run(`test -d /proc/${pid} && echo alive || echo gone`);

  await t.test('pain 39: a run as root and one that becomes root see each other', async (t) => {
    const { run } = await hold(t, '-i', 'root.ini');
    const second = await project.garden(['exec', 'one', '-i', 'ann.ini', '-b', '--lock-timeout', '0', '--', 'id']);
    t.equal(second.status, 7, second.stdout + second.stderr);
    t.match(second.stdout, /locked by \S+@\S+, playbook "exec" \(run .*, since .*Z\)/);
    t.match(second.stdout, /→ wait until that run has ended \(--lock-timeout\), or end it: garden lock break/);

    const shown = await project.garden(['lock', 'show', '-i', 'ann.ini', '-b']);
    t.equal(shown.status, 0, shown.stderr);
    t.match(
      shown.stdout,
      /^host +user +held by +run +since +process\none +root +\S+@\S+, playbook "exec" +2\S+ +\S+Z +\d+$/m,
    );
    t.equal(lines(shown.stdout).length, 2);
    const unseen = await project.garden(['lock', 'show', '-i', 'ann.ini']);
    t.match(
      unseen.stdout,
      /^No lock is held that this user can see\. Those of other users are seen by root \(-b\)\.$/m,
    );

    const waiting = project.start(['exec', 'one', '-i', 'ann.ini', '-b', '--lock-timeout', '120', '--', 'echo got it']);
    run.kill('SIGINT');
    await run.ended;
    const waited = await waiting.ended;
    t.equal(waited.status, 0, waited.stdout);
    t.match(waited.stdout, /got it/, 'who waits gets it');
  });

  await t.test('a run that acts as two users does not stand in its own way', async (t) => {
    await project.write(
      'two.ts',
      `import { command, play, playbook, task } from 'walled-garden';
       export default playbook('Two', [play('Both', { hosts: 'all', tasks: [
         command('true'), task('As root', command('id'), { become: true }), task('As ann', command('id')),
       ] })]);`,
    );
    const both = await project.garden(['run', 'two.ts', '-i', 'ann.ini', '--lock-timeout', '0']);
    t.equal(both.status, 0, both.stdout);
    t.match(both.stdout, /^one {2}ok=0 {2}changed=3/m);
  });

  await t.test('pain 38: break ends the run that holds the host, what it runs there, and nothing else', async (t) => {
    const bystander = await hold(t, '-i', 'ann.ini');
    const { run, pid } = await hold(t, '-i', 'root.ini');
    const careful = await project.garden(['lock', 'break', 'one', '-i', 'root.ini']);
    t.equal(careful.status, 5);
    t.match(careful.stderr, /garden lock break asks first, and standard input is no terminal\n {2}→ say --yes/);
    t.match(await alive(pid), /alive/);

    const broken = await project.garden(['lock', 'break', 'one', '-i', 'ann.ini', '--yes']);
    t.equal(broken.status, 0, broken.stdout + broken.stderr);
    t.match(broken.stderr, /^one: ended: \S+@\S+, playbook "exec" \(run /m);
    t.match(await alive(bystander.pid), /gone/, "ann's own");
    t.match(await alive(pid), /alive/, 'what is not hers is not touched');

    const rooted = await project.garden(['lock', 'break', 'one', '-i', 'ann.ini', '-b', '--yes']);
    t.equal(rooted.status, 0, rooted.stdout + rooted.stderr);
    t.match(await alive(pid), /gone/);
    run.kill('SIGINT');
    t.not((await run.ended).status, 0);
    const free = await project.garden(['lock', 'show', '-i', 'root.ini']);
    t.match(free.stdout, /^No lock is held/m);
  });

  await t.test('a lock that lies about its holder is not believed', async (t) => {
    const victim = (await sshd.run('sleep 600 >/dev/null 2>&1 </dev/null & echo $!')).trim();
    await sshd.run(`
      home=$(getent passwd mallory | cut -d: -f6); state=$home/.local/state/garden; mkdir -p "$state"
      began=$(sed 's/.*) //' /proc/${victim}/stat | cut -d' ' -f20)
      printf '%s\\n' root@trusted fake ${victim} "$began" 2026-01-01T00:00:00Z >"$state/lock"
      chown -R mallory: "$home/.local"
      setpriv --reuid mallory --regid mallory --clear-groups sh -c 'exec 9>>"$1"; exec sleep 600' sh "$state/lock" >/dev/null 2>&1 </dev/null &`);
    const shown = await project.garden(['lock', 'show', '-i', 'root.ini']);
    t.match(shown.stdout, /^No lock is held/m);
    await project.garden(['lock', 'break', '-i', 'root.ini', '--yes']);
    t.match(await alive(victim), /alive/);
  });
});
