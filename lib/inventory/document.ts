import { Secret } from '../model/secret.ts';
import type { Variable } from './data.ts';
import type { Findings, Remark } from './findings.ts';
import { lineOf } from './origin.ts';
import { isConnectionVariable, soundsSecret } from './setting-names.ts';

/** A value of a document, and the line where it stands. */
export type DocumentNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly line: number;
  readonly value: string | number | boolean | null | Secret;
  /** As it was written, where its look decided its type. */
  readonly text?: string | undefined;
  readonly surprise?: Remark | undefined;
}

export interface ListNode {
  readonly kind: 'list';
  readonly line: number;
  readonly items: readonly DocumentNode[];
}

export interface MapNode {
  readonly kind: 'map';
  readonly line: number;
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  /** The line of the key. */
  readonly line: number;
  /** Undefined where the key is text; else what it is: `1` and `yes` are a number and a boolean in YAML. */
  readonly unusualKey: string | undefined;
  readonly node: DocumentNode;
}

/** What a node is to people. */
export function nodeKind(node: DocumentNode): string {
  if (node.kind !== 'scalar') return node.kind === 'list' ? 'a list' : 'a mapping';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'object'
    ? 'a secret'
    : typeof node.value === 'string'
      ? 'text'
      : `a ${typeof node.value}`;
}

/** The value without its places. Nodes that a document uses several times become the same object. */
export function plainValue(node: DocumentNode, known = new Map<DocumentNode, unknown>()): unknown {
  if (node.kind === 'scalar') return node.value;
  const made =
    known.get(node) ??
    (node.kind === 'list'
      ? node.items.map((item) => plainValue(item, known))
      : Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainValue(entry.node, known)])));
  known.set(node, made);
  return made;
}

/** The entry of a mapping as a variable. What is surprising in its value goes to the findings. */
export function variableOf(name: string, entry: MapEntry, source: string, findings: Findings): Variable {
  const { node, line } = entry;
  // Connection settings have their own types, whatever their values look like.
  if (!isConnectionVariable(name)) warnOfSurprises(name, node, source, findings, new Set());
  const text = node.kind === 'scalar' ? node.text : undefined;
  return { value: plainValue(node), text, origin: lineOf(source, line) };
}

function warnOfSurprises(
  path: string,
  node: DocumentNode,
  source: string,
  findings: Findings,
  met: Set<DocumentNode>,
): void {
  if (met.has(node)) return;
  met.add(node);
  if (node.kind === 'list') {
    for (const item of node.items) warnOfSurprises(path, item, source, findings, met);
    return;
  }
  if (node.kind === 'map') {
    for (const [key, entry] of node.entries) {
      if (entry.unusualKey !== undefined) {
        const message = `${path}: the key "${entry.unusualKey}" is no text; it becomes "${key}"`;
        findings.warning(lineOf(source, entry.line), { kind: 'key', message, hint: 'put quotes around it' });
      }
      warnOfSurprises(`${path}.${key}`, entry.node, source, findings, met);
    }
    return;
  }
  if (node.surprise === undefined || node.value instanceof Secret) return;
  const remark = soundsSecret(path)
    ? { ...node.surprise, message: 'the value is not kept as the text that was written' }
    : node.surprise;
  if (soundsSecret(path) && typeof node.value === 'string') return;
  findings.warning(lineOf(source, node.line), { ...remark, message: `${path}: ${remark.message}`, doubts: path });
}
