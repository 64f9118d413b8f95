// A controller for a test to kill: prints every task's end, and waits before the handler while a file is there.

import { z } from 'zod';
import { handler } from '../../lib/model/handler.ts';
import type { ConnectionSettings } from '../../lib/model/host.ts';
import { play } from '../../lib/model/play.ts';
import { playbook } from '../../lib/model/playbook.ts';
import { role } from '../../lib/model/role.ts';
import { sh } from '../../lib/model/script.ts';
import { step } from '../../lib/model/step.ts';
import { task } from '../../lib/model/task.ts';
import { runOn, testHost } from './engine.ts';
import { action, text } from './text-resource.ts';

const settings: ConnectionSettings = JSON.parse(process.argv[2] ?? '');

const killed = role('killed', {
  description: 'Changes something, waits, and reloads.',
  params: z.strictObject({}),
  tasks() {
    const reload = handler('Reload', [action({ path: '/srv/kill/reloaded', line: 'reloaded' })]);
    return [
      task('Configure', text({ path: '/srv/kill/configuration', content: 'new' }), { notify: [reload] }),
      step('Hold', {
        plan: '',
        repeatable: true,
        run: async ({ run }) => void (await run(sh`while [ -e /srv/kill/hold ]; do sleep 0.1; done`)),
      }),
    ];
  },
});

await runOn(
  [testHost('alpha', settings)],
  playbook('killed', [play('Proxies', { hosts: 'all', roles: [killed({})] })]),
  {
    lockTimeout: 20_000,
    onEvent: (event) => {
      if (event.type === 'task-finished') console.log(`${event.status} ${event.task.name}`);
      if (event.type === 'handler-pending') console.log(`pending ${event.handler} since ${event.since} by ${event.by}`);
    },
  },
);
console.log('end');
