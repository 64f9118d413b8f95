import type { Change } from '../../lib/model/change.ts';
import type { Event, Failure, HostRecap, Status, TaskReference } from '../../lib/model/events.ts';

/** A task of a play, as the engine refers to it. */
export function taskReference(role: string, name: string, where: readonly string[] = []): TaskReference {
  return { path: ['Proxies', role, name].filter((part) => part !== '').join('/'), play: 'Proxies', role, name, where };
}

/** A task that is done. */
export function finished(
  host: string,
  task: TaskReference,
  status: Status,
  rest: { readonly changes?: readonly Change[]; readonly note?: string; readonly failure?: Failure } = {},
): Event {
  return { type: 'task-finished', host, task, status, changes: [], duration: 120, ...rest };
}

/** A host's counts, zero where nothing else is said. */
export function recapOf(host: string, counts: Partial<HostRecap> = {}): HostRecap {
  return {
    host,
    ok: 0,
    changed: 0,
    failed: 0,
    ignored: 0,
    skipped: 0,
    unknown: 0,
    unreachable: false,
    locked: false,
    pendingHandlers: [],
    ...counts,
  };
}

const FAILURE: Failure = {
  message: 'haproxy refused the new configuration',
  hint: 'Look at line 12 of templates/haproxy.ts.',
  status: 1,
  lastLines: ['[ALERT] (812) : config : parsing [/etc/haproxy/.haproxy.cfg.garden:12]', 'unknown keyword "bnid"'],
};

/** A run over three hosts: one is changed, one fails, one cannot be reached. */
export function sampleRun(): Event[] {
  const config = taskReference('haproxy', 'Write haproxy.cfg', ['roles/haproxy/index.ts:31', 'playbooks/site.ts:14']);
  const packages = taskReference('haproxy', 'packages haproxy');
  const hosts = ['web-east', 'web-west', 'web-north'];
  const text = { before: 'global\n  maxconn 100\n', after: 'global\n  maxconn 200\n' };
  return [
    { type: 'run-started', run: '20261124T120000Z-0a1b', playbook: 'Walled garden', check: false, hosts },
    { type: 'play-started', play: 'Proxies', hosts, batches: 1 },
    { type: 'batch-started', play: 'Proxies', batch: 1, hosts },
    ...hosts.map((host): Event => ({ type: 'host-connecting', host })),
    { type: 'host-connected', host: 'web-east', transport: 'ssh' },
    { type: 'host-connected', host: 'web-west', transport: 'openssh', reason: 'a certificate is used' },
    {
      type: 'host-unreachable',
      host: 'web-north',
      failure: { message: 'connection refused by 10.0.0.9 port 22', hint: 'Is sshd running there?' },
    },
    { type: 'task-started', host: 'web-east', task: packages },
    finished('web-east', packages, 'ok'),
    finished('web-west', packages, 'ok'),
    { type: 'task-started', host: 'web-east', task: config },
    {
      type: 'task-applying',
      host: 'web-east',
      task: config,
      changes: [{ attribute: 'content', before: 'a1', after: 'b2', text }],
    },
    { type: 'task-output', host: 'web-east', task: config, line: 'checking the configuration', stream: 'stdout' },
    finished('web-east', config, 'changed', {
      changes: [
        { attribute: 'content', before: 'a1', after: 'b2', text },
        { attribute: 'mode', before: '0644', after: '0600' },
      ],
    }),
    { type: 'handler-notified', host: 'web-east', handler: 'Reload haproxy', by: 'haproxy/Write haproxy.cfg' },
    finished('web-west', config, 'failed', { failure: FAILURE }),
    { type: 'message', host: 'web-east', level: 'warning', text: 'the clock is 40 s ahead' },
    finished('web-east', taskReference('haproxy', 'Reload haproxy'), 'changed'),
    ...hosts.map((host): Event => ({ type: 'host-finished', host, play: 'Proxies' })),
    {
      type: 'run-finished',
      run: '20261124T120000Z-0a1b',
      exitCode: 6,
      duration: 4210,
      recap: [
        recapOf('web-east', { ok: 1, changed: 2 }),
        recapOf('web-west', { ok: 1, failed: 1, pendingHandlers: ['Reload haproxy'] }),
        recapOf('web-north', { unreachable: true }),
      ],
    },
  ];
}
