import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { UsageError } from '../lib/model/errors.ts';
import { nearest } from '../lib/model/suggestion.ts';
import type { Ground } from './entries.ts';
import { guard } from './guard.ts';
import { Hosts } from './hosts.ts';
import { insideFolder, isolationUnavailable, runInside } from './isolation.ts';
import { makeNetwork } from './network.ts';
import { writePage } from './page.ts';
import { keep, record } from './results.ts';
import { runScenario } from './run.ts';
import { CONTENDERS, SCENARIOS, type Scenario } from './scenarios.ts';
import { asText } from './table.ts';

const USAGE = 5;
const FAILED = 2;

const allNames = SCENARIOS.map(({ name }) => name);
const allContenders = CONTENDERS.map(({ name }) => name);

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
  .exitOverride()
  .action(async (names: readonly string[], options: Options) => {
    process.exitCode = await main(names, options);
  });

/** @throws UsageError for names that nothing has, with what may be meant. */
function checkNames(what: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new UsageError(
    unknown.map((name) => {
      const meant = nearest(name, known);
      const suggestion = meant === undefined ? '' : ` (did you mean "${meant}"?)`;
      return { message: `there is no ${what} "${name}"${suggestion}`, hint: `there is: ${known.join(', ')}` };
    }),
  );
}

async function main(names: readonly string[], options: Options): Promise<number> {
  checkNames('scenario', names, allNames);
  checkNames('contender', options.without, allContenders);
  const scenarios = SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name));
  if (options.list) {
    for (const { name, what } of scenarios) console.log(`${name.padEnd(20)} ${what}`);
    return 0;
  }
  if (isolationUnavailable !== undefined) throw new UsageError(isolationUnavailable);
  if (insideFolder === undefined) return runInside();
  const network = await makeNetwork(insideFolder);
  const ground: Ground = { network, hosts: await Hosts.make(insideFolder, network) };
  return options.quick ? guard(ground, { record: options.record ?? false }) : measureAll(scenarios, ground, options);
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
    if (write) await writePage(await record(result, allNames), CONTENDERS);
  }
  console.log(`All figures: ${await keep(results)}`);
  return 0;
}

/** Says what went wrong. Returns the exit code. */
function tell(error: unknown): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  const mistakes =
    error instanceof UsageError
      ? error.mistakes
      : [{ message: error instanceof Error ? error.message : String(error) }];
  for (const { message, hint } of mistakes) console.error(`${message}${hint === undefined ? '' : `\n  → ${hint}`}`);
  return error instanceof UsageError ? USAGE : FAILED;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = tell(error);
}
// The hosts are still listening; they end with this name space.
process.exit();
