import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { labDown, labStatus, labUnavailable, labUp } from '../../lib/lab/index.ts';
import { LabNames } from '../../lib/lab/layout.ts';
import { labProcesses } from '../../lib/lab/processes.ts';
import { until } from '../../lib/lab/until.ts';
import { runProgram, testLab, testLabName, withLab } from '../support/lab.ts';

const LAB_MODULE = new URL('../../lib/lab/index.ts', import.meta.url).href;
const PATIENCE = 60_000;
const ignore = () => {};

/** What a machine consists of, as far as a lab could leave something behind. */
async function inventoryOfMachine(): Promise<readonly string[]> {
  const print = async (program: string, ...words: string[]) => (await runProgram(program, words)).stdout.split('\n');
  // What has ended but was not waited for yet by the machine's init (a zombie) has an empty command line.
  const commands = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map((pid) =>
        Promise.all(['cmdline', 'cgroup'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => ''))),
      ),
  );
  return [
    ...(await print('ip', '-brief', 'link')),
    ...(await print('ip', 'route')),
    ...(await print('ip', 'netns', 'list')),
    ...(await readFile('/proc/self/mountinfo', 'utf8')).split('\n'),
    ...(await print('find', '/sys/fs/cgroup', '/var/lib/garden', '/run', tmpdir(), '-maxdepth', '6')),
    ...commands.filter(([command]) => command !== '').map((texts) => texts.join(' ').replaceAll('\0', ' ')),
  ];
}

/** What was not there before and has to do with this lab; others may work on this machine at the same time. */
function leftBy(lab: string, before: readonly string[], after: readonly string[]): readonly string[] {
  const known = new Set(before);
  return after.filter((line) => !known.has(line) && new RegExp(`\\b${lab}\\b`).test(line));
}

/** A controller of its own that brings a lab up, and tells what the lab says. */
function controller(name: string, project: string): { readonly child: ChildProcess; readonly said: string[] } {
  const options = `{ name: ${JSON.stringify(name)}, project: ${JSON.stringify(project)}, say: (line) => console.log(line) }`;
  const code = `const { labUp } = await import(${JSON.stringify(LAB_MODULE)}); await labUp(${options});`;
  const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  return { child, said };
}

const exited = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });

t.test('without root or the commands, all that is missing is said at once, and nothing is made', async (t) => {
  const name = testLabName('n');
  const code = `const { labUp } = await import(${JSON.stringify(LAB_MODULE)});
    try { await labUp({ name: ${JSON.stringify(name)}, project: '/nonexistent', say() {} }); }
    catch (error) { console.log(error.name, error.message, error.mistakes[0].hint); }`;
  // Still able to read this checkout, wherever it is.
  const capability = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
  const user =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...capability] : ['env'];
  const [program = '', ...words] = [...user, 'env', '--unset=NODE_OPTIONS', 'PATH=/nonexistent', process.execPath];
  const { stdout, stderr } = await runProgram(program, [
    ...words,
    '--import=tsx',
    '--input-type=module',
    '--eval',
    code,
  ]);
  t.match(stdout, /^UsageError the lab cannot be brought up on this machine/, stderr);
  t.match(stdout, /root: .*another user\n.*sudo/);
  t.match(stdout, /commands: .*mmdebstrap.*systemd-nspawn/);
  t.match(stdout, /apt-get install .*mmdebstrap.*systemd-container/);
  t.match(stdout, /-i inventory\.ini/);
  t.notOk(existsSync(new LabNames(name).folder));
});

