import t from 'tap';
import { makeProject } from '../support/garden.ts';
import { singleHost, withLab } from '../support/lab.ts';

const HOST = 'named-host';

const PLAYBOOK = `import { hostname, packages, play, playbook, timezone } from 'walled-garden';

export default playbook('Identity', [
  play('Hosts', {
    hosts: 'all',
    become: true,
    tasks: [packages(['tzdata']), hostname('renamed.garden.test'), timezone('Asia/Kathmandu')],
  }),
]);
`;

t.test('the name and the time zone of a host with a real systemd', async (t) => {
  const lab = await withLab(t, { topology: singleHost(HOST), fresh: true });
  if (lab === undefined) return;
  const project = await makeProject('identity');
  t.teardown(() => project.remove());
  await project.write('playbook.ts', PLAYBOOK);
  const garden = (command: string) => project.garden([command, 'playbook.ts', '-i', lab.inventory]);
  const host = async (script: string) => (await lab.exec(HOST, script)).stdout.trim();
  const state = async () => ({
    names: await host('hostname; cat /etc/hostname; hostnamectl --static; hostnamectl --transient'),
    zone: await host('date -d @0 +%H:%M; cat /etc/timezone'),
  });
  const before = await state();
  t.equal(before.names, Array(4).fill(HOST).join('\n'));

  const plan = await garden('plan');
  t.equal(plan.status, 0, plan.stdout + plan.stderr);
  t.match(plan.stdout, /named-host → renamed\.garden\.test/);
  t.match(plan.stdout, /→ Asia\/Kathmandu/);
  t.same(await state(), before);

  const run = await garden('run');
  t.equal(run.status, 0, run.stdout + run.stderr);
  t.same(await state(), {
    names: Array(4).fill('renamed.garden.test').join('\n'),
    zone: '05:30\nAsia/Kathmandu',
  });
  // Asked but once: systemd-timedated keeps what it has read for as long as it lives.
  t.equal(await host('timedatectl show --property=Timezone --value'), 'Asia/Kathmandu');
  const second = await garden('run');
  t.equal(second.status, 0);
  t.match(second.stdout, /^named-host +ok=3 +changed=0 /m);
});
