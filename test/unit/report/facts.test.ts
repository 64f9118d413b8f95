import t from 'tap';
import {
  type FactAnswer,
  type FactAnswers,
  type FactFormat,
  factsReport,
  hasFailures,
} from '../../../lib/report/facts.ts';

const ANSWERS: FactAnswers = new Map([
  [
    'web1',
    new Map<string, FactAnswer>([
      ['os', { value: { id: 'debian', like: ['linux', 'unix'], since: new Date(0), nothing: undefined } }],
      ['disks', { value: [{ name: 'vda', size: 5 }] }],
      ['services', { failure: 'systemctl: \u001b[31mnot found' }],
    ]),
  ],
]);

function printed(format: FactFormat): string {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  const options = { write, coloured: false, diff: false, verbose: 0, profile: false, now: () => 0, rerun: () => '' };
  const report = factsReport(ANSWERS, format, options, () => {});
  report.listener({ type: 'run-finished', run: '1', exitCode: 0, duration: 0, recap: [] });
  return text;
}

t.test('facts as text: each value with the way to it, what cannot be read with the reason', async (t) => {
  t.equal(
    printed('text'),
    [
      'web1',
      '  os.id         debian',
      '  os.like       linux, unix',
      '  os.since      1970-01-01T00:00:00.000Z',
      '  os.nothing',
      '  disks.0.name  vda',
      '  disks.0.size  5',
      '  services      cannot be read: systemctl: ^[[31mnot found',
      '',
    ].join('\n'),
  );
});

t.test('facts as data: what cannot be read is left out', async (t) => {
  const expected = { web1: { os: { id: 'debian', like: ['linux', 'unix'] }, disks: [{ name: 'vda' }] } };
  const data: unknown = JSON.parse(printed('json'));
  t.match(data, expected);
  t.notMatch(data, { web1: { services: /./ } });
  t.match(printed('yaml'), /^web1:\n {2}os:\n {4}id: debian\n/);
  t.equal(hasFailures(ANSWERS), true);
  t.equal(hasFailures(new Map()), false);
});
