import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { inventoryLine, makeProject } from '../support/garden.ts';
import { sshdUnavailable, startSshd } from '../support/sshd.ts';

/** Stands in every secret; nothing else on this machine says it. */
const CORE = `Canary7f3k9${process.pid}`;
/** Hard for whoever quotes, escapes or encodes it. */
const TOKEN = `to'ken "${CORE}"/+=?&<ü> $HOME %`;
const KEY = `-----BEGIN KEY-----\n${CORE}AAAA/+line=one\n${CORE}BBBB two\n-----END KEY-----\n`;
const PASSWORD = `pw-${CORE}`;

/** Every piece of the core in base64, wherever it stands in a longer text. */
const ENCODED = [0, 1, 2].map((before) => {
  const encoded = Buffer.from('\0'.repeat(before) + CORE).toString('base64');
  return encoded.slice(4, 4 * Math.floor((before + CORE.length) / 3));
});

/** What of a text gives the secret away; also where it was broken into lines. */
function leaks(text: string): string[] {
  const joined = text.replace(/\s/g, '');
  const found: string[] = [];
  for (const form of [CORE, ...ENCODED]) {
    for (const [whole, around] of [
      [text, 100],
      [joined, 40],
    ] as const) {
      const at = whole.indexOf(form);
      if (at !== -1) found.push(whole.slice(Math.max(0, at - around), at + form.length + around));
    }
  }
  return found;
}

const PLAYBOOK = `
import { command, file, play, playbook, role, secret, secretFromCommand, secretFromEnvironment, sh, step, task } from 'walled-garden';
import { z } from 'zod';

const token = secret('api/token');
const key = secret('tls/key');

const app = role('app', {
  description: 'Uses secrets in every way',
  params: z.strictObject({ password: z.string() }),
  tasks: ({ params, host }) => [
    // Revealed: a text like any other, and shown as a difference.
    task('Template', file({ path: '/srv/app.conf', content: \`user=app\\ntoken=\${token.reveal()}\\npassword=\${params.password}\\n\` })),
    // Made, and asked for, when its turn has come.
    task('Late', file({ path: '/srv/late.conf', content: () => \`\${secret('late/' + host.name).reveal()}\\n\` })),
    task('Key', file({ path: '/srv/tls.key', content: key })),
    task('Slow', command({
      command: 'sleep 2.5; printf "%s\\\\n" "$TOKEN" >/srv/echo; printf "%s" "$TOKEN" | base64 -w 20; cat; echo "$TOKEN" | od -c | head -1',
      environment: { TOKEN: token },
      input: key,
      unless: '[ "$TOKEN" = other ]',
    })),
    task('Binary', file({ path: '/srv/binary', content: Buffer.concat([Buffer.from([0, 255]), Buffer.from(token.reveal())]) })),
    task('Fails', command({ command: sh\`set -x; echo \${token} >&2; printf %s \${key} | base64; echo "password \${params.password}" ; exit 3\` }), { ignoreErrors: true }),
    task('Elsewhere', command(sh\`echo \${secretFromEnvironment('GARDEN_TEST_SECRET')} \${secretFromCommand(['sh', '-c', 'echo "$GARDEN_TEST_SECRET" of a command'])}\`)),
    step('Throws', {
      plan: \`talk to the API with \${token}\`,
      repeatable: false,
      run: async ({ log, run }) => {
        log(\`token \${token.reveal()} and \${token}\`);
        await run(sh\`echo \${key}\`);
        throw new Error(\`the API refused \${encodeURIComponent(token.reveal())} and \${token.reveal()}\`);
      },
    }),
  ],
});

export default playbook('Secrets', [
  play('App', { hosts: 'all', become: true, roles: [app(() => ({ password: secret('app/password').reveal() }))] }),
]);
`;

/** Looks at the arguments of every process of this machine, which has both ends, until it is told to stop. */
function watchProcesses(): { stop(): Promise<{ leaking: readonly string[]; seen: string }> } {
  const lines = new Set<string>();
  let stopped = false;
  const look = async (): Promise<void> => {
    while (!stopped) {
      for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
        const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
        if (pid !== String(process.pid)) lines.add(line);
      }
      await delay(20);
    }
  };
  const looking = look();
  return {
    async stop() {
      stopped = true;
      await looking;
      return { leaking: [...lines].filter((line) => leaks(line).length > 0), seen: [...lines].join('\n') };
    },
  };
}

