import { type LoadedInventory, toAnsibleList, toAnsibleTree } from '../../inventory/index.ts';
import { EXIT, type Mistake, UsageError } from '../../model/errors.ts';
import type { Host } from '../../model/host.ts';
import { Secret } from '../../model/secret.ts';
import { didYouMean } from '../../model/suggestion.ts';
import { explainLines } from '../../report/inventory-explain.ts';
import { graphLines } from '../../report/inventory-graph.ts';
import { ansibleJson } from '../../report/inventory-json.ts';
import { summaryLines } from '../../report/inventory-summary.ts';
import { type Style, styles, wantsColour } from '../../report/style.ts';
import { withoutSecrets } from '../../secrets/redaction.ts';
import { type ComingPlaybook, readInventory } from '../inventory/read-inventory.ts';
import { allOrMistakes } from '../mistakes.ts';
import type { InventoryOptions } from '../options/inventory-options.ts';
import { loadPlaybook } from '../playbooks/load-playbook.ts';
import type { Streams } from '../streams.ts';

export interface InventoryCommandOptions extends InventoryOptions {
  readonly list?: true;
  readonly graph?: true;
  readonly host?: string;
  /** True: all variables; else the name of one. */
  readonly explain?: true | string;
  readonly vars?: true;
  readonly yaml?: true;
  readonly export?: true;
  readonly playbook?: string;
}

/** `garden inventory`. Resolves to the exit code. */
export async function inventoryCommand(
  group: string,
  options: InventoryCommandOptions,
  streams: Streams,
): Promise<number> {
  checkOptions(group, options);
  const { playbook: file } = options;
  const playbook: ComingPlaybook | undefined = file === undefined ? undefined : { file, loaded: loadPlaybook(file) };
  const reading = readInventory(options, process.cwd(), streams, playbook);
  const [{ inventory, limit }] = await allOrMistakes(reading, playbook?.loaded ?? Promise.resolve());
  const only = limit && new Set(limit);
  const style = styles(wantsColour(streams.out, streams.environment));

  const document = documentOf(inventory, options, only);
  const lines =
    document === undefined
      ? linesOf(inventory, group, options, style, only).map(withoutSecrets)
      : [await serialized(masked(document), options.yaml ?? false)];
  if (lines.length > 0) streams.out.write(`${lines.join('\n')}\n`);
  return EXIT.done;
}

/** @throws UsageError for options that do not go together. */
function checkOptions(group: string, options: InventoryCommandOptions): void {
  const { list, graph, host, explain, vars, yaml } = options;
  const mistakes: Mistake[] = [];
  const chosen = Object.entries({ list, graph, host }).filter(([, value]) => value !== undefined);
  if (chosen.length > 1) {
    const names = chosen.map(([name]) => `--${name}`).join(' and ');
    mistakes.push({ message: `${names} do not go together`, hint: 'choose one of them' });
  }
  const needs = (name: string, other: string): void => {
    mistakes.push({ message: `${name} goes with ${other}`, hint: `add ${other}, or leave ${name} out` });
  };
  if (explain !== undefined && host === undefined) needs('--explain', '--host NAME');
  if (vars && !graph) needs('--vars', '--graph');
  if (options.export && !list) needs('--export', '--list');
  if (yaml && ((!list && host === undefined) || explain !== undefined)) needs('--yaml', '--list or --host');
  if (group !== 'all' && !graph) {
    mistakes.push({
      message: `"${group}" is a word too many`,
      hint: `to begin at a group: --graph ${group}; to see some hosts only: -l ${group}`,
    });
  }
  if (mistakes.length > 0) throw new UsageError(mistakes);
}

/** What is printed as JSON or YAML; undefined where lines for people are wanted. */
function documentOf(
  inventory: LoadedInventory,
  options: InventoryCommandOptions,
  only: ReadonlySet<string> | undefined,
): object | undefined {
  const { list, host, explain, yaml } = options;
  if (list) return (yaml ? toAnsibleTree : toAnsibleList)(inventory, { only, export: options.export });
  if (host !== undefined && explain === undefined) return inventory.host(host).vars;
  return undefined;
}

function linesOf(
  inventory: LoadedInventory,
  group: string,
  { graph, host, explain, vars }: InventoryCommandOptions,
  style: Style,
  only: ReadonlySet<string> | undefined,
): readonly string[] {
  if (graph) {
    if (inventory.groups.has(group)) return graphLines(inventory, group, { vars: vars ?? false, only });
    throw new UsageError(`the inventory has no group "${group}"${didYouMean(group, inventory.groups.keys())}`);
  }
  if (host !== undefined) return explained(inventory, host, explain, style);
  const hosts: readonly Host[] = inventory.all.filter(({ name }) => only?.has(name) ?? true);
  return summaryLines(inventory, hosts, style);
}

function explained(
  inventory: LoadedInventory,
  host: string,
  explain: true | string | undefined,
  style: Style,
): readonly string[] {
  const variables = inventory.explain(host);
  if (typeof explain !== 'string') return explainLines(variables.values(), { style, whole: false });
  const variable = variables.get(explain);
  if (variable !== undefined) return explainLines([variable], { style, whole: true });
  throw new UsageError(`${host} has no variable "${explain}"${didYouMean(explain, variables.keys())}`);
}

/** The same with `***` in the place of secrets. */
function masked(value: unknown): unknown {
  if (value instanceof Secret) return String(value);
  if (typeof value === 'string') return withoutSecrets(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item)]));
}

async function serialized(document: unknown, yaml: boolean): Promise<string> {
  if (!yaml) return ansibleJson(document);
  const { stringify } = await import('yaml');
  return stringify(document, { version: '1.1', sortMapEntries: true, singleQuote: true, indentSeq: false }).trimEnd();
}
