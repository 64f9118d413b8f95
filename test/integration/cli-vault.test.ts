import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { makeProject } from '../support/garden.ts';

t.test('garden vault, as people use it', async (t) => {
  const project = await makeProject('vault');
  process.env.XDG_CONFIG_HOME = join(project.folder, 'config');
  delete process.env.VISUAL;
  t.teardown(async () => {
    delete process.env.XDG_CONFIG_HOME;
    delete process.env.EDITOR;
    await project.remove();
  });
  const vault = (words: string, input?: string) =>
    project.garden(['vault', ...words.split(' ')], input === undefined ? {} : { input });
  const get = async (name: string) => (await vault(`get ${name}`)).stdout;
  const refused = async (words: string, expected: RegExp, input?: string) => {
    const { status, stdout, stderr } = await vault(words, input);
    t.same([status, stdout], [5, ''], `${words}: ${stderr}`);
    t.match(stderr, expected, words);
  };

  await t.test('init, set, get, list, remove', async (t) => {
    await refused('set a', /there is no vault: vault\.yaml\n {2}→ make it with garden vault init/, 'x');
    const made = await vault('init');
    t.equal(made.status, 0, made.stderr);
    t.match(made.stderr, /identity for you: .*config\/garden\/identity\.txt\nKeep a copy/);
    await refused('init', /there is a file already/);

    t.equal((await vault('set mail/dkim', 'hunter2\n')).status, 0);
    t.equal(await get('mail/dkim'), 'hunter2', 'a line without its end');
    t.match((await vault('set mail/dkim', 'hunter2')).stderr, /has that value already; nothing was changed/);
    await vault('set key', 'one\ntwo\n');
    // The test's own runner takes the last line end off what it reads.
    t.equal(
      execFileSync('sh', ['-c', `node ../../../bin/garden.js vault get key`], { cwd: project.folder }).toString(),
      'one\ntwo\n',
    );
    await vault('set token --generate');
    t.match(await get('token'), /^[A-Za-z0-9]{32}$/);
    await vault('set token --generate 12');
    t.match(await get('token'), /^[A-Za-z0-9]{12}$/);
    t.equal((await vault('list')).stdout, 'key\nmail/dkim\ntoken');
    t.equal((await vault('remove token')).status, 0);

    await refused(
      'set db/password hunter3',
      /cannot be given as an argument.*\n {2}→ .*garden vault set db\/password < file/,
    );
    await refused('set empty', /the value is empty/, '');
    await refused('set a//b', /"a\/\/b" cannot be the name of a secret/, 'x');
    await refused('get mail/dkm', /no secret "mail\/dkm" \(did you mean "mail\/dkim"\?\)/);
    await refused('remove nothing', /no secret "nothing"/);
    await refused('set x --generate 3', /a number from 8 to 1024/);
    t.equal((await vault('list')).stdout, 'key\nmail/dkim');
  });

  await t.test(
    'edit: nothing changed, one value, all values, an editor that fails; nothing is left behind',
    async (t) => {
      const edit = (editor: string, words = 'edit') => {
        process.env.EDITOR = editor;
        return vault(words);
      };
      const before = readFileSync(join(project.folder, 'vault.yaml'), 'utf8');
      t.match((await edit('true', 'edit key')).stderr, /Nothing was changed/);
      t.match((await edit('true')).stderr, /Nothing was changed/);
      const failing = await edit('sh -c "echo x >>$1; exit 1"', 'edit key');
      t.same([failing.status, readFileSync(join(project.folder, 'vault.yaml'), 'utf8')], [5, before]);
      t.equal((await edit('sed -i s/hunter2/hunter4/', 'edit mail/dkim')).status, 0);
      t.equal(await get('mail/dkim'), 'hunter4');
      await project.write('editor.sh', 'sed -i /dkim/d "$1"; echo "fresh: value" >>"$1"\n');
      t.equal((await edit('sh ./editor.sh')).status, 0);
      t.equal(await get('fresh'), 'value');
      t.equal((await vault('list')).stdout, 'fresh\nkey');
      const wrong = await edit('sed -i s/fresh:/key:/');
      t.match([wrong.status, wrong.stderr], [5, /stands twice/]);
      const emptied = await edit('truncate -s 0');
      t.match([emptied.status, emptied.stderr], [5, /is left in it; nothing was changed\n {2}→ garden vault remove/]);
      t.equal((await vault('list')).stdout, 'fresh\nkey');
      t.match(
        failing.stderr,
        /^the editor sh -c "echo x >>\$1; exit 1" ended with exit status 1; nothing was changed$/,
      );
      t.match(
        (await edit('no-such-editor')).stderr,
        /not found\n.*exit status 127.*\n {2}→ name .* by VISUAL or EDITOR/s,
      );
      t.match([(await edit('kill -INT $$;')).status], [130]);

      await project.write(
        'slip.sh',
        'if grep -q "a b" "$1"; then sed -i "/a b/d" "$1"; else echo "a b: x" >>"$1"; fi\n',
      );
      await project.write('again.sh', `EDITOR='sh ./slip.sh' node ../../../bin/garden.js vault edit\n`);
      const again = execFileSync('script', ['-qec', 'sh ./again.sh', '/dev/null'], {
        cwd: project.folder,
        input: '\n',
      });
      t.match(again.toString(), /"a b" cannot be the name.*Enter opens the editor again.*Nothing was changed/s);
      t.same(
        readdirSync('/dev/shm').filter((name) => name.startsWith('garden-')),
        [],
      );
    },
  );

  await t.test('recipients and passphrases', async (t) => {
    await project.write('pw', 'correct horse\n');
    const other = await project.garden(['vault', 'init', '--vault', 'other.yaml', '--identity', 'other.txt']);
    const [recipient = ''] = /age1\w+/.exec(other.stderr) ?? [];
    const asOther = (words: string) => vault(`${words} --identity other.txt`);
    t.match((await asOther('get key')).stderr, /none of its recipients/);
    await refused('recipients add age1nonsense', /"age1nonsense" is no recipient/);
    t.equal((await vault(`recipients add ${recipient}`)).status, 0);
    t.equal((await asOther('get fresh')).stdout, 'value');
    t.match((await vault(`recipients add ${recipient}`)).stderr, /already; nothing was changed/);
    t.equal((await asOther('identity')).stdout, recipient);
    const made = await vault('identity --identity fresh.txt');
    t.match([made.status, made.stdout, made.stderr], [0, /^age1\w+$/, /Made an identity for you/]);
    t.equal((await vault('identity --identity fresh.txt')).stdout, made.stdout);
    await chmod(join(project.folder, 'other.txt'), 0o644);
    t.match((await asOther('get fresh')).stderr, /others may read your identity \(chmod 600/);
    t.equal((await vault('recipients')).stdout.split('\n').length, 2);
    t.equal((await vault(`recipients remove ${recipient}`)).status, 0);
    t.match((await asOther('get fresh')).stderr, /none of its recipients/);
    const [own = ''] = (await vault('recipients')).stdout.split('\n');
    await refused(`recipients remove ${own}`, /nobody could open the vault any more/);

    t.equal((await vault('rekey --passphrase', 'correct horse\n')).status, 0);
    const byPassword = await vault('get fresh --identity other.txt --vault-password-file pw');
    t.equal(byPassword.stdout, 'value', byPassword.stderr);
    t.equal((await vault('get fresh --identity other.txt -J', 'correct horse\n')).stdout, 'value');
    const piped = await vault('set piped --identity other.txt -J', 'correct horse\nline of the value\n');
    t.equal(piped.status, 0, piped.stderr);
    t.equal(await get('piped'), 'line of the value', 'the passphrase is the first line');
    t.match((await vault('get fresh --identity other.txt -J', 'not it\n')).stderr, /the passphrase is wrong/);
    await refused('get fresh --identity other.txt', /no passphrase was given/);
    const byFile = 'get fresh --identity other.txt --vault-password-file';
    await refused(`${byFile} .`, /the vault password file cannot be read: it is a folder/);
    await project.write('failing', '#!/bin/sh\nexit 3\n');
    await chmod(join(project.folder, 'failing'), 0o755);
    await refused(`${byFile} failing`, /failing: the vault password program ended with exit status 3$/);
    await refused('get fresh --identity nowhere.txt', /nowhere\.txt: there is no such identity file/);
  });

  let ansible = true;
  try {
    execFileSync('sh', ['-c', 'command -v ansible-vault'], { stdio: 'ignore' });
  } catch {
    ansible = false;
  }
  await t.test('import from Ansible Vault', { skip: ansible ? false : 'ansible-vault is not installed' }, async (t) => {
    await project.write('ansible-pw', 'apw\n');
    await project.write('whole.yml', 'db:\n  password: "007"\nport: 25\n');
    const run = (...words: string[]) =>
      execFileSync('ansible-vault', [...words, '--vault-password-file', 'ansible-pw'], {
        cwd: project.folder,
        stdio: ['pipe', 'pipe', 'ignore'],
        input: 'inline value',
      }).toString();
    run('encrypt', 'whole.yml');
    await project.write('vars.yml', `clear: text\n${run('encrypt_string', '--stdin-name', 'hidden')}\n`);
    const whole = await vault('import whole.yml --vault-password-file ansible-pw');
    t.equal(whole.status, 0, whole.stderr);
    t.same([await get('db/password'), await get('port')], ['007', '25']);
    const inline = await vault('import vars.yml --prefix app --vault-password-file ansible-pw');
    t.equal(inline.status, 0, inline.stderr);
    t.equal(await get('app/hidden'), 'inline value');
    await refused('get app/clear', /no secret/);
    await refused('import vars.yml --vault-password-file pw', /vars\.yml, hidden: .*the password is wrong/);
    await refused('import nothing.yml', /nothing\.yml: there is no such file/);
  });
});
