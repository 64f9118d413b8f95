import t from 'tap';
import { hostFindings } from '../../../lib/cli/doctor/host.ts';

const FINE = 'clock 1000.5\nuser root\nspace 9000000 /\nspace 9000000 /var/lib\n';
const SEEN = { roundTrip: 4, asked: 1_000_500, locks: [] };

t.test('a host on which all is well', async (t) => {
  t.same(new Set(hostFindings(FINE, SEEN).map(({ state }) => state)), new Set(['ok']));
});

t.test('what is wrong with a host, and what to do', async (t) => {
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ['clock 1003.6', 'clock', 'warning', /3\.1 s ahead of this machine/],
    ['clock 900.5', 'clock', 'bad', /100\.0 s behind this machine/],
    ['clock 1001.', 'clock', 'ok', /agrees/],
    ['clock %N', 'clock', 'warning', /cannot be read/],
    ['space 10000 /tmp', 'space', 'bad', /9 MiB free in \/tmp/],
    ['space 200000 /var', 'space', 'warning', /195 MiB free in \/var/],
    ['missing sha256sum', 'programs', 'bad', /sha256sum not there/],
    ['missing flock', 'programs', 'warning', /flock not there/],
    ['pending 2', 'handlers', 'warning', /2 notified and not run/],
    ['unit one.service\nunit two.timer', 'systemd', 'warning', /2 failed: one\.service, two\.timer/],
  ];
  for (const [line, check, state, text] of cases) {
    const base = line.startsWith('clock') ? FINE.replace(/clock .*\n/, '') : FINE;
    const found = hostFindings(`${base}${line}\n`, SEEN).filter((each) => each.check === check && text.test(each.text));
    t.equal(found.length, 1, line);
    t.equal(found[0]?.state, state, line);
    t.equal(found[0]?.todo === undefined, state === 'ok' || line === 'clock %N', `${line}: what to do`);
  }
  const held = hostFindings(FINE, { ...SEEN, locks: ['ann@desk since now (as root)'] });
  t.match(held.at(-1), { check: 'lock', state: 'warning', text: 'held by ann@desk since now (as root)' });
  t.equal(hostFindings('', SEEN).find(({ check }) => check === 'clock')?.state, 'warning', 'no answer is no crash');
});
