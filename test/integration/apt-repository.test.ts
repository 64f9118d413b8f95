import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';
import { UsageError } from '../../lib/model/errors.ts';
import { sh } from '../../lib/model/script.ts';
import { aptRepository } from '../../lib/resources/posix/apt-repository.ts';
import { packages } from '../../lib/resources/posix/packages.ts';
import { type AptRoot, aptRoot, aptUnavailable } from '../support/apt-root.ts';
import { assess, carryOut, converge, plan, probeTogether } from '../support/converge.ts';
import { SHELLS } from '../support/scratch-root.ts';

const leftOut = aptUnavailable ? { skip: aptUnavailable } : {};
const withoutKeys = spawnSync('gpg', ['--version']).error
  ? { skip: 'keys are made with gpg (Debian package gpg)' }
  : leftOut;

const POOL = { name: 'pool', uris: ['file:/srv/repository'], suites: ['./'] };
const SOURCES = '/etc/apt/sources.list.d/pool.sources';
const KEY = '/etc/apt/keyrings/pool.asc';

/** A root with a repository that apt does not know yet. */
async function unknown(t: { teardown(done: () => Promise<void>): void }): Promise<AptRoot> {
  const root = await aptRoot();
  t.teardown(() => root.remove());
  await root.publish([{ name: 'garden-apple', version: '1.0' }]);
  await root.expect(sh`rm /etc/apt/sources.list`);
  return root;
}

async function failure(input: Parameters<typeof aptRepository>[0], root: AptRoot): Promise<string> {
  const { status, stderr } = await carryOut((await assess(aptRepository(input), root.run)).apply(), root.run);
  t.not(status, 0, 'it fails');
  return stderr.trimEnd().split('\n').at(-1) ?? '';
}

/** Makes a key and signs the repository with it; gives the armoured key. */
async function sign(root: AptRoot): Promise<string> {
  return root.expect(sh`export GNUPGHOME=$(mktemp -d) && cd /srv/repository
gpg --batch --quiet --passphrase '' --quick-generate-key test@example.org rsa2048 sign never 2>/dev/null
rm -f InRelease && gpg --batch --quiet --clear-sign --output InRelease Release
gpg --armor --export
gpgconf --kill gpg-agent`);
}

t.test('a trusted pool comes and goes, in every shell', leftOut, async (t) => {
  const root = await unknown(t);
  for (const shell of SHELLS) {
    const run = (script: Parameters<typeof root.run>[0]) => root.run(script, { shell });
    const changes = await converge(aptRepository({ ...POOL, trusted: true }), run);
    t.equal(
      changes.find(({ text }) => text)?.text?.after,
      'Types: deb\nURIs: file:/srv/repository\nSuites: ./\nTrusted: yes\n',
    );
    t.same(await converge(aptRepository({ ...POOL, trusted: true }), run), []);
    await converge(packages(['garden-apple']), run);
    await converge(packages({ names: ['garden-apple'], state: 'absent' }), run);
    await converge(aptRepository({ name: 'pool', state: 'absent' }), run);
    t.notOk(existsSync(root.path(SOURCES)));
  }
});

t.test('a signed one is taken with its key alone', withoutKeys, async (t) => {
  const root = await unknown(t);
  const key = await sign(root);
  await converge(aptRepository({ ...POOL, signedBy: key }), root.run);
  t.match(readFileSync(root.path(SOURCES), 'utf8'), /^Signed-By: \/etc\/apt\/keyrings\/pool\.asc$/m);
  t.equal(readFileSync(root.path(KEY), 'utf8'), `${key.trim()}\n`);
  await root.expect(sh`apt-get -q update -o APT::Update::Error-Mode=any`);
  await converge(packages(['garden-apple']), root.run);

  const other = await sign(root);
  t.match(await failure({ ...POOL, name: 'stranger', signedBy: key }, root), /signature.*cannot be verified/);
  t.notOk(existsSync(root.path('/etc/apt/sources.list.d/stranger.sources')), 'and nothing was put in place');
  await converge(aptRepository({ ...POOL, signedBy: other }), root.run);
  await root.expect(sh`cp ${KEY} /etc/apt/own.asc`);
  await converge(aptRepository({ ...POOL, signedBy: '/etc/apt/own.asc' }), root.run);
  await converge(aptRepository({ name: 'pool', state: 'absent' }), root.run);
  t.notOk(existsSync(root.path(KEY)));
});

t.test('one that cannot be used is not put in place', leftOut, async (t) => {
  const root = await unknown(t);
  t.match(await failure(POOL, root), /signature.*cannot be verified/);
  t.match(
    await failure({ ...POOL, uris: ['http://127.0.0.1:9/debian'], trusted: true }, root),
    /a package repository cannot be reached: Failed to fetch http:\/\/127\.0\.0\.1:9/,
  );
  t.match(await failure({ ...POOL, uris: ['file:/srv/nowhere'], trusted: true }, root), /cannot be reached/);
  t.notOk(existsSync(root.path(SOURCES)));
  t.equal((await plan(aptRepository({ ...POOL, trusted: true }), root.run)).length, 2, 'it is still to be done');
});

t.test('many are looked at together', leftOut, async (t) => {
  const root = await unknown(t);
  await converge(aptRepository({ ...POOL, trusted: true }), root.run);
  await probeTogether(
    [
      aptRepository({ ...POOL, name: 'first', trusted: true }),
      aptRepository({ ...POOL, trusted: true }),
      aptRepository({ name: 'pool', state: 'absent' }),
    ],
    root.run,
  );
});

t.test('mistakes are found before any host is touched', async (t) => {
  const cases: readonly (readonly [Parameters<typeof aptRepository>[0], RegExp])[] = [
    [{ name: '../x', uris: ['file:/x'], suites: ['./'] }, /letters, digits/],
    [{ name: 'x' }, /needs uris and suites/],
    [{ name: 'x', uris: ['https://e.org'], suites: ['stable'] }, /components/],
    [{ name: 'x', uris: ['file:/x\nTrusted: yes'], suites: ['./'] }, /a single word/],
    [{ name: 'x', uris: ['file:/x'], suites: ['./'], signedBy: 'key' }, /armoured OpenPGP key/],
  ];
  for (const [input, message] of cases) {
    const found = t.throws(() => aptRepository(input), UsageError);
    t.match(String(found), message);
  }
});
