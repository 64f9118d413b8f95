import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { UsageError } from '../../../lib/model/errors.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { createIdentityFile, readIdentityFile } from '../../../lib/secrets/identity.ts';
import { changeVault, createVault, openVault, readVault, type VaultKeys } from '../../../lib/secrets/vault.ts';

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Person {
  readonly file: string;
  readonly recipient: string;
  readonly keys: VaultKeys;
}

async function person(folder: string, name: string, passphrase?: string): Promise<Person> {
  const file = join(folder, `${name}.txt`);
  const recipient = await createIdentityFile(file);
  const read = await readIdentityFile(file);
  const keys: VaultKeys = {
    identitySource: file,
    identities: async () => read?.identities ?? [],
    async *passphrases() {
      if (passphrase !== undefined) yield new Secret(passphrase);
    },
  };
  return { file, recipient, keys };
}

const NOBODY: VaultKeys = { identitySource: 'nowhere', identities: async () => [], async *passphrases() {} };

function withPassphrase(...passphrases: readonly string[]): VaultKeys {
  return {
    ...NOBODY,
    async *passphrases() {
      for (const passphrase of passphrases) yield new Secret(passphrase);
    },
  };
}

async function setup(
  t: Test,
): Promise<{ path: string; ann: Person; set: (name: string, value: string) => Promise<boolean> }> {
  const folder = t.testdir();
  const ann = await person(folder, 'ann');
  const path = join(folder, 'vault.yaml');
  await createVault(path, { recipients: [ann.recipient] });
  return {
    path,
    ann,
    set: (name, value) => changeVault(path, ann.keys, (vault) => vault.set(name, new Secret(value))),
  };
}

/** The lines that are in only one of two texts. */
function differing(before: string, after: string): { gone: string[]; come: string[] } {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return { gone: old.filter((line) => !now.includes(line)), come: now.filter((line) => !old.includes(line)) };
}

async function mistakes(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UsageError)
      return error.mistakes.map((m) => `${m.where ?? ''} ${m.message} → ${m.hint ?? ''}`).join('\n');
    throw error;
  }
  return 'none';
}

t.test('pain 34: a change of one value changes its line alone, and the same value none', async (t) => {
  const { path, set } = await setup(t);
  for (const [name, value] of [
    ['mail/dkim', 'one'],
    ['db/password', 'two'],
    ['zebra', 'three'],
  ] as const)
    await set(name, value);
  const before = readFileSync(path, 'utf8');
  t.same(
    before.match(/^ {2}(?:db|mail|zebra)\S*(?=: )/gm),
    ['  db/password', '  mail/dkim', '  zebra'],
    'names in clear, sorted',
  );
  t.notMatch(before, /\b(?:one|two|three)\b/);

  t.equal(await set('mail/dkim', 'another'), true);
  const changed = differing(before, readFileSync(path, 'utf8'));
  t.match(changed, { gone: [/^ {2}mail\/dkim: /], come: [/^ {2}mail\/dkim: /] });
  t.same([changed.gone.length, changed.come.length], [1, 1]);

  const again = readFileSync(path, 'utf8');
  const { mtimeMs } = statSync(path);
  t.equal(await set('mail/dkim', 'another'), false);
  t.equal(readFileSync(path, 'utf8'), again);
  t.equal(statSync(path).mtimeMs, mtimeMs, 'not even written');

  await set('mail/relay', 'four');
  t.match(differing(again, readFileSync(path, 'utf8')), { gone: [], come: [/^ {2}mail\/relay: /] });
});

