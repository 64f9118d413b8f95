import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../lib/model/errors.ts';
import { nearest } from '../lib/model/suggestion.ts';
import type { Ground } from './entries.ts';
import { guard } from './guard.ts';
import { Hosts } from './hosts.ts';
import { isInside, isolationUnavailable, runInside } from './isolation.ts';
import { makeNetwork } from './network.ts';
import { writePage } from './page.ts';
import { keep, record } from './results.ts';
import { runScenario } from './run.ts';
import { CONTENDERS, SCENARIOS, type Scenario } from './scenarios.ts';
import { asText } from './table.ts';

const USAGE = 5;
const FAILED = 2;

interface Options {
  readonly list?: true;
  readonly runs: number;
  readonly without: readonly string[];
  readonly write?: true;
  readonly quick?: true;
  readonly record?: true;
}

function positive(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return Number(value);
}

const program = new Command('npm run bench --')
  .description('measure garden beside others, in hosts of its own on this machine')
  .argument('[scenario...]', 'names of what is to be measured (--list shows them); all without a name')
  .option('--list', 'show what can be measured')
  .option('--runs <number>', 'how many rounds', positive, 5)
  .option('--without <names>', 'leave these out: ansible,mitogen', (names) => names.split(','), [])
  .option('--write', 'write what was measured to docs/performance.md')
  .option('--quick', 'only compare garden with what was recorded of it; fails where it got worse')
  .option('--record', 'with --quick: record what is measured now, to be compared with later')
  .action(async (names: readonly string[], options: Options) => {
    process.exitCode = await main(names, options);
  });

/** @throws UsageError for a name that nothing has, with what may be meant. */
function chosen(names: readonly string[]): readonly Scenario[] {
  if (names.length === 0) return SCENARIOS;
  const known = SCENARIOS.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(
      unknown.map((name) => {
        const meant = nearest(name, known);
        return {
          message: `there is no scenario "${name}"${meant === undefined ? '' : ` (did you mean "${meant}"?)`}`,
          hint: 'see: npm run bench -- --list',
        };
      }),
    );
  }
  return SCENARIOS.filter(({ name }) => names.includes(name));
}

async function main(names: readonly string[], options: Options): Promise<number> {
  const scenarios = chosen(names);
  if (options.list) {
    for (const { name, what } of scenarios) console.log(`${name.padEnd(20)} ${what}`);
    return 0;
  }
  if (isolationUnavailable !== undefined) throw new UsageError(isolationUnavailable);
  if (!isInside) return runInside();
  const folder = await mkdtemp(join(tmpdir(), 'garden-bench-hosts-'));
  try {
    const network = await makeNetwork(folder);
    const ground: Ground = { network, hosts: await Hosts.make(folder, network) };
    return options.quick
      ? await guard(ground, { record: options.record ?? false })
      : await measureAll(scenarios, ground, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAll(
  scenarios: readonly Scenario[],
  ground: Ground,
  { runs, without, write }: Options,
): Promise<number> {
  const results = [];
  for (const scenario of scenarios) {
    if (scenario.delayed && ground.network.undelayable !== undefined) {
      console.log(`${scenario.name}: left out, since ${ground.network.undelayable}\n`);
      continue;
    }
    const result = await runScenario(scenario, ground, { runs, without, say: (text) => console.error(text) });
    console.log(asText(result));
    results.push(result);
    // What has been measured is not lost where a later scenario fails.
    if (write)
      await writePage(
        await record(
          [result],
          SCENARIOS.map(({ name }) => name),
        ),
        CONTENDERS,
      );
  }
  console.log(`All figures: ${await keep(results)}`);
  return 0;
}

try {
  await program.parseAsync();
} catch (error) {
  const mistakes =
    error instanceof UsageError
      ? error.mistakes
      : [{ message: error instanceof Error ? error.message : String(error) }];
  for (const { message, hint } of mistakes) console.error(`${message}${hint === undefined ? '' : `\n  → ${hint}`}`);
  process.exitCode = error instanceof UsageError ? USAGE : FAILED;
}
// The hosts are still listening; they end with this name space.
process.exit();
