import { EXIT, UsageError } from '../../model/errors.ts';
import type { Fact } from '../../model/fact.ts';
import { didYouMean } from '../../model/suggestion.ts';
import { type FactAnswer, type FactFormat, factsReport, hasFailures } from '../../report/facts.ts';
import { facts as library } from '../../resources/posix/index.ts';
import { withoutSecrets } from '../../secrets/redaction.ts';
import { readInventory } from '../inventory/read-inventory.ts';
import type { HostOptions } from '../options/host-options.ts';
import { factsPlaybook } from '../playbooks/facts-playbook.ts';
import { execute } from '../run/execute.ts';
import { complain, type Streams } from '../streams.ts';

/** What `garden facts` takes besides what all commands for hosts take. */
export interface FactsOptions {
  readonly format: FactFormat;
}

/** The facts of these names, all of them where none is named. @throws UsageError for names that there are not. */
function chosenFacts(names: readonly string[]): readonly Fact<unknown>[] {
  const known = new Map<string, Fact<unknown>>(Object.values(library).map((fact) => [fact.name, fact]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const hint = `there are: ${[...known.keys()].sort().join(', ')}`;
    throw new UsageError(
      unknown.map((name, index) => ({
        message: `there is no fact "${name}"${didYouMean(name, known.keys())}`,
        ...(index === unknown.length - 1 ? { hint } : {}),
      })),
    );
  }
  const chosen = names.length === 0 ? [...known.keys()].sort() : [...new Set(names)];
  return chosen.flatMap((name) => known.get(name) ?? []);
}

/** `garden facts`. Resolves to the exit code; that of a failed host where a fact could not be read. */
export async function factsCommand(
  pattern: string,
  names: readonly string[],
  { format, ...options }: HostOptions & FactsOptions,
  argv: readonly string[],
  streams: Streams,
): Promise<number> {
  const folder = process.cwd();
  const facts = chosenFacts(names);
  const selected = await readInventory(options, folder, streams);
  const answers = new Map<string, Map<string, FactAnswer>>();
  const playbook = factsPlaybook(pattern, facts, (host, fact, answer) => {
    answers.set(host, (answers.get(host) ?? new Map<string, FactAnswer>()).set(fact, answer));
  });
  // The answers do not come as events, whose texts are rewritten for all reports.
  const code = await execute({
    playbook,
    selected,
    // Reading needs no lock, and disturbs nobody.
    options: { ...options, check: true },
    makeReport: (report) =>
      factsReport(answers, format, { ...report, write: (text) => report.write(withoutSecrets(text)) }, (lines) =>
        complain(streams, lines),
      ),
    ...{ argv, folder, streams },
  });
  return code === EXIT.done && hasFailures(answers) ? EXIT.failed : code;
}
