import { appendFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Ended, inventoryLine, makeProject } from '../support/garden.ts';
import { freePort, type Sshd, sshdUnavailable, startSshd } from '../support/sshd.ts';

const PLAYBOOK = `
import { file, play, playbook } from 'walled-garden';

export default playbook('Pages', [
  play('Web servers', {
    hosts: 'web',
    tasks: [
      file({ path: '/srv/page', content: 'one\\n', mode: '0644' }),
    ],
  }),
]);
`;

const ROLE = `
import { file, play, playbook, role, task } from 'walled-garden';
import { z } from 'zod';

const site = role('site', {
  description: 'One page',
  params: z.strictObject({ title: z.string(), owner: z.string() }),
  tasks: ({ params }) => [task('Write the page', file({ path: '/srv/page', content: params.title }))],
});

export default playbook('Pages', [
  play('Web servers', { hosts: 'web', roles: [site({ titel: 'Hello' })] }),
]);
`;

/** What nobody should have to read: stack traces, objects, places inside of garden. */
function readable(t: Test, { stdout, stderr }: Ended): void {
  const text = `${stdout}\n${stderr}`;
  t.notMatch(text, /^\s*at .*:\d+:\d+\)?$/m, 'no stack trace');
  t.notMatch(text, /\[object |\[Function|^\s*[{}[\]],?$|"\w+":/m, 'no object');
  t.notMatch(text, /(?:dist|lib)\/[\w/-]+\.[jt]s|node:internal|node_modules/, 'no place inside of garden');
  t.notMatch(text, /undefined|NaN/, 'nothing that was forgotten');
}

/** The one message about a host: its line, and what stands indented below it. */
function messageAbout(t: Test, { stdout }: Ended, host: string): string {
  const found =
    stdout.match(new RegExp(`^(?:failed|unreachable|locked) \\| ${host}(?: \\|.*)?\\n(?: .*\\n)*`, 'gm')) ?? [];
  t.equal(found.length, 1, `one message about ${host}:\n${stdout}`);
  return found[0] ?? '';
}

t.test('mistakes that people make', { skip: sshdUnavailable ?? false }, async (t) => {
  const users = [{ name: 'deploy', password: 'right-7f3k9', sudo: 'with-password' } as const];
  const sshd: Sshd = await startSshd({ users });
  const project = await makeProject('mistakes');
  t.teardown(async () => {
    await project.remove();
    await sshd.stop();
  });
  const good = inventoryLine('good', sshd.settings('root'));
  await project.write('site.ts', PLAYBOOK);
  await project.write('good.ini', `[web]\n${good}\n`);

  /** Runs a playbook on a host with something wrong, and on one that is right, which must come to its end. */
  const runBeside = async (t: Test, line: string, argv: readonly string[] = [], input?: string): Promise<Ended> => {
    await project.write('hosts.ini', `[web]\n${line}\n${good}\n`);
    await sshd.run('rm -f /srv/page');
    const ended = await project.garden(
      ['run', 'site.ts', '-i', 'hosts.ini', ...argv],
      input === undefined ? {} : { input },
    );
    readable(t, ended);
    t.match(ended.stdout, /^changed \| good \| /m, 'the other host goes on');
    t.match(ended.stdout, /^good {2,}ok=0 {2}changed=1 {2}failed=0/m);
    t.equal(await sshd.run('cat /srv/page'), 'one\n');
    return ended;
  };

  /** Nothing on standard output, exit 5, and the host is as it was. */
  const refused = async (t: Test, argv: readonly string[]): Promise<string> => {
    await sshd.run('rm -f /srv/page');
    const before = sshd.log.length;
    const ended = await project.garden(argv);
    readable(t, ended);
    t.equal(ended.status, 5, ended.stderr);
    t.equal(ended.stdout, '');
    t.same(sshd.log.slice(before), [], 'no host was touched');
    return ended.stderr;
  };

  await t.test('in the playbook: the file, the line and the word that was meant', async (t) => {
    const cases: readonly (readonly [string, string, readonly string[]])[] = [
      [
        'parameter.ts',
        PLAYBOOK.replace('mode:', 'moed:'),
        ['parameter.ts:8, file: unknown parameter "moed" (did you mean "mode"?)'],
      ],
      ['type.ts', PLAYBOOK.replace("'0644'", '644'), ['type.ts:8, file: mode: expected string, received number']],
      [
        'role.ts',
        ROLE,
        [
          'role.ts:12 (role site, host good): parameter "owner" is missing (string)',
          'role.ts:12 (role site, host good): unknown parameter "titel" (did you mean "title"?)',
          '2 mistakes; no host was touched.',
        ],
      ],
      [
        'export.ts',
        PLAYBOOK.replaceAll('file', 'flie'),
        ['export.ts:2:10: "walled-garden" does not export "flie" (did you mean "file"?)'],
      ],
      [
        'name.ts',
        PLAYBOOK.replace('{ file, ', '{ '),
        [
          'name.ts:7:12: file is used here, but neither defined nor imported',
          "  → import it, or correct the name: import { file } from '…'",
        ],
      ],
      [
        'module.ts',
        `import { page } from './content.ts';\n${PLAYBOOK}`,
        [
          'module.ts:1:22: cannot find "./content.ts"',
          "  import { page } from './content.ts';",
          '                       ^~~~~~~~~~~~~~',
        ],
      ],
      ['syntax.ts', PLAYBOOK.replace('tasks: [', 'tasks: [['), ['syntax.ts:10:3: Unexpected "}"', '    }),', '    ^']],
      [
        'throws.ts',
        PLAYBOOK.replace("'one\\n'", 'String(new URL("nowhere"))'),
        ['throws.ts:8:49: TypeError: Invalid URL'],
      ],
      [
        'source.ts',
        PLAYBOOK.replace("content: 'one\\n'", "source: 'files/page'"),
        [
          `source.ts:8, file: source: there is no such file on the controller: files/page (looked for in ${project.folder})`,
        ],
      ],
    ];
    for (const [name, text, expected] of cases) {
      await project.write(name, text);
      const said = await refused(t, ['run', name, '-i', 'good.ini']);
      t.same(said.split('\n'), expected, name);
    }
    const missing = await refused(t, ['run', 'sit.ts', '-i', 'good.ini']);
    t.match(missing, /^there is no playbook "sit\.ts" \(did you mean "site\.ts"\?\)\n {2}→ in .* there is: /);
  });

  await t.test('in the inventory: YAML in an INI file, a pattern for nobody', async (t) => {
    await project.write('yaml.ini', 'web:\n  hosts:\n    good:\n      ansible_host: 127.0.0.1\n');
    t.match(
      await refused(t, ['run', 'site.ts', '-i', 'yaml.ini']),
      /^yaml\.ini:1: this looks like YAML, but the file is read as INI, .*\n {2}→ in INI a group is \[web\] on a line of its own/,
    );
    await project.write('one.ini', `[web]\n${good}\nother ansible_host: 127.0.0.1\n`);
    t.match(
      await refused(t, ['run', 'site.ts', '-i', 'one.ini']),
      /^one\.ini:3: .*ansible_host:.*\n {2}→ .*ansible_host=/,
    );
    t.match(
      await refused(t, ['run', 'site.ts', '-i', 'good.ini', '-l', 'goood']),
      /^--limit: "goood" matches no host and no group \(did you mean "good"\?\)\n/,
    );
    const elsewhere = PLAYBOOK.replace("'web'", "'wbe'");
    await project.write('pattern.ts', elsewhere);
    t.match(
      await refused(t, ['run', 'pattern.ts', '-i', 'good.ini']),
      /^pattern\.ts:5 \(play "Web servers"\): "wbe" matches no host and no group \(did you mean "web"\?\)\n/,
    );
  });

  await t.test('a host that is down', async (t) => {
    const port = await freePort();
    const ended = await runBeside(t, inventoryLine('down', { address: '127.0.0.1', port, user: 'root' }));
    t.equal(ended.status, 4);
    t.match(
      messageAbout(t, ended, 'down'),
      new RegExp(`127\\.0\\.0\\.1:${port}: connection refused\\n {2}→ .*is sshd running`),
    );
    t.match(ended.stdout, /^→ When the cause is mended: garden run site\.ts -i hosts\.ini -l down$/m);
  });

  await t.test('a name that does not exist', async (t) => {
    const ended = await runBeside(t, inventoryLine('lost', { address: 'web1.invalid', user: 'root' }));
    t.equal(ended.status, 4);
    t.match(messageAbout(t, ended, 'lost'), /web1\.invalid:22: the name cannot be resolved\n {2}→ check the name/);
  });

  await t.test('host keys: one that is not known, and one that has changed', async (t) => {
    const knownHosts = join(sshd.folder, 'other_known_hosts');
    const config = join(sshd.folder, 'other_config');
    await writeFile(knownHosts, '');
    await writeFile(config, (await readFile(sshd.configFile, 'utf8')).replace(sshd.knownHostsFile, knownHosts));
    const line = inventoryLine('stranger', { ...sshd.settings('root'), sshArguments: ['-F', config] });

    const unknown = await runBeside(t, line);
    t.equal(unknown.status, 4);
    t.match(
      messageAbout(t, unknown, 'stranger'),
      /the host key is not known: ssh-ed25519 SHA256:\S+\n {2}→ compare it .*--accept-new-host-keys/,
    );

    const [other = ''] = (await sshd.run('ssh-keygen -q -t ed25519 -N "" -f /root/other && cat /root/other.pub')).split(
      '\n',
    );
    appendFileSync(knownHosts, `[127.0.0.1]:${sshd.port} ${other}\n`);
    const changed = await runBeside(t, line, ['--accept-new-host-keys']);
    t.equal(changed.status, 4);
    t.match(
      messageAbout(t, changed, 'stranger'),
      /the host key has changed: it is .*, but .* is known \(\S+other_known_hosts:1\)\n {2}→ .*ssh-keygen -R/,
    );
  });

  await t.test('a wrong password to log in', async (t) => {
    const { privateKeyFile: _, ...settings } = sshd.settings('deploy');
    const line = `${inventoryLine('typed', settings)} ansible_password=wrong-canary ansible_ssh_extra_args="-o IdentityAgent=none"`;
    const ended = await runBeside(t, line);
    t.equal(ended.status, 4);
    const message = messageAbout(t, ended, 'typed');
    t.match(message, /log-in as deploy refused: .*\n {2}→ check the user name and the password/);
    t.notMatch(ended.stdout + ended.stderr, /wrong-canary/);
  });

  await t.test('a wrong password for sudo', async (t) => {
    const ended = await runBeside(t, inventoryLine('sudoer', sshd.settings('deploy')), ['-bK'], 'wrong-canary\n');
    t.equal(ended.status, 2);
    const message = messageAbout(t, ended, 'sudoer');
    t.match(message, / {2}at site\.ts:8\n {2}sudo refused the password of deploy\n {2}→ it was given once/);
    t.notMatch(ended.stdout + ended.stderr, /wrong-canary/);
    t.match(ended.stdout, /^→ When the cause is mended: garden run site\.ts -i hosts\.ini -bK -l sudoer$/m);
  });

  await t.test('a full disk, for a file that goes inline and for one that is uploaded', async (t) => {
    await sshd.run('mkdir -p /srv/small && mount -t tmpfs -o size=16k tmpfs /srv/small');
    for (const size of [40_000, 200_000]) {
      const full = PLAYBOOK.replace(
        '    tasks: [',
        `    tasks: ({ host }) => [\n      ...(host.name === 'good' ? [] : [file({ path: '/srv/small/page', content: 'x'.repeat(${size}) })]),`,
      );
      await project.write('site.ts', full);
      const ended = await runBeside(t, inventoryLine('full', sshd.settings('root')));
      t.equal(ended.status, 2);
      const message = messageAbout(t, ended, 'full');
      t.match(
        message,
        /^failed \| full \| file \/srv\/small\/page\n {2}in play "Web servers"\n {2}at site\.ts:8\n/,
        `${size} bytes`,
      );
      t.match(message, /No space left on device/);
      t.equal(await sshd.run('ls -A /srv/small'), '', 'nothing half-written is left');
    }
    await project.write('site.ts', PLAYBOOK);
  });
});
