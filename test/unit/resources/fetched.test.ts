import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { UnmetPrecondition, UsageError } from '../../../lib/model/errors.ts';
import { archive } from '../../../lib/resources/posix/archive.ts';
import { download } from '../../../lib/resources/posix/download.ts';
import { gitCheckout } from '../../../lib/resources/posix/git-checkout.ts';
import { assess, carryOut, converge, probeTogether } from '../../support/converge.ts';
import { localShell } from '../../support/local-shell.ts';
import { SHELLS } from '../../support/scratch-root.ts';

const checksum = (content: string) => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);

/** A web server on loopback with one page and a redirection to it; counts what is asked of it. */
async function webServer(t: Pick<Test, 'teardown'>, page: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/page') response.end(page);
    else if (request.url === '/moved') response.writeHead(302, { location: '/page' }).end();
    else response.writeHead(404).end('not here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { base: `http://127.0.0.1:${address.port}`, asked };
}

t.test('what cannot be', async (t) => {
  const path = '/srv/x';
  t.throws(() => download({ url: 'http://h/x', path }), /checksum: is missing/);
  t.throws(() => download({ url: 'file:///etc/passwd', path, mutable: true }), /http:/);
  t.throws(() => download({ url: 'https://u:p@h/x', path, mutable: true }), /list of processes/);
  t.throws(() => download({ url: 'https://h/x', path, checksum: 'md5:1' }), UsageError);
  t.throws(() => archive({ source: '/x.rar', destination: '/srv' }), /ends with/);
  t.throws(() => archive({ source: 'x.tar', destination: '/srv' }), /upload: true/);
  t.throws(() => archive({ source: '/x.zip', destination: '/srv', stripComponents: 1 }), /unzip/);
  t.throws(() => gitCheckout({ repository: '--upload-pack=x', path, revision: 'main' }), UsageError);
  t.throws(() => gitCheckout({ repository: 'https://u:p@h/x', path, revision: 'main' }), /list of processes/);
  t.throws(() => gitCheckout({ repository: 'https://h/x', path, revision: '-f' }), UsageError);
  t.throws(
    () => gitCheckout({ repository: 'h', path, revision: 'x' }).assess('other\nnone\nnone\nclean\n'),
    UnmetPrecondition,
  );
});

for (const shell of SHELLS) {
  t.test(`downloads (${shell})`, async (t) => {
    const page = 'the page\n$(touch /tmp/garden-was-here)\n';
    const { base, asked } = await webServer(t, page);
    const folder = t.testdir();
    const path = join(folder, "it's\nhere");
    const target = localShell(shell);
    await converge(download({ url: `${base}/moved`, path, checksum: checksum(page), mode: '0750' }), target);
    t.equal(readFileSync(path, 'utf8'), page);
    t.equal(modeOf(path), '750');
    const times = asked.length;
    t.same(await converge(download({ url: `${base}/page`, path, checksum: checksum(page), mode: '0700' }), target), [
      { attribute: 'mode', before: '0750', after: '0700' },
    ]);
    t.equal(asked.length, times, 'what is there is not fetched again');

    const wrong = download({ url: `${base}/page`, path, checksum: checksum('other') });
    const ended = await carryOut((await assess(wrong, target)).apply(), target);
    t.not(ended.status, 0);
    t.match(ended.stderr, /another checksum/);
    const missing = download({ url: `${base}/missing`, path: join(folder, 'none'), mutable: true });
    t.match((await carryOut((await assess(missing, target)).apply(), target)).stderr, /cannot be fetched/);
    t.equal(readFileSync(path, 'utf8'), page, 'the old one stands');
    t.same(readdirSync(folder), ["it's\nhere"]);

    await converge(download({ url: `${base}/page`, path: join(folder, 'm'), mutable: true }), target);
    await probeTogether([wrong, missing, download({ url: base, path: join(folder, 'm'), mutable: true })], target);
  });

  t.test(`without curl (${shell})`, async (t) => {
    const { base } = await webServer(t, 'page');
    const folder = t.testdir({ bin: {} });
    for (const tool of ['wget', 'stat', 'xargs', 'sha256sum', 'rm', 'mv', 'chmod', 'chown', 'readlink', 'cat', shell]) {
      const { stdout } = await execa('sh', ['-c', `command -v ${tool}`]);
      symlinkSync(stdout, join(folder, 'bin', tool));
    }
    const target = localShell(shell, { PATH: join(folder, 'bin') });
    const resource = download({ url: `${base}/page`, path: join(folder, 'x'), checksum: checksum('page') });
    await converge(resource, target);
    t.equal(readFileSync(join(folder, 'x'), 'utf8'), 'page');
  });

  t.test(`archives (${shell})`, async (t) => {
    const folder = t.testdir({
      in: { top: { "a 'b": 'one\n', sub: { c: 'two\n' }, '.hidden': '' } },
      out: { kept: 'k' },
      zip: {},
      up: {},
    });
    const target = localShell(shell);
    symlinkSync('sub/c', join(folder, 'in/top/link'));
    const tar = join(folder, "x'y.tar.gz");
    await execa('tar', ['-czf', tar, '-C', join(folder, 'in'), 'top']);
    const out = join(folder, 'out');
    const resource = archive({ source: tar, destination: out, stripComponents: 1 });
    await converge(resource, target);
    t.equal(readFileSync(join(out, "a 'b"), 'utf8'), 'one\n');
    t.equal(readFileSync(join(out, 'link'), 'utf8'), 'two\n');
    t.ok(existsSync(join(out, '.hidden')));
    t.equal(readFileSync(join(out, 'kept'), 'utf8'), 'k');
    t.same(await converge(resource, target), []);

    writeFileSync(join(folder, 'in/top/sub/c'), 'three\n');
    await execa('tar', ['-czf', tar, '-C', join(folder, 'in'), 'top']);
    t.match(await converge(resource, target), [{ attribute: 'unpacked', before: /^sha256:/, after: /^sha256:/ }]);
    t.equal(readFileSync(join(out, 'sub/c'), 'utf8'), 'three\n');

    writeFileSync(tar, 'broken');
    const before = readdirSync(out);
    t.match((await carryOut((await assess(resource, target)).apply(), target)).stderr, /cannot be unpacked/);
    t.same(readdirSync(out), before, 'a broken archive changes nothing');

    const zip = join(folder, 'x.zip');
    await execa('zip', ['-q', '-r', zip, 'top'], { cwd: join(folder, 'in') });
    await converge(
      archive({ source: zip, destination: join(folder, 'zip'), creates: join(folder, 'zip/top') }),
      target,
    );
    t.equal(readFileSync(join(folder, 'zip/top/sub/c'), 'utf8'), 'three\n');
    await converge(archive({ source: zip, destination: join(folder, 'up'), upload: true }), target);
    t.same(
      readdirSync(join(folder, 'up')).filter((name) => !name.startsWith('.garden-archive-')),
      ['top'],
    );

    await t.rejects(assess(archive({ source: zip, destination: join(folder, 'none') }), target), UnmetPrecondition);
    await t.rejects(assess(archive({ source: join(folder, 'n.zip'), destination: out }), target), UnmetPrecondition);
  });

  t.test(`checkouts (${shell})`, async (t) => {
    // Not below this project, which is a repository itself.
    const folder = mkdtempSync(join(tmpdir(), 'garden-test-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    const home = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', HOME: folder };
    const origin = join(folder, "or'igin");
    mkdirSync(origin);
    const author = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
    const git = async (...words: readonly string[]) =>
      (await execa('git', [...author, ...words], { cwd: origin, env: home })).stdout;
    await git('init', '-q', '-b', 'main');
    const commit = async (text: string) => {
      writeFileSync(join(origin, 'f'), text);
      await git('add', 'f');
      await git('commit', '-q', '-m', text);
      return git('rev-parse', 'HEAD');
    };
    const first = await commit('one');
    await git('tag', '-a', 'v1', '-m', 'v1');
    const second = await commit('two');

    const target = localShell(shell, home);
    const path = join(folder, 'check out');
    const at = (revision: string, more = {}) => gitCheckout({ repository: origin, path, revision, ...more });
    await converge(at('main'), target);
    t.equal(readFileSync(join(path, 'f'), 'utf8'), 'two');
    t.same(await converge(at(second), target), []);
    t.match(await converge(at('v1'), target), [{ attribute: 'commit', before: second, after: first }]);
    const third = await commit('three');
    t.match(await converge(at('main'), target), [{ attribute: 'commit', before: first, after: third }]);
    await converge(at(first), target);
    await converge(
      gitCheckout({ repository: `file://${origin}`, path: join(folder, 'shallow'), revision: 'main', depth: 1 }),
      target,
    );

    writeFileSync(join(path, 'f'), 'mine');
    await t.rejects(assess(at('main'), target), /were changed there/);
    await converge(at('main', { force: true }), target);
    t.equal(readFileSync(join(path, 'f'), 'utf8'), 'three');
    await t.rejects(assess(at('nope'), target), /no branch or tag/);
    mkdirSync(join(folder, 'full/x'), { recursive: true });
    await t.rejects(
      assess(gitCheckout({ repository: origin, path: join(folder, 'full'), revision: 'main' }), target),
      UnmetPrecondition,
    );
  });
}
