import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { UsageError } from '../../../lib/model/errors.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { decryptAnsibleVault, parseAnsibleVault } from '../../../lib/secrets/ansible-vault.ts';
import { SecretKeeper } from '../../../lib/secrets/secret-keeper.ts';
import { type VaultPasswordOptions, VaultPasswords } from '../../../lib/secrets/vault-passwords.ts';

// The beginning of what ansible-vault makes.
const SAMPLE = `$ANSIBLE_VAULT;1.1;AES256
32343165353138616231363034363331393064366434366362626262363564356531323538376665
6637623436393666306131323763653165336562343461630a353262386563306666353261386266
`;

function missing(program: string): string | false {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return false;
  } catch {
    return `${program} is not installed`;
  }
}

const NO_VAULT = { vault: 'none', keys: { identitySource: '', identities: async () => [], async *passphrases() {} } };

function keeper(options: Partial<VaultPasswordOptions>): SecretKeeper {
  const ask = async () => new Secret('asked');
  return new SecretKeeper({
    ...NO_VAULT,
    passwords: new VaultPasswords({ folder: '/', ask, mayAsk: false, ...options }),
  });
}

async function mistake(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UsageError)
      return error.mistakes.map(({ message, hint }) => `${message} → ${hint}`).join('\n');
    throw error;
  }
  return 'none';
}

t.test('what is no Ansible Vault is told in words', async (t) => {
  const cases: readonly [string, RegExp][] = [
    ['', /does not begin/],
    ['hello', /does not begin/],
    ['$ANSIBLE_VAULT;1.0;AES\n00', /format 1\.0; garden reads 1\.1 and 1\.2/],
    ['$ANSIBLE_VAULT;1.1;AES\n00', /encrypted by AES; garden reads AES256/],
    ['$ANSIBLE_VAULT;1.1;AES256\n', /damaged, or not whole/],
    ['$ANSIBLE_VAULT;1.1;AES256\nxyz', /damaged, or not whole/],
    [SAMPLE, /damaged, or not whole/],
  ];
  for (const [text, expected] of cases) {
    const parsed = parseAnsibleVault(text);
    t.match(typeof parsed === 'string' ? parsed : 'parsed', expected, JSON.stringify(text.slice(0, 40)));
    t.match(await mistake(keeper({}).decrypt(text)), /^Ansible Vault cannot be decrypted: it /);
  }
});

t.test("what Debian's ansible-vault encrypts is decrypted", { skip: missing('ansible-vault') }, async (t) => {
  const folder = t.testdir({ pw: 'hunter2\n', dev: 'devpass\n', other: 'no' });
  const at = (name: string) => join(folder, name);
  const ansible = (words: readonly string[], input = '') =>
    execFileSync('ansible-vault', words, { input, cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] }).toString();
  const contents = ['x', 'password: "ü€"\n', 'a'.repeat(5000), '\n', 'sixteen bytes ok', 'fifteen bytes !'];
  for (const [index, content] of contents.entries()) {
    writeFileSync(at('plain'), content);
    const labelled = index % 2 === 1;
    const words = labelled ? ['--encrypt-vault-id', 'dev', '--vault-id', 'dev@dev'] : ['--vault-password-file', 'pw'];
    const text = ansible(['encrypt', ...words, '--output', '-', 'plain']);
    t.match(text, labelled ? /^\$ANSIBLE_VAULT;1\.2;AES256;dev\n/ : /^\$ANSIBLE_VAULT;1\.1;AES256\n/);
    const vaultIds = ['dev@dev', 'pw', 'other'];
    t.equal(await keeper({ vaultIds, folder }).decrypt(text), content, `${content.length} characters`);
    t.equal(await keeper({ vaultIds, folder }).decrypt(text.replaceAll('\n', '\r\n')), content, 'line ends of Windows');
    const parsed = parseAnsibleVault(text);
    if (typeof parsed === 'string') throw new Error(parsed);
    t.equal(parsed.label, labelled ? 'dev' : undefined);
    t.equal(await decryptAnsibleVault(parsed, new Secret('wrong')), undefined);
    const { encrypted } = parsed;
    encrypted[0] = (encrypted[0] ?? 0) ^ 1;
    t.equal(
      await decryptAnsibleVault(parsed, new Secret(labelled ? 'devpass' : 'hunter2')),
      undefined,
      'a changed one is not',
    );
  }
  const inline = ansible(['encrypt_string', '--vault-password-file', 'pw', '--name', 'key'], 'inline secret');
  const indented = inline.slice(inline.indexOf('$ANSIBLE_VAULT'));
  t.equal(
    await keeper({ passwordFiles: ['pw'], folder }).decrypt(indented),
    'inline secret',
    'with the indentation of YAML',
  );
  t.match(
    await mistake(keeper({ passwordFiles: ['other'], folder }).decrypt(indented)),
    /the password is wrong, or .* → give it with --vault-password-file/,
  );
  t.match(
    await mistake(keeper({ vaultIds: ['dev@other', 'dev'], folder }).decrypt(indented)),
    /none of 2 passwords is right/,
  );
  t.match(await mistake(keeper({ folder }).decrypt(indented)), /needs a password/);
  t.equal(readFileSync(at('pw'), 'utf8'), 'hunter2\n');
});

t.test('passwords come from files, programs and prompts, the fitting label first, each read once', async (t) => {
  const folder = t.testdir({
    file: '  from file\n',
    empty: '\n',
    'program.sh': '#!/bin/sh\necho run >>ran; echo from program\n',
    'my-client.sh': '#!/bin/sh\necho "client $*"\n',
    'broken.sh': '#!/bin/sh\nexit 3\n',
  });
  for (const name of ['program.sh', 'my-client.sh', 'broken.sh']) chmodSync(join(folder, name), 0o755);
  const asked: string[] = [];
  const ask = async (question: string) => {
    asked.push(question);
    return new Secret('typed');
  };
  const all = async (passwords: VaultPasswords, label?: string) => {
    const found: string[] = [];
    for await (const password of passwords.candidates(label)) found.push(password.reveal());
    return found;
  };
  const make = (options: Partial<VaultPasswordOptions>) =>
    new VaultPasswords({ folder, ask, mayAsk: false, ...options });
  const many = make({
    vaultIds: ['dev@file', 'prod@my-client.sh', 'ops@prompt', './file'],
    passwordFiles: [`${folder}/file`],
  });
  t.same(await all(many, 'prod'), ['client --vault-id prod', 'from file', 'typed', 'from file', 'from file']);
  t.same(await all(many, 'ops'), ['typed', 'from file', 'client --vault-id prod', 'from file', 'from file']);
  t.same(asked, ['Vault password (ops)'], 'asked once');

  t.same(await all(make({})), [], 'nothing named, nobody to ask');
  t.same(await all(make({ mayAsk: true })), ['typed']);
  t.equal(asked.length, 2);
  const eager = make({ askPassword: true });
  await eager.askFirst();
  t.equal(asked.length, 3);
  t.same(await all(eager), ['typed']);
  t.equal(asked.length, 3);

  t.match(await mistake(all(make({ passwordFiles: ['empty'] }))), 'the vault password is empty');
  t.match(
    await mistake(all(make({ passwordFiles: ['no'] }))),
    'the vault password file cannot be read: there is no such file or folder',
  );
  t.match(
    await mistake(all(make({ passwordFiles: ['broken.sh'] }))),
    /the vault password program ended with exit status \d/,
  );
  t.throws(() => make({ vaultIds: ['dev@'] }), /--vault-id dev@ names no source/);
});
