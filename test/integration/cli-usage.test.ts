import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import t from 'tap';

/** Runs the command line from its sources. */
async function garden(...argv: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, ['--import', 'tsx', 'lib/cli/main.ts', ...argv], {
    reject: false,
    stdin: 'ignore',
  });
  return { status: exitCode ?? -1, stdout, stderr };
}

t.test('wrong usage is told with a suggestion, and ends with 5', async (t) => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['rnu', 'site.ts'], /unknown command 'rnu'\n\(Did you mean run\?\)/],
    [['run', 'site.ts', '--chek'], /unknown option '--chek'\n\(Did you mean --check\?\)/],
    [['run'], /missing required argument 'playbook'/],
    [['run', 'site.ts', '-f', 'many'], /'many' is invalid. It must be a whole number, 1 or more/],
    [['run', 'a.ts', 'b.ts'], /too many arguments/],
    [['exec', 'all'], /missing required argument 'command'/],
    [['run', 'site.ts', '--become-method', 'runas'], /Allowed choices are sudo, su, doas/],
    [['run', 'site.ts', '-i'], /argument missing/],
    [[], /Usage: garden/],
  ];
  await Promise.all(
    cases.map(async ([argv, expected]) => {
      const { status, stdout, stderr } = await garden(...argv);
      t.equal(status, 5, argv.join(' '));
      t.match(stderr, expected);
      t.equal(stdout, '', 'nothing on standard output');
    }),
  );
});

t.test('the options of a run stand in the help under headings', async (t) => {
  const { stdout } = await garden('run', '--help');
  const headings = stdout.split('\n').filter((line) => /^[A-Z].*:$/.test(line));
  t.same(headings, [
    'Arguments:',
    'Inventory:',
    'Log-in:',
    'Acting as another user:',
    'What to run, and how:',
    'Output:',
    'Secrets:',
    'Examples:',
  ]);
});

t.test('help and version', async (t) => {
  const manifest: unknown = JSON.parse(readFileSync('package.json', 'utf8'));
  const version = await garden('--version');
  t.match(manifest, { version: version.stdout });
  t.equal(version.status, 0);
  for (const command of [[], ['run'], ['plan'], ['exec'], ['lab']]) {
    const { status, stdout } = await garden(...command, '--help');
    t.equal(status, 0);
    t.match(stdout, `Usage: ${['garden', ...command].join(' ')}`);
    if (command[0] !== 'plan') t.match(stdout, /Examples:\n {2}garden /, command.join(' '));
  }
});
