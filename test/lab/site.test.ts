import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import t from 'tap';
import { until } from '../../lib/lab/until.ts';
import { type FileTree, fileTree, type OwnWriting, treeChanges } from '../support/file-tree.ts';
import type { JournalLine } from '../support/journal.ts';
import { runProgram } from '../support/lab.ts';
import { DOMAIN, recapOf, SiteLab } from '../support/site-lab.ts';

const HOSTS = ['log-east', 'proxy-east', 'web-east', 'web-west'];
const PATIENCE = 60_000;

/** All that a look at a host may change on its disk: what systemd and cron's kin write whether garden is there or not. */
const SYSTEM_WRITES: readonly OwnWriting[] = [
  { why: 'journald logs that somebody logged in', paths: /^\/var\/log\/journal\// },
  { why: 'login and sshd count who was there', paths: /^\/var\/log\/(wtmp|btmp|lastlog)$/ },
  { why: 'systemd notes when its timers ran', paths: /^\/var\/lib\/systemd\/timers(\/|$)/ },
  { why: 'apt-daily.timer may be due', paths: /^\/var\/lib\/apt(\/(periodic(\/.*)?|daily_lock))?$/ },
];

/** Which tasks ended so on which hosts. */
function tasks(journal: readonly JournalLine[], ...statuses: readonly string[]): readonly string[] {
  return journal
    .filter(({ type, status = '' }) => type === 'task-finished' && statuses.includes(status))
    .map(({ host, task }) => `${host}: ${task?.path}`)
    .sort();
}

t.test('site.ts on a fresh lab', async (t) => {
  const site = await SiteLab.open(t);
  if (site === undefined) return;
  const { lab } = site;
  const disks = async (): Promise<ReadonlyMap<string, FileTree>> =>
    new Map(await Promise.all(lab.hosts.map(async ({ name, upper }) => [name, await fileTree(upper)] as const)));
  const changesSince = async (before: ReadonlyMap<string, FileTree>) => {
    const after = await disks();
    return [...before].flatMap(([host, tree]) =>
      treeChanges(tree, after.get(host) ?? new Map(), SYSTEM_WRITES).map((change) => `${host}: ${change}`),
    );
  };
  let planned: readonly JournalLine[] = [];

  await t.test('a plan shows what would change and leaves every disk as it is', async (t) => {
    await Promise.all(lab.hosts.map(({ name }) => lab.exec(name, 'systemctl is-system-running --wait')));
    const before = await disks();
    const { status, stdout, stderr } = await site.plan();
    t.equal(status, 0, stderr);
    t.same(await changesSince(before), []);
    planned = await site.journal();
    t.match(stdout, /changed \| proxy-east \| haproxy : Configure HAProxy\n {2}state: absent → present\n/);
    t.match(stdout, /^ {2}\+ {4}acl listed path -m reg -i .*owa/m, 'texts line by line');
    t.notMatch(stdout, /PRIVATE KEY/);

    const touched = await disks();
    await lab.exec(
      'client-east',
      `touch /etc/hosts && chmod 0600 /etc/fstab && rm /etc/issue &&
       touch -r /etc/hostname /run/time && echo client-ease >/etc/hostname && touch -r /run/time /etc/hostname`,
    );
    t.same(
      (await changesSince(touched)).map((change) => change.split(': ', 2).join(' ')),
      ['', '/fstab', '/hostname', '/hosts', '/issue'].map((name) => `client-east /etc${name}`),
      'what is touched, changed behind its time, removed or taken from the image would be seen',
    );
  });

  await t.test('a run converges, and does what was planned', async (t) => {
    const { status, stdout, stderr } = await site.run();
    t.equal(status, 0, stdout + stderr);
    const done = tasks(await site.journal(), 'changed');
    t.ok(done.length > 40, `${done.length} changes`);
    t.same(
      done.filter((task) => !tasks(planned, 'changed', 'unknown').includes(task)),
      [],
      'nothing that the plan did not show',
    );
    t.same(
      tasks(planned, 'changed').filter((task) => !done.includes(task)),
      [],
      'nothing left out',
    );
  });

  await t.test('a second run finds nothing to do', async (t) => {
    const { status, stdout, stderr } = await site.run();
    t.equal(status, 0, stdout + stderr);
    const recap = recapOf(stdout);
    t.same(Object.keys(recap).sort(), HOSTS);
    t.same(
      Object.values(recap).map(({ changed }) => changed),
      HOSTS.map(() => 0),
      stdout,
    );
  });

  await t.test('listed paths pass, with the right certificate; all else is refused, and logged', async (t) => {
    t.match(await site.get('/owa/auth'), { status: 200, body: /^web-(east|west) \/owa\/auth$/m });
    const secret = `/secret-${process.pid}/x?y=1`;
    for (const path of [secret, '/', '/owa2', '/owa%2f..%2fsecret']) t.equal((await site.get(path)).status, 403, path);
    const address = lab.host('proxy-east').address;
    const stranger = await runProgram('curl', [
      '-sS',
      '--resolve',
      `${DOMAIN}:443:${address}`,
      `https://${DOMAIN}/owa`,
    ]);
    t.equal(stranger.status, 60, 'only who trusts the authority');

    const entries = async () => {
      const { stdout } = await lab.exec('log-east', 'cat /var/log/remote/proxy-east/messages.log');
      const lines = stdout.split('\n').filter((line) => line.includes(`"url":"${secret}"`));
      return lines.map((line): unknown => JSON.parse(line.slice(line.indexOf('{'))));
    };
    t.ok(await until(async () => (await entries()).length > 0, PATIENCE), 'the log has come to the central host');
    t.match(await entries(), [{ url: secret, host: DOMAIN, status: 403, denied: 'path', method: 'GET' }]);
  });

  await t.test('TLS 1.2 is spoken, TLS 1.1 is not', async (t) => {
    const hello = (version: string) =>
      runProgram('openssl', [
        ...['s_client', version, '-cipher', 'ALL:@SECLEVEL=0', '-CAfile', site.authorityFile, '-verify_return_error'],
        ...['-servername', DOMAIN, '-verify_hostname', DOMAIN, '-connect', `${lab.host('proxy-east').address}:443`],
      ]);
    const good = await hello('-tls1_2');
    t.equal(good.status, 0, good.stderr);
    t.match(good.stdout, /^ *Protocol +: TLSv1\.2$/m);
    const old = await hello('-tls1_1');
    t.equal(old.status, 1);
    t.match(old.stderr, /alert protocol version/, 'by the server, not by this client');
  });

  await t.test(
    'a controller that is killed between change and reload: the next run reloads, and says why',
    async (t) => {
      const playbook = await site.listing('/killed');
      const workers = await site.proxyWorkers();
      // The probe that comes after the change waits here, so that the moment before the reload lasts.
      const hold = `#!/bin/sh
while [ -e /run/hold ] && grep -q /killed /etc/haproxy/haproxy.cfg; do : >/run/held; sleep 0.05; done
exec /usr/bin/systemctl "$@"
`;
      const systemctl = '/usr/local/sbin/systemctl';
      await lab.exec('proxy-east', `cat >${systemctl} && chmod 0755 ${systemctl} && : >/run/hold`, { input: hold });
      const killed = site.start(playbook, '-l', 'proxies');
      const held = await until(async () => (await lab.exec('proxy-east', 'test -e /run/held')).status === 0, PATIENCE);
      killed.kill('SIGKILL');
      const { stdout } = await killed.ended;
      t.ok(held, stdout);
      t.match(await site.onDisk('proxy-east', '/etc/haproxy/haproxy.cfg'), /\/killed/, 'the file was replaced');
      await lab.exec('proxy-east', `rm ${systemctl} /run/hold; flock --timeout 60 /var/lib/garden/lock true`);
      t.same(await site.proxyWorkers(), workers, 'nothing was reloaded');
      t.equal((await site.get('/killed')).status, 403);

      const next = await site.run(playbook);
      t.equal(next.status, 0, next.stdout + next.stderr);
      t.match(
        next.stdout,
        /^pending \| proxy-east \| haproxy\/Reload HAProxy: notified by Proxies\/haproxy\/Configure HAProxy at \S+ and not run since/m,
      );
      const recap = recapOf(next.stdout);
      t.same(
        HOSTS.map((host) => recap[host]?.changed),
        [0, 1, 0, 0],
        'the reload is all that was to do',
      );
      t.equal((await site.get('/killed')).status, 200);
      t.notSame(await site.proxyWorkers(), workers);
      const third = await site.run(playbook);
      t.equal(third.status, 0);
      t.equal(recapOf(third.stdout)['proxy-east']?.changed, 0, 'and it is not pending any more');
      t.notMatch(third.stdout, /pending/);
    },
  );

  await t.test('a request that is under way while HAProxy reloads gets its whole answer', async (t) => {
    // More than all buffers on the way can hold, so that it is under way for as long as the client does not read.
    const size = 64 * 2 ** 20;
    const line = 'one line of a long answer\n';
    const nginx = `server {
  listen 443 ssl;
  server_name ${DOMAIN};
  ssl_certificate /etc/nginx/tls/site.pem;
  ssl_certificate_key /etc/nginx/tls/site.pem;
  location / { return 200 "well\\n"; }
  location = /owa/long { alias /srv/long; }
}
`;
    for (const host of ['web-east', 'web-west']) {
      const make = `yes '${line.trimEnd()}' | head -c ${size} >/srv/long && cat >/etc/nginx/conf.d/long.conf`;
      const { status, stderr } = await lab.exec(host, `${make} && systemctl reload nginx`, { input: nginx });
      t.equal(status, 0, stderr);
    }
    t.ok(await until(async () => (await site.get('/owa/short')).body === 'well\n', PATIENCE), 'nginx has reloaded');
    const asked = request({
      ...{ host: lab.host('proxy-east').address, servername: DOMAIN, path: '/owa/long', agent: false },
      ...{ headers: { host: DOMAIN }, ca: await readFile(site.authorityFile) },
    }).end();
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      asked.once('response', resolve);
      asked.once('error', reject);
    });
    t.equal(answer.headers['content-length'], String(size));
    const workers = await site.proxyWorkers();

    const reload = site.start(await site.listing('/reloaded'), '-l', 'proxies');
    let over = false;
    const ended = reload.ended.finally(() => {
      over = true;
    });
    const answers: number[] = [];
    while (!over) answers.push((await site.get('/owa/short')).status);
    const { status, stdout } = await ended;
    t.equal(status, 0, stdout);
    t.equal((await site.get('/reloaded')).status, 200, 'the new configuration is at work');
    t.ok(answers.length > 5, `${answers.length} short requests meanwhile`);
    t.same([...new Set(answers)], [200], 'none of them was refused');
    const now = await site.proxyWorkers();
    t.ok(
      workers.some((pid) => now.includes(pid)),
      'the old process is still at it',
    );

    const hash = createHash('sha256');
    answer.on('data', (chunk: Buffer) => hash.update(chunk));
    await once(answer, 'end');
    t.equal(hash.digest('hex'), createHash('sha256').update(Buffer.alloc(size, line)).digest('hex'));
    t.ok(
      await until(async () => !(await site.proxyWorkers()).some((pid) => workers.includes(pid)), PATIENCE),
      'it ends',
    );
  });
});
