// Shows a run as a tree on this process's terminal; started by the tree's test in a pseudo-terminal.
// Words: how many hosts (0: the sample run), and a size that the window gets in the middle.
import { execFileSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { PlayTree } from '../../lib/report/play-tree.ts';
import { styles, wantsColour } from '../../lib/report/style.ts';
import { treeReport } from '../../lib/report/tree.ts';
import { crowdRun } from './crowd-run.ts';
import { sampleRun } from './run-events.ts';
import { mark } from './screen.ts';

const [hosts = '0', size = ''] = process.argv.slice(2);

// What draws is loaded with the first picture; from here on a picture is due every tenth of a second.
const first = new PlayTree('first', [], process.stderr, styles(false));
first.end();
await first.show();

/** Longer than that, so that every state is drawn. */
const SEEN = 250;

const report = treeReport(
  {
    write: (text) => process.stdout.write(text),
    coloured: wantsColour(process.stdout, process.env),
    diff: hosts === '0',
    verbose: 0,
    profile: false,
    now: () => performance.now(),
    rerun: (names) => `garden run site.ts -l ${names.join(',')}`,
  },
  process.stdout,
);

/** Past the tree, which holds back what others write on its terminal. */
function tell(text: string): void {
  writeSync(1, text);
}

async function look(): Promise<void> {
  await pause(SEEN);
  tell(mark('look'));
}

async function resize(): Promise<void> {
  const [rows = 24, columns = 80] = size.split('x').map(Number);
  tell(mark({ rows, columns }));
  execFileSync('stty', ['rows', String(rows), 'cols', String(columns)], { stdio: 'inherit' });
  await look();
}

if (hosts === '0') {
  for (const event of sampleRun()) {
    report.listener(event);
    await pause(SEEN);
  }
} else {
  const { work, rest } = crowdRun(Number(hosts));
  for (const event of work) report.listener(event);
  await look();
  if (size !== '') await resize();
  for (const event of rest) report.listener(event);
}
await report.close();
