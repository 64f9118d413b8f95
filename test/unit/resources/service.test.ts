import t from 'tap';
import { UnmetPrecondition, UsageError } from '../../../lib/model/errors.ts';
import { service } from '../../../lib/resources/posix/service.ts';

/** Recorded from systemd 252 on Debian 12: `systemctl show` of these units in this order, as `service` asks for it. */
const RECORDED: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['cron.service', { Type: 'simple', LoadState: 'loaded', ActiveState: 'active', UnitFileState: 'enabled' }],
  ['nope.service', { Type: '', LoadState: 'not-found', ActiveState: 'inactive', UnitFileState: '' }],
  ['failing.service', { Type: 'simple', LoadState: 'loaded', ActiveState: 'failed', UnitFileState: 'static' }],
  ['once.service', { Type: 'oneshot', LoadState: 'loaded', ActiveState: 'inactive', UnitFileState: 'disabled' }],
  ['wrong.service', { Type: '', LoadState: 'bad-setting', ActiveState: 'inactive', UnitFileState: 'static' }],
  ['masked.service', { Type: '', LoadState: 'masked', ActiveState: 'inactive', UnitFileState: 'masked' }],
  ['dbus.service', { Type: 'notify', LoadState: 'loaded', ActiveState: 'active', UnitFileState: 'static' }],
  ['apt-daily.timer', { LoadState: 'loaded', ActiveState: 'active', UnitFileState: 'enabled' }],
];

function block([id, properties]: (typeof RECORDED)[number]): string {
  const type = Object.entries(properties).filter(([name]) => name === 'Type');
  const rest = Object.entries(properties).filter(([name]) => name !== 'Type');
  const all = [
    ...type,
    ...(id.endsWith('.service') ? [['RemainAfterExit', 'no']] : []),
    ['Id', id],
    ...rest,
    ['NeedDaemonReload', 'no'],
  ];
  return all.map(([name, value]) => `${name}=${value}\n`).join('');
}

const answer = (name: string) => {
  const found = RECORDED.find(([id]) => id === name);
  if (!found) throw new Error(`nothing was recorded of ${name}`);
  return block(found);
};

type Input = Exclude<Parameters<typeof service>[0], string>;

/** What is recorded of the unit, against what is asked for. */
function changes(input: Input): readonly (readonly unknown[])[] {
  const name = input.name.includes('.') ? input.name : `${input.name}.service`;
  return service(input)
    .assess(answer(name))
    .changes.map(({ attribute, before, after }) => [attribute, before, after]);
}

t.test('what differs', async (t) => {
  const cases: readonly (readonly [Input, readonly (readonly unknown[])[]])[] = [
    [{ name: 'cron', state: 'running', enabled: true, masked: false }, []],
    [
      { name: 'cron', state: 'stopped', enabled: false },
      [
        ['enabled', true, false],
        ['state', 'running', 'stopped'],
      ],
    ],
    [{ name: 'cron', masked: true }, [['masked', false, true]]],
    [{ name: 'cron' }, []],
    [{ name: 'failing', state: 'running' }, [['state', 'failed', 'running']]],
    [{ name: 'failing', state: 'stopped' }, []],
    [{ name: 'once', enabled: true }, [['enabled', false, true]]],
    [{ name: 'nope', masked: true }, [['masked', false, true]]],
    [{ name: 'masked', masked: true, state: 'stopped' }, []],
    [
      { name: 'masked', masked: false, enabled: true, state: 'running' },
      [
        ['masked', true, false],
        ['enabled', false, true],
        ['state', 'stopped', 'running'],
      ],
    ],
    [{ name: 'dbus', enabled: true }, []],
    [{ name: 'apt-daily.timer', state: 'running', enabled: true }, []],
  ];
  for (const [input, expected] of cases) t.same(changes(input), expected, JSON.stringify(input));
});

t.test('what cannot be', async (t) => {
  const cases: readonly (readonly [Input, RegExp])[] = [
    [{ name: 'nope', state: 'running' }, /there is no unit nope.service on this host/],
    [{ name: 'nope', enabled: false }, /there is no unit/],
    [{ name: 'once', state: 'running' }, /runs to its end and is never "running"/],
    [{ name: 'masked', state: 'running' }, /masked.service is masked/],
    [{ name: 'dbus', enabled: false }, /cannot be disabled: it is static/],
  ];
  for (const [input, message] of cases) {
    const found = t.throws(() => changes(input), UnmetPrecondition, JSON.stringify(input));
    t.match(String(found), message);
  }
  for (const name of ['*', 'a b', '-x', 'getty@.service', '', 'x;y', '$(id)']) {
    t.throws(() => service(name), UsageError, JSON.stringify(name));
  }
  t.throws(() => service({ name: 'x', masked: true, state: 'running' }), /masked unit can neither/);
});

t.test('many units are asked for at once, in their order, twice the same one too', async (t) => {
  const many = ['cron', 'nope', 'apt-daily.timer', 'cron'].map((name) => service(name));
  const merged = service.kind.probeMany?.(many);
  t.match(merged?.script.text, /-- cron.service nope.service apt-daily.timer cron.service/);
  t.equal(merged?.script.text.match(/systemctl show/g)?.length, 1);
  const parts = ['cron.service', 'nope.service', 'apt-daily.timer', 'cron.service'].map(answer);
  t.same(merged?.split(parts.join('\n')), parts);
});

t.test('a restart has no state to look at', async (t) => {
  for (const state of ['restarted', 'reloaded'] as const) {
    const restart = service({ name: 'cron', state });
    t.equal(restart.probe(), null);
    t.same(restart.assess('').changes, [{ attribute: 'state', before: undefined, after: state }]);
  }
});

t.test('a unit is released before it is started, and stopped before it is masked', async (t) => {
  const verbs = (input: Input, name: string) =>
    [
      ...service(input)
        .assess(answer(name))
        .apply()
        .script.text.matchAll(/^(?:control|reread) .*$/gm),
    ].map(String);
  t.same(verbs({ name: 'masked', masked: false, enabled: true, state: 'running' }, 'masked.service'), [
    'control unmask masked.service',
    'reread masked.service',
    'control enable masked.service',
    'control start masked.service',
  ]);
  t.same(verbs({ name: 'cron', masked: true, enabled: false, state: 'stopped' }, 'cron.service'), [
    'control disable cron.service',
    'control stop cron.service',
    'control mask cron.service',
  ]);
});
