import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender } from './contenders/contender.ts';
import { verdicts } from './goals.ts';
import type { ScenarioResult } from './results.ts';
import { asMarkdown } from './table.ts';

const PAGE = join(import.meta.dirname, '../docs/performance.md');

const INTRODUCTION = `# Performance

What garden takes, beside what others take for the same work. This page is written by the benchmark, from the figures in [performance.json](performance.json):

\`\`\`sh
apt-get install ansible-core ansible-mitogen bundlewrap gcc libc6-dev iproute2 openssh-server
npm run bench -- --list                        # what can be measured
npm run bench -- converged-1-0ms many-files    # measure that; all without a name, which takes hours because of the others
npm run bench -- --write                       # measure, and write this page
npm run bench -- --quick                       # only: did garden itself get worse? (under a minute)
\`\`\`

It needs Debian and root. It runs in name spaces of its own and leaves nothing behind but what is in \`.tap/bench\`.

## What the numbers mean

- **time**: from the start of the command to its end, everything included: starting, loading the playbook, logging in.
- **CPU**: user and system time of the command's whole process tree on the controller, shared SSH connections that it leaves behind included. What the hosts take is
  not in it, but they share the machine's processors, so it is in the time.
- **memory**: the most that all processes of the tree had at once. Pages that they share count for each of them. Looked at every 50 ms.
- Figures are medians. In each round everybody does the work once, one after the other; **against garden** is the median of the ratios within the rounds. Who took more
  than a minute was measured once.
- With \`*\` the figure was judged from two smaller numbers of tasks, by a straight line, since all of it would take hours.

## How it was made

Each host is an sshd of its own, with Debian's defaults, an address of its own on a loopback network that nobody else is on, and private layers over the machine's own
folders, so that users and files are real in there. All of them share the machine with the controller. For a first run every host is made anew.
The hundred tasks: 21 folders, 40 files, 29 lines of one file, 5 packages that are there already, 3 users, 2 sysctls. There is no unit of systemd among them, since the
hosts have none. Fifty hosts at most are worked on at once, by all.
`;

/** Writes the page of results. */
export async function writePage(results: readonly ScenarioResult[], contenders: readonly Contender[]): Promise<void> {
  const latest = results
    .map(({ when }) => when)
    .sort()
    .at(-1);
  const machine = results.find(({ when }) => when === latest)?.machine ?? {};
  const who = contenders.map(({ name, how }) => `| ${name} | ${how} |`);
  const goals = results.flatMap((result) =>
    verdicts(result).map(
      ({ text, reached, met }) => `| ${result.name} | ${text} | ${reached} | ${met ? 'yes' : '**no**'} |`,
    ),
  );
  const sections = [
    INTRODUCTION,
    `| who | what |\n|---|---|\n${who.join('\n')}\n`,
    `| machine | |\n|---|---|\n${Object.entries(machine)
      .map(([name, value]) => `| ${name} | ${value} |`)
      .join('\n')}\n`,
    `## Goals\n\n| work | goal | reached | met |\n|---|---|---|---|\n${goals.join('\n')}\n`,
    '## Figures\n',
    ...results.map(asMarkdown),
  ];
  await writeFile(PAGE, `${sections.join('\n').trimEnd()}\n`);
}
