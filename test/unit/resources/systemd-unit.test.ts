import { createHash } from 'node:crypto';
import t from 'tap';
import { UsageError } from '../../../lib/model/errors.ts';
import { systemdUnit } from '../../../lib/resources/posix/systemd-unit.ts';

const TEXT = '[Service]\nExecStart=/bin/sleep 1000\n\n[Install]\nWantedBy=multi-user.target\n';
const HASH = createHash('sha256').update(TEXT).digest('hex');

/** As systemd 252 answers. */
function block(name: string, properties: Readonly<Record<string, string>>): string {
  const all = {
    Type: 'simple',
    RemainAfterExit: 'no',
    Id: name,
    LoadState: 'loaded',
    ActiveState: 'active',
    UnitFileState: 'enabled',
    NeedDaemonReload: 'no',
    ...properties,
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

const nobody = { Type: '', LoadState: 'not-found', ActiveState: 'inactive', UnitFileState: '' };
const mine = systemdUnit({ name: 'mine.service', content: TEXT, enabled: true, running: true });

t.test('what differs', async (t) => {
  const found = (stdout: string) => mine.assess(stdout).changes.map(({ attribute, before }) => [attribute, before]);
  t.same(found(`${HASH}  mine.service\n\n${block('mine.service', {})}`), []);
  t.same(found(`\n${block('mine.service', nobody)}`), [
    ['state', 'absent'],
    ['content', undefined],
    ['enabled', false],
    ['running', false],
  ]);
  t.same(
    found(`${HASH}  mine.service\n\n${block('mine.service', { NeedDaemonReload: 'yes' })}`),
    [['loaded', 'outdated']],
    'systemd has not read it yet',
  );
  t.same(
    found(`${HASH}  mine.service\n\n${block('mine.service', { LoadState: 'bad-setting', ActiveState: 'failed' })}`),
    [
      ['loaded', 'bad-setting'],
      ['running', false],
    ],
  );
  const other = HASH.replace(/./, (digit) => (digit === '0' ? '1' : '0'));
  t.same(found(`${other}  mine.service\n\n${block('mine.service', { NeedDaemonReload: 'yes' })}`), [
    ['content', other],
  ]);
});

t.test('many are asked for at once; a template is nothing that systemd could be asked about', async (t) => {
  const names = ['a.service', 'b\\x2dc.timer', 't@.service', 'd.socket'];
  const merged = systemdUnit.kind.probeMany?.(names.map((name) => systemdUnit({ name, content: TEXT })));
  t.equal(merged?.script.text.match(/sha256sum|systemctl show/g)?.length, 2);
  const blocks = ['a.service', 'b\\x2dc.timer', 'd.socket'].map((name) => block(name, {}));
  const [a, b, d] = blocks;
  // GNU sha256sum marks a line in which it doubled a backslash; busybox does neither.
  for (const escaped of [`\\${HASH}  b\\\\x2dc.timer`, `${HASH}  b\\x2dc.timer`]) {
    const stdout = `${HASH}  a.service\n${escaped}\n${HASH}  t@.service\n\n${blocks.join('\n')}`;
    t.same(merged?.split(stdout), [
      `${HASH}  a.service\n\n${a}`,
      `${escaped}\n\n${b}`,
      `${HASH}  t@.service\n\n`,
      `\n${d}`,
    ]);
  }
  t.same(systemdUnit({ name: 't@.service', content: TEXT }).assess(`${HASH}  t@.service\n\n`).changes, []);
});

t.test('mistakes are found before any host is touched', async (t) => {
  const cases: readonly (readonly [Parameters<typeof systemdUnit>[0], RegExp])[] = [
    [{ name: 'mine', content: TEXT }, /with its ending/],
    [{ name: '../x.service', content: TEXT }, /with its ending/],
    [{ name: 'mine.service' }, /content/],
    [{ name: 'mine.service', content: '[Service]\n', enabled: true }, /no \[Install\] section/],
    [{ name: 'mine@.service', content: TEXT, running: true }, /a template is neither enabled nor run/],
    [{ name: 'mine.service', state: 'absent', running: true }, /absent unit/],
  ];
  for (const [input, message] of cases) {
    const found = t.throws(() => systemdUnit(input), UsageError);
    t.match(String(found), message);
  }
});

t.test('a text of any kind arrives as it is', async (t) => {
  const hostile = '[Service]\nExecStart=/bin/sh -c \'echo $(id) `id` "$$HOME"\'\n';
  const { script } = systemdUnit({ name: 'x.service', content: hostile })
    .assess(`\n${block('x.service', nobody)}`)
    .apply();
  t.match(script.text, `printf %s '${hostile.replaceAll("'", "'\\''")}'`);
  t.match(script.text, 'daemon-reload');
});
