import { didYouMean } from '../model/suggestion.ts';
import type { InventoryData } from './data.ts';
import { readHostNames } from './host-name.ts';
import { LINE_SYNTAX, looksLikeHeader, looksLikeYaml, wrongAssignment, wrongHeader } from './ini-mistakes.ts';
import type { Origin } from './origin.ts';
import { isConnectionVariable, soundsSecret } from './setting-names.ts';
import { type InventoryValue, readValue } from './value.ts';
import { splitWords, type Word } from './words.ts';

const KINDS = ['hosts', 'children', 'vars'] as const;
type Kind = (typeof KINDS)[number];

interface Section {
  readonly group: string;
  readonly kind: Kind;
}

const HEADER = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/;
const GROUP_NAME = /^([^:\]\s]+)\s*(?:#.*)?$/;

/**
 * Reads Ansible's INI inventories, line by line (the rules are those of its `ini` inventory plugin). A mistake costs
 * its line, a wrong header its section; the rest is read.
 */
class IniReader {
  readonly #data: InventoryData;
  readonly #source: string;
  /** Undefined behind a wrong header: whose lines they are is not known. */
  #section: Section | undefined = { group: 'ungrouped', kind: 'hosts' };
  /** Groups that were named as children before they were declared, with where and by whom. */
  readonly #awaited = new Map<string, { readonly parent: string; readonly origin: Origin }[]>();
  /** Groups that have variables but were not declared yet, and where the first section for them stands. */
  readonly #undeclared = new Map<string, Origin>();
  readonly #yaml: Origin[] = [];

  constructor(data: InventoryData, source: string) {
    this.#data = data;
    this.#source = source;
  }

  read(text: string): void {
    for (const [index, line] of text
      .replace(/^\uFEFF/, '')
      .split('\n')
      .entries()) {
      const content = line.trim();
      if (content === '' || content.startsWith('#') || content.startsWith(';')) continue;
      this.#line(content, { source: this.#source, line: index + 1 });
    }
    this.#finish();
  }

  #line(line: string, origin: Origin): void {
    const header = HEADER.exec(line);
    if (header === null) this.#content(line, origin);
    else this.#header(header, origin);
  }

  #content(line: string, origin: Origin): void {
    const [first = ''] = line.split(/\s/, 1);
    const kind = this.#section?.kind;
    if (line.startsWith('[') && kind !== 'vars' && (looksLikeHeader(line) || looksLikeHeader(first))) {
      this.#section = undefined;
      this.#data.findings.mistake(origin, wrongHeader(line));
      return;
    }
    if (looksLikeYaml(first) && !(kind === 'vars' && line.includes('='))) {
      this.#yaml.push(origin);
      return;
    }
    if (this.#section === undefined) return;
    const { group } = this.#section;
    if (kind === 'hosts') this.#hosts(line, group, origin);
    else if (kind === 'children') this.#child(line, group, origin);
    else this.#variable(line, group, origin);
  }

  #header([, group = '', kind = 'hosts']: RegExpExecArray, origin: Origin): void {
    if (!isKind(kind)) {
      this.#section = undefined;
      this.#data.findings.mistake(origin, {
        message: `a section cannot be of the kind "${kind}"${didYouMean(kind, KINDS)}`,
        hint: `write [${group}], [${group}:children] or [${group}:vars]`,
      });
      return;
    }
    this.#section = { group, kind };
    if (kind !== 'vars') this.#declare(group, origin);
    else if (!this.#data.groups.has(group)) {
      this.#data.group(group, origin);
      this.#undeclared.set(group, origin);
    }
  }

  #declare(group: string, origin: Origin): void {
    this.#data.group(group, origin);
    this.#undeclared.delete(group);
    for (const { parent, origin: named } of this.#awaited.get(group) ?? []) this.#data.addChild(parent, group, named);
    this.#awaited.delete(group);
  }

  #hosts(line: string, group: string, origin: Origin): void {
    const { findings } = this.#data;
    const { words, cutOff, problem } = splitWords(line, { comments: true });
    const [name, ...assignments] = words;
    if (problem !== undefined || name === undefined) {
      findings.mistake(origin, {
        message: `the line cannot be read: ${problem ?? 'no host'}`,
        hint: LINE_SYNTAX,
      });
      return;
    }
    const hosts = readHostNames(name.text);
    if (!('names' in hosts)) {
      findings.mistake(origin, hosts);
      return;
    }
    const wrong = assignments.find(({ text }) => !/^[^=]+=/.test(text));
    if (wrong !== undefined) {
      findings.mistake(origin, wrongAssignment(wrong, assignments));
      return;
    }
    if (hosts.names.length === 0) {
      findings.warning(origin, { message: `"${name.text}" stands for no hosts: the range runs backwards` });
    }
    if (cutOff !== undefined) this.#warnOfCut(line, cutOff, origin);
    const variables = assignments.map((word) => this.#assignment(word, origin));
    for (const host of hosts.names) {
      this.#data.host(host, group, origin);
      if (hosts.port !== undefined) this.#data.setHostVariable(host, 'ansible_port', { value: hosts.port, origin });
      for (const [key, { value, text }] of variables) this.#data.setHostVariable(host, key, { value, text, origin });
    }
  }

  #assignment(word: Word, origin: Origin): readonly [string, InventoryValue] {
    const at = word.text.indexOf('=');
    const key = word.text.slice(0, at);
    const value = readValue(word.text.slice(at + 1), { hostLine: true, quoted: word.quotedFrom === at + 1 });
    this.#warnOfValue(key, value, origin);
    if (word.unescaped) {
      this.#data.findings.warning(origin, {
        message: `${key}: a backslash is dropped from it outside of quotes`,
        hint: `put quotes around it: ${key}='…'`,
      });
    }
    return [key, value];
  }

  #child(line: string, group: string, origin: Origin): void {
    const [, child] = GROUP_NAME.exec(line) ?? [];
    if (child === undefined) {
      this.#data.findings.mistake(origin, {
        message: `"${line}" is no name of a group`,
        hint: `in [${group}:children] every line is one group`,
      });
      return;
    }
    if (this.#data.groups.has(child)) this.#data.addChild(group, child, origin);
    else this.#awaited.set(child, [...(this.#awaited.get(child) ?? []), { parent: group, origin }]);
  }

  #variable(line: string, group: string, origin: Origin): void {
    const at = line.indexOf('=');
    const key = line.slice(0, at).trim();
    if (at === -1 || key === '') {
      this.#data.findings.mistake(origin, {
        message: `"${line.split(/[\s=]/, 1)[0]}" is no variable`,
        hint: `in [${group}:vars] every line is name=value`,
      });
      return;
    }
    const written = readValue(line.slice(at + 1).trim(), { hostLine: false, quoted: false });
    this.#warnOfValue(key, written, origin);
    if (written.value === written.text && /\s#/.test(written.text)) {
      this.#data.findings.warning(origin, {
        message: `${key}: the # and what follows is a part of the value`,
        hint: 'put the comment on a line of its own',
      });
    }
    this.#data.setGroupVariable(group, key, { value: written.value, text: written.text, origin });
  }

  /** Connection variables have their own types, whatever their text looks like. What may be a secret is not shown. */
  #warnOfValue(key: string, { value, warnings }: InventoryValue, origin: Origin): void {
    if (isConnectionVariable(key)) return;
    if (soundsSecret(key)) {
      if (typeof value === 'string' || warnings.length === 0) return;
      this.#data.findings.warning(origin, {
        message: `${key}: the value is not kept as the text that was written`,
        doubts: key,
        hint: `to keep it, write ${key}="'…'" on a host line, ${key}='…' in [group:vars]`,
      });
      return;
    }
    for (const { message, hint } of warnings) {
      this.#data.findings.warning(origin, { message: `${key}: ${message}`, hint, doubts: key });
    }
  }

  #warnOfCut(line: string, cutOff: string, origin: Origin): void {
    const whole = line.slice(0, line.length - cutOff.length);
    const word = /\S*$/.exec(whole)?.[0] ?? '';
    const key = word.includes('=') ? word.slice(0, word.indexOf('=')) : word;
    this.#data.findings.warning(origin, {
      message: `${key}: the # in the middle of the word begins a comment; what follows on the line is left out`,
      hint: 'put quotes around the value, or a space before the #',
    });
  }

  #finish(): void {
    const { findings } = this.#data;
    const declared = [...this.#data.groups.keys()].filter((group) => !this.#undeclared.has(group));
    for (const [group, places] of this.#awaited) {
      for (const { parent, origin } of places) {
        findings.mistake(origin, {
          message: `[${parent}:children] names the group "${group}", which does not exist${didYouMean(group, declared)}`,
          hint: `declare it: [${group}]`,
        });
      }
    }
    for (const [group, origin] of this.#undeclared) {
      findings.mistake(origin, {
        message: `[${group}:vars] is for a group that does not exist${didYouMean(group, declared)}`,
        hint: `declare it: [${group}]`,
      });
    }
    const [first, ...others] = this.#yaml;
    if (first === undefined) return;
    findings.mistake(first, {
      message: `this looks like YAML, but the file is read as INI${others.length > 0 ? `, and so do ${others.length} more lines` : ''}`,
      hint: 'in INI a group is [web] on a line of its own, its hosts follow one a line',
    });
  }
}

function isKind(text: string): text is Kind {
  return KINDS.some((kind) => kind === text);
}

/** Reads an INI inventory into `data`; what is wrong in it goes to the findings. */
export function readIni(text: string, source: string, data: InventoryData): void {
  new IniReader(data, source).read(text);
}
