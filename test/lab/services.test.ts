import t from 'tap';
import { UnmetPrecondition } from '../../lib/model/errors.ts';
import type { Fact } from '../../lib/model/fact.ts';
import { sh } from '../../lib/model/script.ts';
import { facts, service, systemdUnit } from '../../lib/resources/posix/index.ts';
import { assess, carryOut, converge, plan, probeTogether, type Run, succeed } from '../support/converge.ts';
import { withLab } from '../support/lab.ts';

const HOST = 'unit-host';
/** As a session runs a snippet: from a script that was read whole, with its input closed. */
const RUNNER = `LC_ALL=C; export LC_ALL; script=$(cat); eval "$script" </dev/null`;

/** A service that lives until it is stopped, tells when it is reloaded, and how often it was started. */
const LIVING = `[Unit]
Description=made by a test
[Service]
Type=notify
NotifyAccess=all
ExecStart=/bin/sh -c 'echo started >>/run/living.log; systemd-notify --ready; exec sleep infinity'
ExecReload=/bin/sh -c 'echo reloaded >>/run/living.log'
[Install]
WantedBy=multi-user.target
`;

t.test('services and unit files under a real systemd', async (t) => {
  const lab = await withLab(t, {
    topology: {
      networks: [{ name: 'east', number: 1 }],
      hosts: [{ kind: 'container', name: HOST, network: 'east', number: 11, groups: [] }],
      groupVars: {},
    },
  });
  if (!lab) return;
  const run: Run = async ({ text }) => {
    const { status, ...printed } = await lab.exec(HOST, `sh -c '${RUNNER}'`, { input: text });
    return { ...printed, status: status ?? 255 };
  };
  const log = async () => (await succeed(sh`cat /run/living.log 2>/dev/null || :`, run)).trim().split('\n');
  const shown = async (property: string, unit: string) =>
    (await succeed(sh`systemctl show --property=${property} --value -- ${unit}`, run)).trim();
  const act = async (resource: ReturnType<typeof service>) => carryOut(resource.assess('').apply(), run);
  const living = (content: string) => systemdUnit({ name: 'living.service', content, enabled: true, running: true });

  await t.test('a unit file is read, enabled and started', async (t) => {
    const changes = await converge(living(LIVING), run);
    t.same(
      changes.map(({ attribute }) => attribute),
      ['state', 'content', 'enabled', 'running'],
    );
    t.equal(changes.find(({ text }) => text)?.text?.after, LIVING);
    t.equal(await shown('ActiveState', 'living'), 'active');
    t.equal((await run(sh`systemctl is-enabled living`)).stdout, 'enabled\n');
    t.same(await converge(living(LIVING), run), []);
  });

  await t.test('a new text is read, and what runs goes on', async (t) => {
    const before = await shown('MainPID', 'living');
    await converge(living(LIVING.replace('made by a test', "made $(anew) by 'a' test")), run);
    t.equal(await shown('Description', 'living'), "made $(anew) by 'a' test");
    t.equal(await shown('MainPID', 'living'), before);
    await succeed(sh`touch -d '+1 minute' /etc/systemd/system/living.service`, run);
    t.same(await plan(living(LIVING.replace('made by a test', "made $(anew) by 'a' test")), run), [
      { attribute: 'loaded', before: 'outdated', after: 'current' },
    ]);
  });

  await t.test('a text that systemd cannot use is told, not taken for done', async (t) => {
    const wrong = systemdUnit({ name: 'wrong.service', content: '[Service]\nExecStart=relative/path\n' });
    await carryOut((await assess(wrong, run)).apply(), run);
    t.same((await assess(wrong, run)).changes, [{ attribute: 'loaded', before: 'bad-setting', after: 'current' }]);
    await converge(systemdUnit({ name: 'wrong.service', state: 'absent' }), run);
  });

  await t.test('reloaded and restarted act every time', async (t) => {
    await succeed(sh`: >/run/living.log`, run);
    t.equal((await act(service({ name: 'living', state: 'reloaded' }))).status, 0);
    t.same(await log(), ['reloaded']);
    t.equal((await act(service({ name: 'living', state: 'restarted' }))).status, 0);
    t.same(await log(), ['reloaded', 'started']);
    await converge(service({ name: 'living', state: 'stopped' }), run);
    t.equal((await act(service({ name: 'living', state: 'reloaded' }))).status, 0);
    t.same(await log(), ['reloaded', 'started', 'started'], 'what does not run is started');
    await succeed(
      sh`mkdir -p /etc/systemd/system/living.service.d
printf '[Service]\nEnvironment=DROPPED=in\n' >/etc/systemd/system/living.service.d/a.conf`,
      run,
    );
    await act(service({ name: 'living', state: 'restarted' }));
    t.equal(await shown('Environment', 'living'), 'DROPPED=in', 'with what its files say now');
  });

  await t.test('states of a service', async (t) => {
    await converge(service({ name: 'living', state: 'stopped', enabled: false }), run);
    await converge(service({ name: 'living', enabled: true }), run);
    await converge(service('living'), run);
    t.same(await converge(service({ name: 'living', state: 'running', enabled: true, masked: false }), run), []);
    await converge(service({ name: 'cron.service', state: 'stopped', enabled: false, masked: true }), run);
    await t.rejects(assess(service('cron'), run), UnmetPrecondition);
    await converge(service({ name: 'cron', state: 'running', enabled: true, masked: false }), run);
    await converge(service({ name: 'not-here', masked: true }), run);
    await converge(service({ name: 'apt-daily.timer', state: 'stopped' }), run);
    await t.rejects(assess(service('nobody-has-this'), run), /there is no unit nobody-has-this.service/);
    await probeTogether(
      ['living', 'nobody-has-this', 'cron', 'apt-daily.timer', 'living', 'dbus'].map((name) => service(name)),
      run,
    );
  });

  await t.test('a service that does not come up is told, with what it said', async (t) => {
    const text =
      "[Unit]\nStartLimitIntervalSec=1h\nStartLimitBurst=3\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c 'echo out of apples >&2; exit 3'\n";
    await converge(systemdUnit({ name: 'failing.service', content: text }), run);
    const { status, stderr } = await carryOut((await assess(service('failing'), run)).apply(), run);
    t.equal(status, 1);
    t.match(stderr, /out of apples/);
    t.match(stderr, /systemctl start failing.service failed \(exit-code\)\n$/);
    t.match((await assess(service('failing'), run)).changes, [{ attribute: 'state', before: 'failed' }]);
    t.same(await plan(service({ name: 'failing', state: 'stopped' }), run), []);

    // Too many failures in a row lock a unit; once its cause is gone, garden starts it all the same.
    const { stdout } = await run(
      sh`for attempt in 1 2 3 4; do systemctl start failing; done; systemctl status failing`,
    );
    t.match(stdout, /Start request repeated too quickly/, 'systemd refuses');
    await converge(systemdUnit({ name: 'failing.service', content: text.replace('exit 3', 'exit 0') }), run);
    await converge(service('failing'), run);
    await converge(systemdUnit({ name: 'failing.service', state: 'absent' }), run);
  });

  await t.test('templates, and names with escapes', async (t) => {
    const template = '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n';
    await converge(systemdUnit({ name: 'doze@.service', content: template }), run);
    await converge(service({ name: 'doze@a', state: 'running', enabled: true }), run);
    await converge(systemdUnit({ name: 'a\\x2db.service', content: template, running: true }), run);
    await probeTogether(
      ['living.service', 'a\\x2db.service', 'doze@.service', 'absent.timer'].map((name) =>
        systemdUnit({ name, content: template }),
      ),
      run,
    );
    await converge(service({ name: 'doze@a', state: 'stopped', enabled: false }), run);
    for (const name of ['doze@.service', 'a\\x2db.service', 'living.service']) {
      await converge(systemdUnit({ name, state: 'absent' }), run);
    }
    t.equal((await run(sh`ls -A /etc/systemd/system/*.wants | grep -e doze -e living`)).stdout, '', 'nothing is left');
  });

  await t.test('who is not root is told so', async (t) => {
    const restart = service({ name: 'cron', state: 'restarted' }).assess('').apply();
    const { stderr, status } = await lab.exec(HOST, `sh -c '${RUNNER}'`, {
      input: restart.script.text,
      user: 'deploy',
    });
    t.equal(status, 1);
    t.match(stderr, /systemctl restart cron.service failed \(only root may do this: give the task become: true\)\n$/);
  });

  await t.test('facts', async (t) => {
    const ask = async <T>(fact: Fact<T>): Promise<T> => {
      const host = {};
      fact.answer(host, await succeed(fact.script, run));
      return fact.get(host);
    };
    t.match(
      (await ask(facts.services)).find(({ name }) => name === 'cron.service'),
      { active: 'active', sub: 'running', file: 'enabled' },
    );
    t.equal((await ask(facts.virtualisation)).container, 'systemd-nspawn');
    t.equal((await ask(facts.kernel)).hostname, HOST);
    const address = lab.host(HOST).address;
    t.ok(
      (await ask(facts.network)).interfaces.some(({ addresses }) => addresses.some((each) => each.address === address)),
    );
  });
});