t.test(
  'pain 34: two people who add values are merged by git as it is, and conflicts are told',
  { skip: has('git') ? false : 'no git' },
  async (t) => {
    const { path, ann, set } = await setup(t);
    const folder = dirname(path);
    const git = (...words: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=main', ...words], {
        cwd: folder,
        stdio: 'pipe',
      });
    await set('a', '1');
    await set('m', '2');
    await set('z', '3');
    git('init', '-q');
    git('add', 'vault.yaml');
    git('commit', '-qm', 'one');
    git('checkout', '-qb', 'other');
    await set('b', 'of the other');
    await set('m', 'changed by the other');
    git('commit', '-qam', 'two');
    git('checkout', '-q', 'main');
    await set('y', 'of mine');
    git('commit', '-qam', 'three');
    git('merge', '-q', 'other');
    const vault = await openVault(path, ann.keys);
    t.same(vault.names, ['a', 'b', 'm', 'y', 'z']);
    t.same(
      vault.names.map((name) => vault.get(name).reveal()),
      ['1', 'of the other', 'changed by the other', 'of mine', '3'],
    );

    git('checkout', '-qb', 'third');
    await set('m', 'x');
    git('commit', '-qam', 'four');
    git('checkout', '-q', 'main');
    await set('m', 'y');
    git('commit', '-qam', 'five');
    t.throws(() => git('merge', '-q', 'third'));
    t.match(await mistakes(readVault(path)), /vault\.yaml:\d+ a merge left a conflict in the vault → .*keep the lines/);
  },
);

t.test('comments and the order of a hand stay', async (t) => {
  const { path, ann, set } = await setup(t);
  await set('a', '1');
  await set('b', '2');
  const noted = readFileSync(path, 'utf8')
    .replace(`- ${ann.recipient}`, `- ${ann.recipient} # Ann's laptop`)
    .replace('  b: ', '  # rotated each spring\n  b: ');
  writeFileSync(path, noted);
  await set('a', 'new');
  const bob = await person(dirname(path), 'bob');
  await changeVault(path, ann.keys, (vault) => vault.addRecipients([bob.recipient]));
  const text = readFileSync(path, 'utf8');
  t.match(text, "# Ann's laptop");
  t.match(text, '  # rotated each spring\n  b: ');
  t.equal((await openVault(path, bob.keys)).get('a').reveal(), 'new');
});

t.test('values come back as they were', async (t) => {
  const { path, ann, set } = await setup(t);
  const values = [
    'x',
    ' a b ',
    'line\nline\n',
    '\r\n',
    '${HOME} `id` \' "',
    'ü€𝄞',
    '-----BEGIN KEY-----\nabc\n-----END KEY-----\n',
    'y'.repeat(100_000),
  ];
  for (const [index, value] of values.entries()) await set(`v${index}`, value);
  for (const name of ['on', 'no', '1', '1.5', 'null', '_a', 'a.b', 'a/b/c-d']) await set(name, `of ${name}`);
  const vault = await openVault(path, ann.keys);
  for (const [index, value] of values.entries()) t.equal(vault.get(`v${index}`).reveal(), value);
  for (const name of ['on', 'no', '1', '1.5', 'null', '_a', 'a.b', 'a/b/c-d'])
    t.equal(vault.get(name).reveal(), `of ${name}`);
});

t.test('names that would not do', async (t) => {
  const { path, set } = await setup(t);
  const before = readFileSync(path, 'utf8');
  for (const name of [
    '',
    ' ',
    'a b',
    '/a',
    'a/',
    'a//b',
    '../a',
    '.a',
    'a:b',
    'a\nb',
    '__proto__/',
    '-a',
    'a'.repeat(201),
    'é',
  ]) {
    t.match(await mistakes(set(name, 'x')), 'cannot be the name of a secret', JSON.stringify(name));
  }
  t.equal(await set('__proto__', 'x'), true);
  t.equal(await set('constructor', 'y'), true);
  t.not(readFileSync(path, 'utf8'), before);
});

