import t from 'tap';
import { inventoryLine, makeProject } from '../support/garden.ts';
import { freePort, type Sshd, sshdUnavailable, startSshd } from '../support/sshd.ts';

const PLAYBOOK = `
import { command, file, play, playbook, task } from 'walled-garden';

export default playbook('Codes', [
  play('Web', {
    hosts: 'web',
    tasks: ({ host }) => [
      file({ path: '/srv/code', content: 'one', mode: '0644' }),
      ...(host.name === 'broken' ? [task('Break', command('exit 3'))] : []),
    ],
  }),
]);
`;

/** A mistake that garden does not foresee: it comes out of nowhere while the run waits for the hosts. */
const FAULT = `
setTimeout(() => { throw new TypeError('out of nowhere'); }, 0);
${PLAYBOOK}`;

t.test('pain 14: every exit code has one meaning', { skip: sshdUnavailable ?? false }, async (t) => {
  const sshd: Sshd = await startSshd({});
  const project = await makeProject('cli-exit-codes');
  t.teardown(async () => {
    await project.remove();
    await sshd.stop();
  });
  const line = (name: string): string => inventoryLine(name, sshd.settings('root'));
  await project.write('site.ts', PLAYBOOK);
  await project.write('fault.ts', FAULT);
  const down = inventoryLine('down', { address: '127.0.0.1', port: await freePort(), user: 'root' });
  await project.write('hosts.ini', `[web]\n${line('fine')}\n${line('broken')}\n${down}\n`);
  const on = (hosts: string): readonly string[] => ['-i', 'hosts.ini', '-f', '1', '-l', hosts];

  const cases: readonly (readonly [number, string, readonly string[]])[] = [
    [3, 'hosts differ from what the playbook says', ['verify', 'site.ts', ...on('fine')]],
    [3, 'a plan that was asked has changes', ['plan', 'site.ts', '--detailed-exitcode', ...on('fine')]],
    [0, 'a plan has changes', ['plan', 'site.ts', ...on('fine')]],
    [0, 'all is done', ['run', 'site.ts', ...on('fine')]],
    [0, 'nothing is to be done', ['run', 'site.ts', ...on('fine')]],
    [0, 'hosts are as the playbook says', ['verify', 'site.ts', ...on('fine')]],
    [1, 'a fault that nobody foresaw', ['run', 'fault.ts', ...on('fine')]],
    [2, 'a host failed', ['run', 'site.ts', ...on('fine,broken')]],
    [2, 'a command failed', ['exec', 'web', ...on('fine'), '--', 'exit 4']],
    [4, 'a host is out of reach', ['run', 'site.ts', ...on('fine,down')]],
    [5, 'a flag is wrong', ['run', 'site.ts', '--chek']],
    [5, 'a command is wrong', ['rnu']],
    [5, 'a pattern matches nobody', ['run', 'site.ts', ...on('fien')]],
    [5, 'a playbook is not there', ['run', 'sit.ts', ...on('fine')]],
    [6, 'one failed, another is out of reach', ['run', 'site.ts', ...on('broken,down')]],
  ];
  for (const [code, meaning, argv] of cases) {
    const { status, stdout, stderr } = await project.garden(argv);
    t.equal(status, code, `${code}: ${meaning}\n${stdout}\n${stderr}`);
  }

  await t.test('7 while another run holds the host; 143 and 130 for the runs that are ended by a signal', async (t) => {
    for (const [signal, code] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const) {
      await sshd.run('rm -f /srv/held && mkfifo -m 666 /srv/held');
      const holder = project.start(['exec', 'web', ...on('fine'), '--', 'echo held > /srv/held; sleep 600']);
      await sshd.run('cat /srv/held');
      if (signal === 'SIGTERM') {
        const locked = await project.garden(['run', 'site.ts', ...on('fine')]);
        t.equal(locked.status, 7, locked.stdout + locked.stderr);
      }
      holder.kill(signal);
      t.equal((await holder.ended).status, code, signal);
    }
  });
});
