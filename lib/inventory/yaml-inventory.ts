import { didYouMean } from '../model/suggestion.ts';
import type { InventoryData, Variable } from './data.ts';
import { type DocumentNode, type MapEntry, type MapNode, nodeKind, variableOf } from './document.ts';
import { readHostNames } from './host-name.ts';
import { lineOf, type Origin } from './origin.ts';

const KEYS = ['hosts', 'vars', 'children'] as const;
const EXAMPLE = 'write a group as web: {hosts: {web1: {}}, vars: {port: 80}, children: {}}';

/** Reads Ansible's YAML inventories: groups of `hosts`, `vars` and `children` (the rules are those of its `yaml` plugin). */
class YamlInventoryReader {
  readonly #data: InventoryData;
  readonly #source: string;

  constructor(data: InventoryData, source: string) {
    this.#data = data;
    this.#source = source;
  }

  read(root: DocumentNode): void {
    if (root.kind !== 'map' || root.entries.size === 0) {
      const what = root.kind === 'map' || (root.kind === 'scalar' && root.value === null) ? 'empty' : nodeKind(root);
      this.#wrong(root.line, `this is ${what}, but an inventory is a mapping of groups`, EXAMPLE);
      return;
    }
    const plugin = root.entries.get('plugin');
    if (plugin?.node.kind === 'scalar') {
      const hint = "garden has none of Ansible's plugins; let a program print the inventory, or write it in TypeScript";
      this.#wrong(plugin.line, 'this sets up an inventory plugin of Ansible, and is no inventory', hint);
      return;
    }
    for (const [name, entry] of root.entries) this.#group(name, entry);
  }

  #group(name: string, entry: MapEntry): void {
    const origin = this.#at(entry.line);
    if (!this.#isName(entry)) return;
    const { node } = entry;
    this.#data.group(name, origin);
    if (isNull(node)) return;
    if (node.kind !== 'map') {
      const what = `the group "${name}" is ${nodeKind(node)}, but a group is a mapping`;
      this.#wrong(entry.line, what, EXAMPLE);
      return;
    }
    for (const [key, part] of node.entries) {
      if (key === 'hosts') this.#each(name, key, part, (host, inner) => this.#hosts(host, inner, name));
      else if (key === 'children') this.#each(name, key, part, (child, inner) => this.#child(name, child, inner));
      else if (key === 'vars') this.#each(name, key, part, (variable, inner) => this.#variable(name, variable, inner));
      else this.#unknownKey(name, key, part, node);
    }
  }

  /** Goes over `hosts`, `vars` or `children`; a single name stands for itself. */
  #each(group: string, key: string, { node, line }: MapEntry, work: (name: string, entry: MapEntry) => void): void {
    if (isNull(node)) return;
    if (node.kind === 'map') {
      for (const [name, entry] of node.entries) work(name, entry);
    } else if (node.kind === 'scalar' && typeof node.value === 'string' && key !== 'vars') {
      const nothing = { kind: 'scalar', line, value: null } as const;
      work(node.value, { line, unusualKey: undefined, node: nothing });
    } else {
      const hint =
        key === 'vars' ? 'write name: value' : `write them as keys: ${key}: {name: {}}, or a line "name:" each`;
      this.#wrong(line, `${key} of the group "${group}" is ${nodeKind(node)}, but must be a mapping`, hint);
    }
  }

  #hosts(word: string, entry: MapEntry, group: string): void {
    const origin = this.#at(entry.line);
    if (!this.#isName(entry)) return;
    const hosts = readHostNames(word);
    if (!('names' in hosts)) {
      this.#data.findings.mistake(origin, hosts);
      return;
    }
    if (hosts.names.length === 0) {
      this.#data.findings.warning(origin, { message: `"${word}" stands for no hosts: the range runs backwards` });
    }
    const { node } = entry;
    if (node.kind !== 'map' && !isNull(node)) {
      const what = `the host "${word}" is ${nodeKind(node)}, but what is said of a host is a mapping of variables`;
      this.#wrong(entry.line, what, `write ${word}: {name: value}`);
      return;
    }
    const variables = node.kind === 'map' ? this.#variables(node) : [];
    for (const host of hosts.names) {
      this.#data.host(host, group, origin);
      if (hosts.port !== undefined) this.#data.setHostVariable(host, 'ansible_port', { value: hosts.port, origin });
      for (const [name, variable] of variables) this.#data.setHostVariable(host, name, variable);
    }
  }

  #variables(node: MapNode): readonly (readonly [string, Variable])[] {
    const { findings } = this.#data;
    return [...node.entries].map(([name, entry]) => [name, variableOf(name, entry, this.#source, findings)]);
  }

  #child(parent: string, child: string, entry: MapEntry): void {
    this.#group(child, entry);
    if (this.#data.groups.has(child)) this.#data.addChild(parent, child, this.#at(entry.line));
  }

  #variable(group: string, name: string, entry: MapEntry): void {
    this.#data.setGroupVariable(group, name, variableOf(name, entry, this.#source, this.#data.findings));
  }

  /** Ansible passes over what it does not know, and with it over hosts that stand one level too high. */
  #unknownKey(group: string, key: string, { line }: MapEntry, { entries }: MapNode): void {
    const none = KEYS.every((known) => !entries.has(known));
    const hint = none ? `the hosts of a group stand under "hosts:"` : 'a group has hosts, vars and children';
    this.#wrong(line, `the group "${group}" has no use for "${key}"${didYouMean(key, KEYS)}`, hint);
  }

  #isName({ unusualKey, line }: MapEntry): boolean {
    if (unusualKey !== undefined)
      this.#wrong(line, `${unusualKey} is no name here, since it is no text`, 'put quotes around it');
    return unusualKey === undefined;
  }

  #wrong(line: number, message: string, hint?: string): void {
    this.#data.findings.mistake(this.#at(line), { message, hint });
  }

  #at(line: number): Origin {
    return lineOf(this.#source, line);
  }
}

function isNull(node: DocumentNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** Reads a YAML inventory into `data`; what is wrong in it goes to the findings. */
export function readYamlInventory(root: DocumentNode, source: string, data: InventoryData): void {
  new YamlInventoryReader(data, source).read(root);
}
