// `npm test`: installs what the tests need of Debian, then runs all that this machine can run, and counts it.
// `npm test -- unit integration` runs some of the suites.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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

/** Runs a suite with tap: a line for every file, all of it where something failed, and counts its assertions. */
async function run(suite, jobs) {
  const folder = join(root, 'test', suite);
  const files = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join('test', suite, name));
  console.log(`\n${suite}: ${files.length} files`);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (files.length === 0) return counts;
  const tap = spawn(join(root, 'node_modules/.bin/tap'), [`--jobs=${jobs}`, '--reporter=tap', ...files], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => tap.once('exit', resolve));
  let block = [];
  for await (const line of createInterface({ input: tap.stdout })) {
    block.push(line);
    const leftOut = /^\s*(?:ok \d+ - (.*?) # SKIP|1\.\.0 #) ?(.*)/.exec(line);
    if (leftOut) console.log(`left out: ${[leftOut[1], leftOut[2]].filter(Boolean).join(': ')}`);
    const totals = /^# \{ (.*) \}$/.exec(line)?.[1];
    if (totals !== undefined) {
      const count = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(totals)?.[1] ?? 0);
      Object.assign(counts, { passed: count('pass'), failed: count('fail'), skipped: count('skip') });
    }
    if (!/^(not )?ok \d+ - test\//.test(line)) continue;
    console.log(line);
    if (line.startsWith('not')) console.log(block.filter((each) => !/^\s+ok \d+/.test(each)).join('\n'));
    block = [];
  }
  // A runner that broke down before it could count has failed too.
  if ((await ended) !== 0) counts.failed = Math.max(counts.failed, 1);
  return counts;
}

installPackages();
if (isStale()) await build();
const asked = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };
for (const [suite, jobs] of Object.entries(SUITES)) {
  if (asked.length > 0 && !asked.includes(suite)) continue;
  const counts = await run(suite, jobs);
  for (const key of Object.keys(totals)) totals[key] += counts[key];
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed${totals.skipped ? `, ${totals.skipped} skipped` : ''}`);
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
