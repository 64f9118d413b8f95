// A handler that waits, against a real sshd: for what it has set in motion, and not for itself.
import t from 'tap';
import { handler } from '../../lib/model/handler.ts';
import { sh } from '../../lib/model/script.ts';
import { task } from '../../lib/model/task.ts';
import { waitFor } from '../../lib/model/wait.ts';
import { runOn, testHost } from '../support/engine.ts';
import { type Sshd, sshdUnavailable, startSshd } from '../support/sshd.ts';
import { action, text } from '../support/text-resource.ts';

if (sshdUnavailable) {
  t.plan(0, sshdUnavailable);
  process.exit(0);
}

const sshd: Sshd = await startSshd();
t.teardown(() => sshd.stop());
const host = testHost('alpha', sshd.settings('root'));

t.test('what a handler waits for comes after it, once; a failed wait leaves it pending', async (t) => {
  await sshd.run('mkdir -p /srv/wait');
  const configure = (content: string, missing = '') => {
    const reload = handler('Reload', [
      action({ path: '/srv/wait/log', line: 'reloaded' }),
      waitFor('Serves', { script: sh`grep -q reloaded /srv/wait/log${missing}`, timeout: '100ms', every: '50ms' }),
    ]);
    const after = handler('After', action({ path: '/srv/wait/log', line: 'after' }));
    return [task('Configure', text({ path: '/srv/wait/a', content }), { notify: [reload, after] })];
  };
  const good = await runOn([host], configure('one'));
  t.same(good.tasks(), [
    'changed Configure',
    'changed Reload / action reloaded',
    'ok Reload / Serves',
    'changed After',
  ]);
  t.same(good.recap[0]?.pendingHandlers, []);
  t.same((await runOn([host], configure('two'), { check: true })).exitCode, 0);

  const bad = await runOn([host], configure('two', '-not'));
  t.same(bad.tasks(), ['changed Configure', 'changed Reload / action reloaded', 'failed Reload / Serves']);
  t.equal(bad.exitCode, 2);
  t.match(bad.recap[0]?.pendingHandlers, [/Reload$/, /After$/]);
  const next = await runOn([host], configure('two'));
  t.same(next.tasks(), ['ok Configure', 'changed Reload / action reloaded', 'ok Reload / Serves', 'changed After']);
});
