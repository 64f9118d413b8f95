// Shows the sample run as a tree on this process's terminal; started by the tree's test in a pseudo-terminal.
import { setTimeout as pause } from 'node:timers/promises';
import { treeReport } from '../../lib/report/tree.ts';
import { sampleRun } from './run-events.ts';

const report = treeReport(
  {
    write: (text) => process.stdout.write(text),
    coloured: true,
    diff: true,
    verbose: 0,
    profile: false,
    now: Date.now,
    rerun: (hosts) => `garden run site.ts -l ${hosts.join(',')}`,
  },
  process.stdout,
);
for (const event of sampleRun()) {
  report.listener(event);
  // Longer than the tree's refresh, so that every state is drawn.
  await pause(150);
}
await report.close();
