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
    [['vault', 'recipients', 'add'], /\(garden vault recipients add --help tells what there is\)/],
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

t.test('a module that waits for ever is named, where Node would end without a word', async (t) => {
  const folder = t.testdir({
    'function.ts': 'export default () => new Promise(() => {});\n',
    'module.ts': 'await new Promise(() => {});\nexport default {};\n',
  });
  for (const [file, expected] of [
    ['function.ts', /function\.ts: its function never ends: it awaits what never comes$/],
    ['module.ts', /module\.ts: it is never loaded: it awaits what never comes$/],
  ] as const) {
    const { status, stderr } = await garden('inventory', '-i', `${folder}/${file}`);
    t.match([status, stderr], [5, expected]);
  }
});

t.test('output that finds no space is not taken for written; a reader that goes away is no fault', async (t) => {
  const run = (command: string) =>
    execa('bash', ['-o', 'pipefail', '-c', `node --import tsx lib/cli/main.ts ${command}`], { reject: false });
  const full = await run('inventory -i one,two, --list > /dev/full');
  t.match([full.exitCode, full.stderr], [1, 'not all could be written to standard output: the disk is full']);
  const gone = await run(`inventory -i 'host[1:9999],' --list | head -1`);
  t.match([gone.exitCode, gone.stdout, gone.stderr], [0, '{', '']);
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
