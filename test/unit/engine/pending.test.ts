import { execFileSync } from 'node:child_process';
import t from 'tap';
import { parseMarkers, readMarkers, removeMarkers, writeMarkers } from '../../../lib/engine/pending.ts';
import { type Script, sh } from '../../../lib/model/script.ts';

t.test('markers are read back as they were written, and go when they are removed', async (t) => {
  const state = t.testdir({});
  const run = (script: Script, shell: string) =>
    execFileSync(shell, ['-c', `garden_state=${sh`${state}`}; ${script}`]).toString();
  const since = '2026-11-24T12:00:00.000Z';
  const reload = { handler: 'haproxy/Reload HAProxy', by: "Proxies/haproxy/it's $(here)", since, run: 'r1' };
  const restart = { handler: 'haproxy/Restart', by: 'Proxies/haproxy/two\nlines', since, run: 'r1' };
  for (const shell of ['dash', 'bash']) {
    t.equal(run(readMarkers(), shell), '', 'none where there is no folder');
    run(writeMarkers([reload, restart]), shell);
    const found = parseMarkers(run(readMarkers(), shell));
    t.same(
      [...found].sort((a, b) => a.handler.localeCompare(b.handler)),
      [reload, { ...restart, by: 'Proxies/haproxy/two lines' }],
    );
    run(removeMarkers([reload.handler]), shell);
    t.same(
      parseMarkers(run(readMarkers(), shell)).map(({ handler }) => handler),
      [restart.handler],
    );
    run(removeMarkers([restart.handler]), shell);
  }
});
