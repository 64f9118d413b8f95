import t from 'tap';
import { resolveBecome } from '../../../lib/engine/become.ts';
import type { Host } from '../../../lib/model/host.ts';
import { testHost } from '../../support/engine.ts';

const host = (become: Host['become']) => testHost('alpha', { address: '127.0.0.1' }, become);
const none = { play: undefined, commandLine: undefined, password: undefined };

t.test('user and method come each from the nearest place that says so', async (t) => {
  const play = { ...none, play: { user: 'postgres', method: 'su' } as const };
  t.match(resolveBecome(undefined, host({ user: 'admin' }), play), { user: 'admin', method: 'su' }, 'host before play');
  t.match(
    resolveBecome({ method: 'doas' }, host({}), play),
    { user: 'postgres', method: 'doas' },
    'the rest from the play',
  );
  t.match(resolveBecome({ user: 'www' }, host({ user: 'admin' }), play), { user: 'www' }, 'the task before all');
  t.match(resolveBecome(true, host({}), none), { user: 'root', method: 'sudo' });
});

t.test('nobody becomes anybody unasked', async (t) => {
  t.equal(resolveBecome(undefined, host({ user: 'admin' }), none), undefined);
  t.equal(resolveBecome(false, host({ enabled: true }), { ...none, play: true }), undefined);
  t.equal(resolveBecome(undefined, host({ enabled: false }), { ...none, play: true }), undefined);
});
