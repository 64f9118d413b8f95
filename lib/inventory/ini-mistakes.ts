import { isIPv6 } from 'node:net';
import type { Remark } from './findings.ts';
import { beginsWithRange } from './host-name.ts';
import { soundsSecret } from './setting-names.ts';
import type { Word } from './words.ts';

/** What a host line looks like, for hints. */
export const LINE_SYNTAX = 'a line is a host, then its variables: web1 ansible_host=10.0.0.1 port=80';

/** `[web]` or `[web:vars]` with something behind it; `[1:3].example.com` is a range of hosts. */
export function looksLikeHeader(word: string): boolean {
  return /^\[[^\]]*\]$/.test(word) && !beginsWithRange(word);
}

/** `web:`, `key: value`, `- host`, `---`: how YAML and JSON begin their lines; no host is named so. */
export function looksLikeYaml(word: string): boolean {
  return word === '---' || word === '-' || word === '{' || (word.endsWith(':') && !isIPv6(word));
}

/** What is wrong with a line that was meant to be the header of a section. */
export function wrongHeader(line: string): Remark {
  const [, inner = '', behind = ''] = /^\[([^\]]*)\]?\s*(.*)$/.exec(line) ?? [];
  if (behind.startsWith(';')) return { message: 'a ; begins a comment only at the start of a line', hint: 'use #' };
  if (behind !== '')
    return { message: `"${behind}" stands behind the header of a section`, hint: 'put it on the next line' };
  if (/\s/.test(inner)) return { message: `[${inner}] is no section: a group's name has no spaces` };
  return { message: `${line} is no section`, hint: 'write [group], [group:children] or [group:vars]' };
}

/** What is wrong with a word of a host line that has no name and value. */
export function wrongAssignment(word: Word, all: readonly Word[]): Remark {
  if (word.text.startsWith(';')) return { message: 'a ; begins a comment only at the start of a line', hint: 'use #' };
  if (all.some(({ text }) => text.startsWith('='))) {
    return { message: 'there is a space beside a =', hint: 'write name=value, and quotes around a value with spaces' };
  }
  const [before = ''] = all[all.indexOf(word) - 1]?.text.split('=') ?? [];
  // It may be the rest of a password with a space in it.
  if (soundsSecret(before)) {
    return { message: `there is a word without = behind ${before}`, hint: 'put quotes around a value with spaces' };
  }
  return { message: `"${word.text}" is no variable: it has no =`, hint: LINE_SYNTAX };
}
