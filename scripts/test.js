// `npm test`: installs what the tests need of Debian, then runs all that this machine can run, and counts it.
// `npm test -- unit integration` runs some of the suites.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, isStale } from './build.js';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Suites in order, with how many of their files run at once: those that start servers and hosts run alone. */
const SUITES = { unit: 2, integration: 1, lab: 1 };

/** Installs the packages of scripts/debian-packages.txt that are missing; says what is left out where it cannot. */
function installPackages() {
  const wanted = readFileSync(new URL('debian-packages.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean);
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...wanted], {
    encoding: 'utf8',
  });
  if (query.error) {
    console.log('This is no Debian: tests that need its packages are left out and say so.');
    return;
  }
  const installed = new Set(
    query.stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  const missing = wanted.filter((name) => !installed.has(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    console.log(`Not root, so these packages are not installed, and what needs them is left out: ${missing.join(' ')}`);
    return;
  }
  console.log(`Installing ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=600'];
  for (const args of [
    ['update', '-q'],
    ['install', ...options, '--no-install-recommends', ...missing],
  ]) {
    const { status } = spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`apt-get ${args[0]} ended with status ${status}`);
  }
}

/** Runs a suite with tap, shows its progress, and counts its assertions. */
function run(suite, jobs) {
  const folder = join(root, 'test', suite);
  const files = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join('test', suite, name));
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  console.log(`\n${suite}: ${files.length} files`);
  const output = join(mkdtempSync(join(tmpdir(), 'garden-tap-')), 'tap');
  const tap = join(root, 'node_modules/.bin/tap');
  const { status } = spawnSync(tap, [`--jobs=${jobs}`, '--reporter=terse', `--output-file=${output}`, ...files], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const text = readFileSync(output, 'utf8');
  rmSync(join(output, '..'), { recursive: true });
  for (const line of text.split('\n')) {
    const reason = /ok \d+ - (.*) # SKIP(.*)/.exec(line);
    if (reason) console.log(`left out: ${reason[1]}:${reason[2]}`);
  }
  const counts = /^# \{ (.*) \}$/m.exec(text)?.[1] ?? '';
  const count = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(counts)?.[1] ?? 0);
  const failed = count('fail');
  // A file that crashed before its first assertion counts too.
  return { passed: count('pass'), failed: status === 0 ? failed : Math.max(failed, 1), skipped: count('skip') };
}

installPackages();
if (isStale()) await build();
const asked = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };
for (const [suite, jobs] of Object.entries(SUITES)) {
  if (asked.length > 0 && !asked.includes(suite)) continue;
  const counts = run(suite, jobs);
  for (const key of Object.keys(totals)) totals[key] += counts[key];
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed${totals.skipped ? `, ${totals.skipped} skipped` : ''}`);
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
