import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { sh } from '../../lib/model/script.ts';
import { SHELLS, scratchRoot, scratchRootUnavailable } from '../support/scratch-root.ts';

const leftOut = scratchRootUnavailable ? { skip: scratchRootUnavailable } : {};

t.test('what is changed in there stays in there', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  const here = hostname();
  const { status, stderr } = await root.run(
    sh`useradd --no-log-init scratched && hostname elsewhere && echo x > /etc/scratched`,
  );
  t.equal(status, 0, stderr);
  t.match(readFileSync(root.path('/etc/passwd'), 'utf8'), /^scratched:/m);
  t.notMatch(readFileSync('/etc/passwd', 'utf8'), /^scratched:/m);
  t.equal(readFileSync(join(root.upper, 'etc/scratched'), 'utf8'), 'x\n');
  t.notOk(existsSync('/etc/scratched'));
  t.equal(hostname(), here);
  t.not((await root.run(sh`echo 1 > /proc/sys/vm/swappiness`)).status, 0, 'the kernel is not written to');
});

t.test('scripts keep their text, output and status, in every shell', leftOut, async (t) => {
  const root = await scratchRoot();
  t.teardown(() => root.remove());
  for (const shell of SHELLS) {
    const said = await root.run(sh`cat; printf %s ${'$(id)\n\'"'}; echo e >&2; exit 3`, { shell });
    t.same(said, { stdout: '$(id)\n\'"', stderr: 'e\n', status: 3 }, shell);
  }
  const long = 'x'.repeat(1_000_000);
  t.equal((await root.run(sh`printf %s ${long}`)).stdout, long, 'longer than an argument may be');
});

/** The mount name spaces of all processes (namespaces(7)). */
async function mountNamespaces(): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const space = await readlink(`/proc/${pid}/ns/mnt`).catch(() => undefined);
    if (space) found.add(space);
  }
  return found;
}

t.test('nothing is left after it was removed', leftOut, async (t) => {
  const root = await scratchRoot();
  const space = (await root.run(sh`readlink /proc/self/ns/mnt; sleep 1000 </dev/null >/dev/null 2>&1 &`)).stdout.trim();
  t.ok((await mountNamespaces()).has(space));
  await root.remove();
  t.notOk((await mountNamespaces()).has(space));
  await root.remove();
});

t.test('nothing is left when the test is killed', leftOut, async (t) => {
  const support = fileURLToPath(new URL('../support/scratch-root.ts', import.meta.url));
  const program = `
    const { scratchRoot } = await import(process.argv[1]);
    const root = await scratchRoot();
    console.log(root.upper);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', program, support]);
  const upper = await new Promise<string>((resolve) =>
    child.stdout.once('data', (data) => resolve(String(data).trim())),
  );
  t.ok(existsSync(upper));
  child.kill('SIGKILL');
  for (const until = Date.now() + 10_000; existsSync(upper) && Date.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  t.notOk(existsSync(upper), 'its holder is gone');
});
