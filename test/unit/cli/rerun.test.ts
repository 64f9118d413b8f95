import t from 'tap';
import { rerunCommand } from '../../../lib/cli/run/rerun.ts';

t.test('the same command for these hosts alone', async (t) => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [['run', 'site.ts'], 'garden run site.ts -l a,b'],
    [['run', 'site.ts', '-l', 'web', '-bK'], 'garden run site.ts -bK -l a,b'],
    [['run', '--limit=web', 'site.ts', '-lweb'], 'garden run site.ts -l a,b'],
    [['run', 'my site.ts', '--lab'], "garden run 'my site.ts' --lab -l a,b"],
    [['exec', 'web', '-i', 'h.ini', '--', 'ls', '-l', '/'], 'garden exec web -i h.ini -l a,b -- ls -l /'],
    [['run', 's.ts', '-e', 'password=canary'], 'garden run s.ts -e … -l a,b'],
    [['run', 's.ts', '-epassword=canary'], 'garden run s.ts -e… -l a,b'],
    [['run', 's.ts', '--extra-vars={"a":"canary"}'], 'garden run s.ts --extra-vars=… -l a,b'],
    [['run', 's.ts', '-e', '@vars.json'], 'garden run s.ts -e @vars.json -l a,b'],
  ];
  for (const [argv, expected] of cases) t.equal(rerunCommand(argv, ['a', 'b']), expected, argv.join(' '));
});

t.test('for the hosts of the journal, and for all', async (t) => {
  t.equal(rerunCommand(['run', 's.ts', '-l', 'web'], 'failed'), 'garden run s.ts -l web --rerun failed');
  t.equal(rerunCommand(['run', 's.ts', '--rerun', 'failed'], 'failed'), 'garden run s.ts --rerun failed');
  t.equal(rerunCommand(['run', 's.ts', '--rerun=changed'], ['a']), 'garden run s.ts -l a');
  t.equal(rerunCommand(['run', '--plan', 'p.json'], 'all'), 'garden run --plan p.json');
});