t.test('a lab from up to down', async (t) => {
  const reason = await labUnavailable();
  if (reason !== undefined) return t.plan(0, reason);
  const before = await inventoryOfMachine();
  const name = testLabName();
  const names = new LabNames(name);
  const project = await mkdtemp(join(tmpdir(), 'garden-lab-test-'));
  const options = { name, project, say: ignore };
  t.teardown(async () => {
    await labDown(options);
    await rm(project, { recursive: true, force: true });
  });

  // Two at once: one makes the lab, the other waits for it and finds it made.
  const said: string[] = [];
  const listening = { ...options, say: (line: string) => said.push(line) };
  const [first] = await Promise.all([labUp(listening), labUp(listening)]);
  const lab = testLab(first, project);
  const hosts = lab.hosts.map((host) => host.name);
  t.equal(said.filter((line) => line.startsWith('lab: starting')).length, 1, 'started once');
  t.ok(hosts.length >= 5);

  await t.test('every host lets in root, operator and deploy by plain ssh, with their host keys known', async (t) => {
    for (const host of hosts) {
      t.equal((await lab.exec(host, 'hostname')).stdout, `${host}\n`);
      t.equal((await lab.exec(host, 'sudo -n id -u', { user: 'operator' })).stdout, '0\n', 'sudo without a password');
    }
    const [host = ''] = hosts;
    t.not((await lab.exec(host, 'sudo -n id -u', { user: 'deploy' })).status, 0, 'deploy is asked for a password');
    const input = `${lab.deployPassword.reveal()}\n`;
    t.equal((await lab.exec(host, "sudo -S -p '' id -u", { user: 'deploy', input })).stdout, '0\n');
  });

  await t.test('every host has started all its services, and finds the others', async (t) => {
    for (const host of hosts) t.equal((await lab.exec(host, 'systemctl is-system-running')).stdout, 'running\n');
    for (const host of hosts) t.equal((await lab.exec('web-west', `ping -c1 -W2 ${host}`)).status, 0, `to ${host}`);
  });

  await t.test(
    'packages can be installed though no mirror is reached; they go to the upper folder of that host',
    async (t) => {
      const install = await lab.exec('client-east', 'apt-get -q update && apt-get -q -y install hello && hello');
      t.match(install.stdout, /Hello, world!/, install.stderr);
      t.ok(existsSync(join(lab.host('client-east').upper, 'usr/bin/hello')));
      t.notOk(existsSync(join(lab.host('web-east').upper, 'usr/bin/hello')));
    },
  );

  await t.test('up again changes nothing', async (t) => {
    const bootIds = () =>
      Promise.all(hosts.map(async (host) => (await lab.exec(host, 'cat /proc/sys/kernel/random/boot_id')).stdout));
    const earlier = await bootIds();
    const inventory = await readFile(lab.inventory, 'utf8');
    await labUp(options);
    t.same(await bootIds(), earlier);
    t.equal(await readFile(lab.inventory, 'utf8'), inventory);
    t.match(inventory, new RegExp(`^proxy-east ansible_host=${lab.host('proxy-east').address}$`, 'm'));
  });

  await t.test('a host that reboots comes back with its files', async (t) => {
    const bootId = async () => (await lab.exec('web-west', 'cat /proc/sys/kernel/random/boot_id')).stdout;
    const earlier = await bootId();
    await lab.exec('web-west', 'echo kept > /root/kept; systemctl reboot');
    const back = await until(async () => {
      const now = await bootId();
      return now !== '' && now !== earlier;
    }, PATIENCE);
    t.ok(back);
    t.equal((await lab.exec('web-west', 'cat /root/kept')).stdout, 'kept\n');
  });

  await t.test('status tells of each host, and up starts one that has ended', async (t) => {
    const lines: string[] = [];
    t.equal((await labStatus({ name, say: (line) => lines.push(line) })).state, 'up');
    t.match(lines.join('\n'), new RegExp(`log-east +${lab.host('log-east').address} +running +\\d+ (s|min) +\\d+ MiB`));

    await lab.exec('log-east', 'echo kept > /root/kept; systemctl poweroff');
    const ended = async () => (await labStatus({ name, say: ignore })).state === 'broken';
    t.ok(await until(ended, PATIENCE));
    const { problems } = await labStatus({ name, say: ignore });
    t.ok(await until(async () => !(await labProcesses(names)).some(({ host }) => host === 'log-east'), PATIENCE));
    t.match(problems.join('\n'), /log-east/);
    await labUp(options);
    t.equal((await labStatus({ name, say: ignore })).state, 'up');
    t.equal((await lab.exec('log-east', 'cat /root/kept')).stdout, 'kept\n');
  });

  await t.test('down leaves nothing behind, and leaves others alone', async (t) => {
    // Its command line names the lab's own script, but it is no process of the lab.
    const script = names.host('log-east').script;
    const bystander = spawn('sh', ['-c', 'sleep 1000', 'sh', script], { stdio: 'ignore', detached: true });
    t.teardown(() => process.kill(-(bystander.pid ?? 0), 'SIGKILL'));
    t.ok(await labDown(options));
    t.equal(bystander.exitCode ?? bystander.signalCode, null, 'the bystander still runs');
    const left = leftBy(name, before, await inventoryOfMachine()).filter((line) => !line.includes(script));
    t.same(left, []);
    t.notOk(existsSync(join(project, '.garden')));
    t.equal((await labStatus({ name, say: ignore })).state, 'down');
    t.equal(await labDown(options), false, 'a second time there is nothing to do');
  });
});

