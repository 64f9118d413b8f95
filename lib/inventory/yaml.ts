import type { Node, ParsedNode, Scalar, YAMLMap } from 'yaml';
import { GardenError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import type { DocumentNode, MapEntry, ScalarNode } from './document.ts';
import { lineOf, type Origin } from './origin.ts';
import type { SourceContext } from './source-context.ts';
import { decryptVault, isVaultText } from './vault-text.ts';
import { shortTag, syntaxRemark, WrongYaml, wrongTag } from './yaml-mistakes.ts';
import { templateRemark, typedScalar } from './yaml-scalar.ts';

/** So many values may come from aliases; more are a bomb, not a document. */
const MOST_ALIASED = 1_000_000;

/** Where a document comes from, and whether its texts are secrets, since the file was encrypted. */
interface DocumentSource {
  readonly source: string;
  readonly secret: boolean;
}

/** Makes a node of the parser's, which may be the key of a mapping, one of ours. */
type Convert = (node: unknown, isKey?: boolean) => DocumentNode;

/**
 * Reads a file of YAML 1.1 or JSON as Ansible does, each value with its line. A file that begins with
 * `$ANSIBLE_VAULT;` is decrypted first, and all its texts are secrets. Undefined where it cannot be read; why goes to the
 * findings.
 */
export async function readDocument(
  text: string,
  source: string,
  context: SourceContext,
): Promise<DocumentNode | undefined> {
  const clear = isVaultText(text) ? await decryptVault(text, { source }, context) : text;
  if (clear === undefined) return undefined;
  const reader = new YamlReader(clear, { source, secret: clear !== text }, context);
  return reader.read();
}

class YamlReader {
  readonly #text: string;
  readonly #from: DocumentSource;
  readonly #context: SourceContext;
  readonly #isJson: boolean;
  readonly #anchors = new Map<string, { readonly node: DocumentNode; readonly size: number }>();
  /** Secrets are fetched when the whole document is known. */
  readonly #awaited: Promise<void>[] = [];
  #lineOf: (node: Node | ParsedNode) => number = () => 1;
  #size = 0;
  #aliased = 0;

  constructor(text: string, from: DocumentSource, context: SourceContext) {
    this.#text = text;
    this.#from = from;
    this.#context = context;
    this.#isJson = isJson(text);
  }

  async read(): Promise<DocumentNode | undefined> {
    const { findings } = this.#context;
    const { source } = this.#from;
    try {
      const root = await this.#parse();
      await Promise.all(this.#awaited);
      return root;
    } catch (error) {
      if (error instanceof WrongYaml) findings.mistake(this.#at(error.line), error.remark);
      else if (error instanceof RangeError)
        findings.mistake({ source }, { message: 'its values are nested too deeply' });
      else throw error;
      return undefined;
    }
  }

  async #parse(): Promise<DocumentNode> {
    // Only those who have YAML pay for it.
    const { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } = await import('yaml');
    const lines = new LineCounter();
    const document = parseDocument(this.#text, {
      schema: 'failsafe',
      version: '1.1',
      lineCounter: lines,
      uniqueKeys: false,
      prettyErrors: false,
      resolveKnownTags: false,
      logLevel: 'error',
    });
    const [error] = document.errors;
    if (error !== undefined)
      throw new WrongYaml(lines.linePos(error.pos[0]).line, syntaxRemark(error, /^\s*[[{]/.test(this.#text)));
    this.#lineOf = (node) => lines.linePos(node.range?.[0] ?? 0).line;

    const convert: Convert = (node, isKey = false) => {
      if (isAlias(node)) return this.#alias(node.source, this.#lineOf(node));
      if (!isScalar(node) && !isMap(node) && !isSeq(node)) return { kind: 'scalar', line: 1, value: null };
      const before = this.#size++;
      const made = isScalar(node)
        ? this.#scalar(node, isKey)
        : isMap(node)
          ? this.#map(node, convert)
          : this.#tagged<DocumentNode>(node, {
              kind: 'list',
              line: this.#lineOf(node),
              items: node.items.map((item) => convert(item)),
            });
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, { node: made, size: this.#size - before });
      return made;
    };
    return convert(document.contents);
  }

  #at(line: number): Origin {
    return lineOf(this.#from.source, line);
  }

  #alias(name: string, line: number): DocumentNode {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      const hint = 'an anchor (&name) stands before its aliases, and not around them';
      throw new WrongYaml(line, { message: `*${name} has no anchor`, hint });
    }
    this.#size += target.size;
    this.#aliased += target.size;
    if (this.#aliased > MOST_ALIASED) throw new WrongYaml(line, { message: 'its aliases multiply without measure' });
    return target.node;
  }

  /** Of an encrypted file the values are secrets, the keys are not. */
  #scalar(node: Scalar, isKey: boolean): ScalarNode {
    const line = this.#lineOf(node);
    const text = String(node.value ?? '');
    const tag = shortTag(node.tag);
    if (tag === '!vault' || tag === '!vault-encrypted') {
      return this.#later(line, () => decryptVault(text, this.#at(line), this.#context));
    }
    if (tag === '!secret') return this.#later(line, () => this.#find(text.trim(), line));
    const isText = tag === '!!str' || tag === '!unsafe' || (tag === undefined && node.type !== 'PLAIN') || tag === '!';
    const { value, surprise } = isText
      ? { value: text, surprise: templateRemark(text) }
      : typedScalar(text, tag, line, this.#isJson);
    if (this.#from.secret && !isKey && typeof value === 'string')
      return { kind: 'scalar', line, value: new Secret(value) };
    return {
      kind: 'scalar',
      line,
      value,
      text: typeof value === 'string' || value === null ? undefined : text,
      surprise: tag === undefined || tag === '!' ? surprise : undefined,
    };
  }

  #tagged<T extends DocumentNode>(node: Node, made: T): T {
    const tag = shortTag(node.tag);
    const allowed = made.kind === 'map' ? '!!map' : '!!seq';
    if (tag === undefined || tag === '!unsafe' || tag === allowed) return made;
    throw wrongTag(tag, made.line);
  }

  #map(node: YAMLMap, convert: Convert): DocumentNode {
    const line = this.#lineOf(node);
    const own = new Map<string, MapEntry>();
    const merged = new Map<string, MapEntry>();
    for (const { key, value } of node.items) {
      const keyNode = convert(key, true);
      if (keyNode.kind !== 'scalar' || keyNode.value instanceof Secret) {
        const hint = 'text that begins with {{ needs quotes around it';
        throw new WrongYaml(keyNode.line, { message: 'a key is neither a list nor a mapping nor a secret', hint });
      }
      const written = keyNode.value;
      const name = String(written);
      if (name === '<<' && isPlain(key)) {
        for (const [inner, entry] of this.#merge(convert(value), keyNode.line)) merged.set(inner, entry);
        continue;
      }
      if (own.has(name)) {
        this.#context.findings.warning(this.#at(keyNode.line), {
          message: `the key "${name}" is there twice; the last one counts`,
          hint: 'take one of them out',
        });
      }
      const unusualKey = typeof written === 'string' ? undefined : (keyNode.text ?? name);
      own.set(name, { line: keyNode.line, unusualKey, node: convert(value) });
    }
    const made = this.#tagged(node, { kind: 'map', line, entries: new Map([...merged, ...own]) });
    return this.#vaultInJson(made);
  }

  /** What `<<` brings in: of several mappings an earlier one wins. */
  #merge(node: DocumentNode, line: number): ReadonlyMap<string, MapEntry> {
    const maps = node.kind === 'list' ? node.items : [node];
    const entries = new Map<string, MapEntry>();
    for (const map of [...maps].reverse()) {
      if (map.kind !== 'map') throw new WrongYaml(line, { message: '<< takes a mapping, or a list of mappings' });
      for (const [key, entry] of map.entries) entries.set(key, entry);
    }
    return entries;
  }

  /** In JSON, which has no tags, Ansible writes an encrypted value as `{"__ansible_vault": "…"}`. */
  #vaultInJson(map: DocumentNode & { readonly kind: 'map' }): DocumentNode {
    const text = vaultOf(map);
    if (text === undefined) return map;
    return this.#later(map.line, () => decryptVault(text, this.#at(map.line), this.#context));
  }

  async #find(name: string, line: number): Promise<Secret | undefined> {
    const { secrets, findings } = this.#context;
    const origin = this.#at(line);
    try {
      if (secrets !== undefined) return await secrets.find(name);
      findings.mistake(origin, { message: `the secret "${name}" cannot be read here` });
    } catch (error) {
      if (!(error instanceof GardenError)) throw error;
      findings.mistake(origin, { message: error.message, hint: error.hint });
    }
    return undefined;
  }

  #later(line: number, fetch: () => Promise<string | Secret | undefined>): ScalarNode {
    const node: { -readonly [Key in keyof ScalarNode]: ScalarNode[Key] } = { kind: 'scalar', line, value: null };
    const work = async (): Promise<void> => {
      const value = await fetch();
      if (value !== undefined) node.value = typeof value === 'string' ? new Secret(value) : value;
    };
    this.#awaited.push(work());
    return node;
  }
}

function vaultOf(map: DocumentNode & { readonly kind: 'map' }): string | undefined {
  const node = map.entries.size === 1 ? map.entries.get('__ansible_vault')?.node : undefined;
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

function isPlain(key: unknown): boolean {
  return typeof key === 'object' && key !== null && 'type' in key && key.type === 'PLAIN';
}

/** Ansible takes what is JSON for JSON, whatever the file is called; its numbers are not those of YAML. */
function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
