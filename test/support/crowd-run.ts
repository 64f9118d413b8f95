import type { Event } from '../../lib/model/events.ts';
import { finished, recapOf, taskReference } from './run-events.ts';

/** A run over many hosts: what happens until most are done, and the rest. */
export interface CrowdRun {
  readonly work: readonly Event[];
  readonly rest: readonly Event[];
}

/** Names as people give them: short and long ones, and such as take two columns a character. */
export function crowdName(index: number): string {
  if (index % 7 === 3) return `主机-${index}-🌱`;
  if (index % 7 === 5) return `a-very-long-name-that-somebody-gave-to-host-${index}.branch-office.example.com`;
  return `host-${index}`;
}

const INSTALL = taskReference('web', 'Install packages');
const WRITE = taskReference('web', 'Write the page');

/** How many hosts are at work when the others are done. */
const AT_WORK = 5;

/** Every tenth host fails; the last few are still at work when the others are done. */
export function crowdRun(amount: number): CrowdRun {
  const hosts = Array.from({ length: amount }, (_, index) => crowdName(index));
  const fails = (index: number): boolean => amount > 1 && index % 10 === 4;
  const isLast = (index: number): boolean => index >= amount - AT_WORK;
  const begin = hosts.flatMap((host): Event[] => [
    { type: 'host-connecting', host },
    { type: 'host-connected', host, transport: 'ssh' },
    { type: 'task-started', host, task: INSTALL },
    { type: 'task-output', host, task: INSTALL, line: `Unpacking nginx on ${host} 展开中 …`, stream: 'stdout' },
  ]);
  const end = (host: string, index: number): Event[] => [
    finished(host, INSTALL, 'changed'),
    fails(index)
      ? finished(host, WRITE, 'failed', { failure: { message: `no space left on ${host}`, status: 1 } })
      : finished(host, WRITE, 'ok'),
    { type: 'host-finished', host, play: 'Proxies' },
  ];
  const early = hosts.flatMap((host, index) => (isLast(index) ? [] : end(host, index)));
  const late = hosts.flatMap((host, index) => (isLast(index) ? end(host, index) : []));
  return {
    work: [
      { type: 'run-started', run: 'r', playbook: 'Crowd', check: false, hosts },
      { type: 'play-started', play: 'Proxies', hosts, batches: 1 },
      ...begin,
      ...early,
    ],
    rest: [
      ...late,
      {
        type: 'run-finished',
        run: 'r',
        exitCode: 2,
        duration: 4000,
        recap: hosts.map((host, index) => recapOf(host, { ok: 1, failed: fails(index) ? 1 : 0 })),
      },
    ],
  };
}