t.test('a lab for tests can have other hosts than the default ones', async (t) => {
  const topology = {
    networks: [{ name: 'lan', number: 7 }],
    hosts: [
      { kind: 'container' as const, name: 'alone', network: 'lan', number: 33, groups: ['web'], vars: { port: 8443 } },
    ],
    groupVars: {},
  };
  const shared = process.env.GARDEN_TEST_LAB;
  delete process.env.GARDEN_TEST_LAB;
  t.teardown(() => {
    if (shared !== undefined) process.env.GARDEN_TEST_LAB = shared;
  });
  const lab = await withLab(t, { topology });
  if (lab === undefined) return;
  t.match(lab.host('alone').address, /^10\.\d+\.7\.33$/);
  t.equal((await lab.exec('alone', 'cat', { user: 'operator', input: 'through' })).stdout, 'through');
  t.match(await readFile(lab.inventory, 'utf8'), /^alone ansible_host=\S+ port=8443$/m);
  const options = { name: lab.name, project: lab.project, say: ignore };
  await t.rejects(labUp(options), /made with other hosts/, 'a lab is not changed into another one');
});

t.test('down cleans up after a controller that was killed, wherever it was', async (t) => {
  const reason = await labUnavailable();
  if (reason !== undefined) return t.plan(0, reason);
  const name = testLabName('c');
  const names = new LabNames(name);
  const project = await mkdtemp(join(tmpdir(), 'garden-lab-test-'));
  const options = { name, project, say: ignore };
  t.teardown(async () => {
    await labDown(options);
    await rm(project, { recursive: true, force: true });
  });
  // The image is there, so that every round is about the lab itself.
  await labUp(options);
  await labDown(options);

  const moments: Readonly<Record<string, (said: readonly string[]) => boolean>> = {
    'when it has locked the lab': () => existsSync(names.folder),
    'when the state is written': () => existsSync(names.stateFile),
    'when the network namespace is there': () => existsSync(`/run/netns/${names.namespace}`),
    'when hosts are being prepared': () => existsSync(names.host('web-east').upper),
    'when hosts are starting': (said) => said.join('').includes('lab: starting'),
    'when a console has output': () => existsSync(names.host('web-west').console),
  };
  for (const [moment, reached] of Object.entries(moments)) {
    await t.test(moment, async (t) => {
      const before = await inventoryOfMachine();
      const { child, said } = controller(name, project);
      const over = () => child.exitCode !== null;
      t.ok((await until(async () => reached(said) || over(), PATIENCE)) && !over(), 'killed in the middle of up');
      child.kill('SIGKILL');
      await exited(child);
      await labDown(options);
      t.same(leftBy(name, before, await inventoryOfMachine()), []);
    });
  }

  await t.test('when an image was being built', async (t) => {
    const cacheHome = process.env.XDG_CACHE_HOME;
    const cache = join(project, 'cache');
    process.env.XDG_CACHE_HOME = cache;
    t.teardown(() => {
      if (cacheHome === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = cacheHome;
    });
    const found = async () => (await readdir(cache, { recursive: true })).filter((path) => path.includes('.building'));
    const builders = async () =>
      (await inventoryOfMachine()).filter(
        (line) => /^(\S*perl|unshare) .*mmdebstrap/.test(line) && line.includes(cache),
      );
    const { child } = controller(name, project);
    t.ok(await until(async () => (await builders()).length > 0, PATIENCE), 'mmdebstrap runs');
    t.ok((await found()).length > 0);
    child.kill('SIGKILL');
    await exited(child);
    t.ok(await until(async () => (await builders()).length === 0, PATIENCE), 'it ends with the controller');
    await labDown(options);
    t.same(await found(), []);
  });

  await t.test('also when the state file is damaged or gone', async (t) => {
    const before = await inventoryOfMachine();
    await labUp(options);
    await writeFile(names.stateFile, '{ "number": ');
    await labDown(options);
    t.same(leftBy(name, before, await inventoryOfMachine()), []);
    await labUp(options);
    await rm(names.folder, { recursive: true, force: true });
    t.equal((await labStatus({ name, say: ignore })).state, 'broken');
    await labDown(options);
    t.same(leftBy(name, before, await inventoryOfMachine()), []);
  });
});
