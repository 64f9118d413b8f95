import { isIP, isIPv6 } from 'node:net';
import type { Remark } from './findings.ts';

/** What the first word of a host line stands for. */
export interface HostNames {
  readonly names: readonly string[];
  readonly port?: number | undefined;
}

/** More hosts than this in one line are a mistake, not a wish. */
const MOST_NAMES = 100_000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const RANGE = /^([^[]*)\[([^[\]]*:[^[\]]*)\](.*)$/;

/**
 * The hosts of `name`, `name:port`, `[address]:port` and of ranges in them: `web[01:10:2]`, `db[a:c]`, several of which
 * expand from left to right. A range that runs backwards (`[3:1]`) has no hosts.
 */
export function readHostNames(word: string): HostNames | Remark {
  if (word.trim() === '') return { message: 'a host has an empty name' };
  if (/\p{Cc}/u.test(word)) {
    return { message: `"${word}" is no host name: it has a line end or another control character in it` };
  }
  const { name, port } = splitPort(word);
  if (port !== undefined && (port < 1 || port > 65535)) {
    return { message: `${port} is no port`, hint: 'a port is a number from 1 to 65535' };
  }
  if (!isIPv6(name) && colonsOutsideRanges(name) > 0 && !isIPv6(withoutRanges(name))) {
    return { message: `"${word}" is no host name`, hint: 'behind a colon stands a port, which is a number: host:2222' };
  }
  const names = isIP(name) ? [name] : expandRanges(name);
  return Array.isArray(names) ? { names, port } : names;
}

/** Whether a word begins with a range, not with the header of a section. */
export function beginsWithRange(word: string): boolean {
  const [, before, range = ''] = RANGE.exec(word) ?? [];
  return before === '' && Array.isArray(rangeItems(range));
}

function splitPort(word: string): { readonly name: string; readonly port?: number } {
  const [, inner, innerPort] = /^\[(.+)\]:(\d+)$/.exec(word) ?? [];
  if (inner !== undefined && (isIPv6(withoutRanges(inner)) || colonsOutsideRanges(inner) === 0) && balanced(inner)) {
    if (isIP(inner) || !/^[^[\]]*:[^[\]]*$/.test(inner)) return { name: inner, port: Number(innerPort) };
  }
  const [, name, port] = /^(.*):(\d+)$/.exec(word) ?? [];
  const hasPort = name !== undefined && colonsOutsideRanges(name) === 0 && balanced(name);
  return hasPort ? { name, port: Number(port) } : { name: word };
}

function withoutRanges(text: string): string {
  return text.replace(/\[[^[\]]*\]/g, '0');
}

function colonsOutsideRanges(text: string): number {
  return withoutRanges(text).split(':').length - 1;
}

function balanced(text: string): boolean {
  return !/[[\]]/.test(withoutRanges(text));
}

function expandRanges(name: string): string[] | Remark {
  const match = RANGE.exec(name);
  if (match === null) {
    if (!/[[\]]/.test(name)) return [name];
    return {
      message: `"${name}" has brackets that are no range`,
      hint: 'a range has a colon: web[1:3], web[01:10:2], db[a:c]',
    };
  }
  const [, head = '', range = '', tail = ''] = match;
  const items = rangeItems(range);
  if (!Array.isArray(items)) return items;
  const rest = expandRanges(tail);
  if (!Array.isArray(rest)) return rest;
  if (items.length * rest.length > MOST_NAMES) {
    return {
      message: `"${name}" stands for more than ${MOST_NAMES} hosts`,
      hint: 'see whether the range has a digit too many',
    };
  }
  return items.flatMap((item) => rest.map((end) => head + item + end));
}

/** What stands in the place of `[first:last]` or `[first:last:step]`, both ends included. */
function rangeItems(range: string): string[] | Remark {
  const [first = '', last = '', step = '1', ...more] = range.split(':');
  const wrong = (why: string, hint = 'write it as in web[1:3], web[01:10:2], db[a:c]'): Remark => ({
    message: `the range [${range}] ${why}`,
    hint,
  });
  if (more.length > 0) return wrong('has more than a first, a last and a step');
  if (last === '') return wrong('has no end');
  if (!/^[1-9]\d*$/.test(step)) return wrong(`has the step "${step}"`, 'a step is a number from 1 on');
  if (/^\d*$/.test(first) && /^\d+$/.test(last)) {
    const padded = first.length > 1 && first.startsWith('0');
    if (padded && first.length !== last.length) {
      return wrong(
        'has ends of different widths',
        `with a leading zero both have the same number of digits: [${first}:${last.padStart(first.length, '0')}]`,
      );
    }
    const [from, to] = [Number(first), Number(last)];
    if (to - from >= MOST_NAMES * Number(step)) return wrong(`stands for more than ${MOST_NAMES} hosts`);
    return numbers(from, to, Number(step)).map((number) => String(number).padStart(padded ? first.length : 0, '0'));
  }
  if (!/^[a-zA-Z]$/.test(first) || !/^[a-zA-Z]$/.test(last)) {
    return wrong('goes neither from number to number nor from letter to letter');
  }
  const [from, to] = [LETTERS.indexOf(first), LETTERS.indexOf(last)];
  if (from > to) return wrong('runs backwards', 'letters go from a to z, then from A to Z');
  return numbers(from, to, Number(step)).map((index) => LETTERS.charAt(index));
}

function numbers(first: number, last: number, step: number): number[] {
  const count = Math.max(0, Math.floor((last - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => first + index * step);
}