t.test('several recipients, a passphrase, and taking the right away', async (t) => {
  const { path, ann, set } = await setup(t);
  await set('a', '1');
  const bob = await person(dirname(path), 'bob');
  t.match(
    await mistakes(openVault(path, bob.keys)),
    /the identity in .*bob\.txt is none of its recipients → .*recipients add/,
  );
  t.match(await mistakes(openVault(path, NOBODY)), 'there is no identity in nowhere');

  const sealed = /^ {2}a: .*/m.exec(readFileSync(path, 'utf8'))?.[0];
  await changeVault(path, ann.keys, (vault) => vault.addRecipients([bob.recipient]));
  t.equal(/^ {2}a: .*/m.exec(readFileSync(path, 'utf8'))?.[0], sealed, 'values keep their bytes');
  const stolen = await openVault(path, bob.keys);
  t.equal(stolen.get('a').reveal(), '1');

  await changeVault(path, ann.keys, (vault) =>
    vault.rekey({ recipients: [ann.recipient], passphrase: new Secret('correct horse') }),
  );
  await set('b', '2');
  t.not(/^ {2}a: .*/m.exec(readFileSync(path, 'utf8'))?.[0], sealed, 'values are encrypted anew');
  t.equal(stolen.reopen(await readVault(path)), undefined, 'who had the old key cannot open it with that');
  t.match(await mistakes(openVault(path, bob.keys)), 'none of its recipients, and no passphrase was given');
  t.match(await mistakes(openVault(path, withPassphrase('wrong'))), 'the passphrase is wrong');
  t.equal((await openVault(path, withPassphrase('wrong', 'correct horse'))).get('b').reveal(), '2');
  const interrupted: VaultKeys = {
    ...NOBODY,
    // biome-ignore lint/correctness/useYield: it is asked for the first, and that is all
    async *passphrases() {
      throw new Error('Ctrl-C');
    },
  };
  await t.rejects(openVault(path, interrupted), { message: 'Ctrl-C' }, 'which says nothing of the vault');
});