/** What stands in all files below a folder. */
function contents(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

t.test(
  'pain 33: a secret is found in no output, file or process list',
  { skip: sshdUnavailable ?? false },
  async (t) => {
    const sshd = await startSshd({ users: [{ name: 'deploy', password: PASSWORD, sudo: 'with-password' }] });
    const project = await makeProject('secrets');
    process.env.XDG_CONFIG_HOME = join(project.folder, 'config');
    process.env.GARDEN_TEST_SECRET = `of the environment ${CORE}`;
    t.teardown(async () => {
      delete process.env.XDG_CONFIG_HOME;
      delete process.env.GARDEN_TEST_SECRET;
      await project.remove();
      await sshd.stop();
    });
    const set = async (name: string, value: string) => {
      const { status, stdout, stderr } = await project.garden(['vault', 'set', name], { input: value });
      t.same([status, stdout, leaks(stderr)], [0, '', []], stderr);
    };
    t.equal((await project.garden(['vault', 'init'])).status, 0);
    await set('api/token', TOKEN);
    await set('tls/key', KEY);
    await set('app/password', `app ${CORE}`);
    await set('late/one', `late ${CORE}`);
    await project.write('site.ts', PLAYBOOK);
    await project.write('hosts.ini', `${inventoryLine('one', sshd.settings('deploy'))}\n`);
    await mkdir(join(project.folder, 'reports'));
    const reports = ['lines', 'json', 'jsonl', 'junit'].flatMap((format) => [
      '--report',
      `${format}=reports/${format}`,
    ]);
    const run = (words: readonly string[]) =>
      project.garden([words[0] ?? '', 'site.ts', '-i', 'hosts.ini', '-K', ...words.slice(1)], {
        input: `${PASSWORD}\n`,
      });

    await t.test('while it runs, with everything shown', async (t) => {
      const watching = watchProcesses();
      const { status, stdout, stderr } = await run(['run', '-vvv', '-D', ...reports]);
      const { leaking, seen } = await watching.stop();
      t.equal(status, 2, stdout + stderr);
      t.same(leaks(stdout), [], 'standard output');
      t.same(leaks(stderr), [], 'standard error');
      t.same(leaking, [], 'arguments of processes');
      t.match(seen, 'sleep\x002.5', 'the command was seen running');
      t.match(seen, 'site.ts', 'and garden too');

      t.equal(await sshd.run('cat /srv/app.conf'), `user=app\ntoken=${TOKEN}\npassword=app ${CORE}\n`, 'it was used');
      t.equal(await sshd.run('cat /srv/tls.key'), KEY);
      t.equal(await sshd.run('cat /srv/echo'), `${TOKEN}\n`);
      t.equal(await sshd.run('cat /srv/late.conf'), `late ${CORE}\n`);
      t.match(stdout, '+token=***', 'the difference is shown without it');
      t.match(stdout, 'the API refused *** and ***');
      for (const format of ['lines', 'json', 'jsonl', 'junit']) {
        const text = readFileSync(join(project.folder, 'reports', format), 'utf8');
        t.match(text, '***', `${format} has something to hide`);
        t.same(leaks(text), [], format);
      }
    });

    for (const format of ['lines', 'json', 'jsonl', 'junit']) {
      await t.test(`--format ${format}`, async (t) => {
        const { status, stdout, stderr } = await run(['run', '--format', format, '-D']);
        t.equal(status, 2, stderr);
        t.match(stdout, 'the API refused');
        t.same([...leaks(stdout), ...leaks(stderr)], []);
      });
    }

    await t.test('a check, a plan that is kept, one command, and the program that is told a secret', async (t) => {
      await sshd.run('rm /srv/*');
      const plan = await run(['plan', '-o', 'plan.json', '-vvv']);
      t.equal(plan.status, 0, plan.stderr);
      t.match(plan.stdout, '***');
      t.same([...leaks(plan.stdout), ...leaks(plan.stderr)], []);
      const kept = readFileSync(join(project.folder, 'plan.json'), 'utf8');
      t.same(leaks(kept), [], 'the kept plan');
      const words = [
        'exec',
        'all',
        '-i',
        'hosts.ini',
        '-bK',
        '-vvv',
        '--',
        `echo ${PASSWORD} | base64; echo ${PASSWORD}; exit 1`,
      ];
      const exec = await project.garden(words, { input: `${PASSWORD}\n` });
      t.equal(exec.status, 2);
      t.match(exec.stdout, '***');
      t.same([...leaks(exec.stdout), ...leaks(exec.stderr)], []);
    });

    await t.test('mistakes and faults', async (t) => {
      await project.write(
        'wrong.ts',
        `import { file, play, playbook, secret } from 'walled-garden';
const token = secret('api/token');
export default playbook('Wrong', [
  play('A', { hosts: 'all', tasks: () => { throw new Error('no ' + token.reveal()); } }),
  play('B', { hosts: 'all', tasks: () => [file({ path: token.reveal(), mode: token.reveal() })] }),
]);
`,
      );
      for (const words of [['-vvv'], ['--format', 'json']]) {
        const { status, stdout, stderr } = await project.garden(['run', 'wrong.ts', '-i', 'hosts.ini', ...words]);
        t.equal(status, 5, stdout + stderr);
        t.match(stderr, 'no ***');
        t.same([...leaks(stdout), ...leaks(stderr)], []);
      }
    });

    await t.test('what is left when all is over', async (t) => {
      t.same(leaks(contents(join(project.folder, '.garden'))), [], 'journals');
      t.match(contents(join(project.folder, '.garden')), '***');
      t.same(leaks(readFileSync(join(project.folder, 'vault.yaml'), 'utf8')), [], 'the vault');
      t.same(leaks(sshd.log.join('\n')), [], 'the log of sshd');
      const found = await sshd.run(
        `grep -rl ${CORE} /var /run /root /home ${join(sshd.folder, 'home')} 2>/dev/null || true`,
      );
      t.equal(found, '', 'files of the host that are not its own');
    });
  },
);

t.test(
  'a secret that there is not is a mistake at its line, with all others, and nothing is touched',
  { skip: sshdUnavailable ?? false },
  async (t) => {
    const sshd = await startSshd();
    const project = await makeProject('secrets-missing');
    process.env.XDG_CONFIG_HOME = join(project.folder, 'config');
    t.teardown(async () => {
      delete process.env.XDG_CONFIG_HOME;
      await project.remove();
      await sshd.stop();
    });
    await project.write(
      'hosts.ini',
      `${inventoryLine('one', sshd.settings())}\n${inventoryLine('two', sshd.settings())}\n`,
    );
    await project.write(
      'site.ts',
      `import { command, file, play, playbook, role, secret, secretFromCommand, secretFromEnvironment, sh } from 'walled-garden';
import { z } from 'zod';
const dkim = secret('mail/dkmi');
const app = role('app', {
  description: 'x',
  params: z.strictObject({}),
  tasks: () => [command(sh\`echo \${secret('db/pasword')}\`), file({ path: '/srv/z', content: secret('mail/dkmi') })],
});
export default playbook('Missing', [
  play('One', { hosts: 'all', roles: [app({})], tasks: () => [file({ path: '/srv/x', content: dkim })] }),
  play('Two', { hosts: 'all', tasks: () => [file({ path: '/srv/y', content: secretFromCommand(['sh', '-c', 'echo locked >&2; exit 2']) }),
    command(sh\`echo \${secretFromEnvironment('GARDEN_NO_SUCH')}\`)] }),
  play('Three', { hosts: 'all', tasks: () => [file({ path: 'relative' })] }),
]);
`,
    );
    const run = () => project.garden(['run', 'site.ts', '-i', 'hosts.ini']);
    const none = await run();
    t.equal(none.status, 5, none.stderr);
    t.match(none.stderr, /there is no vault: vault\.yaml\n {2}→ make it with garden vault init/);

    await project.garden(['vault', 'init']);
    await project.garden(['vault', 'set', 'mail/dkim'], { input: 'x' });
    await project.garden(['vault', 'set', 'db/password'], { input: 'x' });
    const { status, stdout, stderr } = await run();
    t.equal(status, 5, stderr);
    t.equal(stdout, '');
    t.match(stderr, /site\.ts:3: .*no secret "mail\/dkmi" \(did you mean "mail\/dkim"\?\)/);
    t.match(stderr, /site\.ts:7: .*no secret "db\/pasword" \(did you mean "db\/password"\?\)/);
    t.match(stderr, /site\.ts:13.*absolute/);
    t.match(stderr, /site\.ts:11: the command for a secret, sh, ended with status 2\n {2}→ locked/);
    t.match(stderr, /site\.ts:12: the environment variable GARDEN_NO_SUCH is not set/);
    t.equal(stderr.match(/no secret "db\/pasword"/g)?.length, 1, 'once for both hosts');
    t.notMatch(sshd.log.join('\n'), 'Accepted', 'nobody logged in');
  },
);