t.test('what was tampered with is found out', async (t) => {
  const { path, ann, set } = await setup(t);
  await set('admin', 'strong');
  await set('guest', 'weak');
  const good = readFileSync(path, 'utf8');
  const [, admin = ''] = /^ {2}admin: (.*)$/m.exec(good) ?? [];
  const [, guest = ''] = /^ {2}guest: (.*)$/m.exec(good) ?? [];
  const eve = await person(dirname(path), 'eve');
  const flipped = guest.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
  const read = async () => (await openVault(path, ann.keys)).get('guest');
  const cases: readonly [string, string, RegExp][] = [
    ['values swapped', good.replace(guest, admin), /the value of "guest" is not what was put into the vault/],
    ['a value changed', good.replace(guest, flipped), /the value of "guest" is not what was put/],
    ['a value cut', good.replace(guest, guest.slice(0, 20)), /the value of "guest" is not what was put/],
    ['a value that is no base64', good.replace(guest, 'x%y'), /the value of "guest" is not what was put/],
    [
      'a recipient added',
      good.replace(ann.recipient, `${ann.recipient}\n  - ${eve.recipient}`),
      /list of recipients was changed/,
    ],
    ['a recipient replaced', good.replace(ann.recipient, eve.recipient), /list of recipients was changed/],
    ['the key changed', good.replace(/(BEGIN AGE[^\n]*\n\s+.{60})./, '$1!'), /the vault's key is damaged/],
    ['the file cut in the key', good.slice(0, good.indexOf('END AGE') - 60), /damaged/],
    ['the file cut before the values', good.slice(0, good.indexOf('\nsecrets:')), /has no secret "guest"/],
    [
      'a name twice',
      good.replace(`  guest: ${guest}`, `  guest: ${guest}\n  guest: ${admin}`),
      /:\d+ "guest" stands twice in the vault/,
    ],
    ['no YAML', good.replace('format:', '\tformat: ['), /cannot be read/],
    ['another format', good.replace('garden-vault-1', 'garden-vault-9'), /format "garden-vault-9", which this version/],
    ['no vault at all', 'hello: 1\n', /this is no vault of garden/],
    ['empty', '', /this is no vault of garden/],
    ['an alias bomb', 'a: &a [x]\nb: [*a, *a]\nformat: garden-vault-1\n', /damaged/],
    ['a value that is no text', good.replace(guest, '[1, 2]'), /damaged/],
    ['a name that is none', good.replace('  guest:', '  "a b":'), /"a b" cannot be the name/],
  ];
  for (const [what, text, expected] of cases) {
    t.not(text, good, `${what}: is another text`);
    writeFileSync(path, text);
    t.match(await mistakes(read()), expected, what);
  }
  writeFileSync(path, good.replaceAll('\n', '\r\n'));
  t.equal((await read()).reveal(), 'weak', 'line ends of Windows do no harm');
});

t.test('many that write at once lose nothing, also beside the lock of a crash', async (t) => {
  const { path, set, ann } = await setup(t);
  writeFileSync(`${path}.lock`, `999999999 ${execFileSync('hostname').toString().trim()} x\n`);
  const names = Array.from({ length: 24 }, (_, index) => `n${index}`);
  await Promise.all(names.map((name) => set(name, name)));
  t.same((await openVault(path, ann.keys)).names, [...names].sort());
  t.same(
    execFileSync('ls', ['-A', dirname(path)])
      .toString()
      .trim()
      .split('\n'),
    ['ann.txt', 'vault.yaml'],
    'nothing is left behind',
  );
});

t.test('the file: 0600, through a symbolic link, never over another file', async (t) => {
  const { path, ann } = await setup(t);
  t.equal(statSync(path).mode & 0o777, 0o600);
  const link = join(dirname(path), 'link.yaml');
  symlinkSync('vault.yaml', link);
  chmodSync(path, 0o644);
  await changeVault(link, ann.keys, (vault) => vault.set('a', new Secret('1')));
  t.ok(lstatSync(link).isSymbolicLink());
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal((await openVault(path, ann.keys)).get('a').reveal(), '1');
  const before = readFileSync(path, 'utf8');
  t.match(await mistakes(createVault(path, { recipients: [ann.recipient] })), 'there is a file already');
  t.equal(readFileSync(path, 'utf8'), before);
  t.match(await mistakes(readVault(join(dirname(path), 'no.yaml'))), 'there is no vault');
  t.match(
    await mistakes(createVault(join(dirname(path), 'no', 'v.yaml'), { recipients: [ann.recipient] })),
    /cannot be written: there is no such file or folder/,
  );
  mkdirSync(join(dirname(path), 'folder'));
  t.match(await mistakes(readVault(join(dirname(path), 'folder'))), /cannot be read: it is a folder/);
});

t.test('age itself opens the key for a recipient', { skip: has('age') ? false : 'no age' }, async (t) => {
  const folder = t.testdir();
  const foreign = join(folder, 'foreign.txt');
  execFileSync('age-keygen', ['-o', foreign], { stdio: 'pipe' });
  const recipient = execFileSync('age-keygen', ['-y', foreign]).toString().trim();
  const ours = await person(folder, 'ours');
  t.equal(execFileSync('age-keygen', ['-y', ours.file]).toString().trim(), ours.recipient, 'age knows our identity');
  const path = join(folder, 'vault.yaml');
  await createVault(path, { recipients: [recipient] });
  const theirs = await readIdentityFile(foreign);
  const keys = { ...NOBODY, identities: async () => theirs?.identities ?? [] };
  await changeVault(path, keys, (vault) => vault.set('a', new Secret('1')));
  const { wrapping } = await readVault(path);
  const key = execFileSync('age', ['-d', '-i', foreign], { input: wrapping.forRecipients });
  t.equal(key.length, 32);

  // And the other way round: a key that age encrypted.
  const wrapped = execFileSync('age', ['-a', '-r', ours.recipient], { input: key }).toString();
  const text = readFileSync(path, 'utf8').replace(
    /-----BEGIN[\s\S]*?END AGE ENCRYPTED FILE-----\n/,
    wrapped.replace(/\n(?=.)/g, '\n    '),
  );
  writeFileSync(path, text);
  t.equal((await openVault(path, ours.keys)).get('a').reveal(), '1');
});

t.test('identities: what is no identity is told with its line', async (t) => {
  const { ann } = await setup(t);
  const good = readFileSync(ann.file, 'utf8');
  const file = join(dirname(ann.file), 'id.txt');
  const at = (text: string, mode = 0o600) => {
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };
  t.equal(await readIdentityFile('/nonexistent'), undefined);
  t.equal((await readIdentityFile(at(good, 0o644)))?.tooOpen, '0644');
  t.equal((await readIdentityFile(at(good)))?.tooOpen, undefined);
  t.match(await mistakes(readIdentityFile(at('# only\n'))), 'there is no identity in it');
  t.match(
    await mistakes(readIdentityFile(at(`${good}AGE-SECRET-KEY-1WRONG\n`))),
    /id\.txt:4 this line is no age identity/,
  );
  t.match(await mistakes(readIdentityFile(at('-----BEGIN AGE ENCRYPTED FILE-----\n'))), 'encrypted by a passphrase');
});
