import { type Mistake, UsageError } from '../model/errors.ts';
import { didYouMean } from '../model/suggestion.ts';
import { errorText } from '../model/thrown.ts';
import { globExpression } from './glob.ts';

/** What patterns are matched against: names only. */
export interface PatternScope {
  /** In the order of the inventory. */
  readonly hosts: readonly string[];
  /** The hosts of every group, `all` among them. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/** Names that always mean the machine that garden runs on. */
export const LOCAL_NAMES: readonly string[] = ['localhost', '127.0.0.1', '::1'];

interface Term {
  readonly operator: '' | '&' | '!';
  /** As it was written, without its operator. */
  readonly text: string;
  readonly expression: string;
  readonly subscript: Subscript | undefined;
}

/** `[first]`, or `[first:last]` with both ends included; a negative first counts from the end. */
interface Subscript {
  readonly first: number;
  /** Undefined: to the end. */
  readonly last: number | undefined;
}

/**
 * The terms of a pattern: at commas where it has one, else at colons, neither within brackets. An IPv6 address is one
 * term. Empty ones are left out.
 */
export function splitPattern(pattern: string): readonly string[] {
  const parts = splitOutside(pattern, ',');
  const terms = parts.length > 1 || isAddress(pattern.trim()) ? parts : splitOutside(pattern, ':');
  return terms.map((term) => term.trim()).filter((term) => term !== '');
}

function isAddress(text: string): boolean {
  return /^[0-9a-fA-F]*(?::[0-9a-fA-F]*){2,}(?:%\w+)?$/.test(text);
}

function splitOutside(text: string, separator: ',' | ':'): string[] {
  const parts = [''];
  let depth = 0;
  for (const [character] of text.matchAll(/\\[\s\S]|[\s\S]/g)) {
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth = Math.max(0, depth - 1);
    if (character === separator && depth === 0) parts.push('');
    else parts.push((parts.pop() ?? '') + character);
  }
  return parts;
}

function parseTerm(text: string): Term {
  const operator = text.startsWith('&') ? '&' : text.startsWith('!') ? '!' : '';
  const rest = text.slice(operator.length);
  // In a regular expression brackets are a class.
  const match = rest.startsWith('~') ? null : /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(rest);
  if (match === null) return { operator, text: rest, expression: rest, subscript: undefined };
  const [, expression = '', single, first, last] = match;
  const subscript =
    single === undefined
      ? { first: Number(first), last: last === '' ? undefined : Number(last) }
      : { first: Number(single), last: Number(single) };
  return { operator, text: rest, expression, subscript };
}

/** What a name is compared with: it itself, `~regular expression` from the start of the name, or `*`, `?`, `[abc]`. */
function nameTest(expression: string): (name: string) => boolean {
  const regular = expression.startsWith('~') ? `^(?:${expression.slice(1)})` : undefined;
  if (regular === undefined && !/[*?[]/.test(expression)) return (name) => name === expression;
  const compiled = new RegExp(regular ?? globExpression(expression));
  return (name) => compiled.test(name);
}

/** The hosts of one term, without its operator. */
function termHosts(term: Term, scope: PatternScope): readonly string[] | Mistake {
  if (term.expression === '') {
    return { message: `there is no name behind "${term.operator}"`, hint: 'write it as in web:&prod or web:!web3' };
  }
  const found = expressionHosts(term.expression, scope);
  if (!Array.isArray(found) || term.subscript === undefined) return found;
  const { first, last } = term.subscript;
  const chosen =
    first < 0 ? found.slice(first, last === -1 ? undefined : first + 1) : found.slice(first, (last ?? Infinity) + 1);
  if (chosen.length > 0 && -first <= found.length) return chosen;
  const known = found.length === 1 ? '1 host, [0]' : `${found.length} hosts, [0] to [${found.length - 1}]`;
  return {
    message: `"${term.text}" matches nothing: ${term.expression} has ${found.length === 0 ? 'no hosts' : known}`,
  };
}

function expressionHosts(expression: string, scope: PatternScope): readonly string[] | Mistake {
  if (scope.hosts.includes(expression)) return [expression];
  let matches: (name: string) => boolean;
  try {
    matches = nameTest(expression);
  } catch (error) {
    const why = errorText(error);
    return { message: `"${expression}" is no regular expression: ${why}` };
  }
  const groups = [...scope.groups.keys()].filter(matches);
  const hosts = groups.flatMap((group) => scope.groups.get(group) ?? []);
  // A name that is a group's means the group; what may mean several names means hosts too.
  if (groups.length === 0 || /^~|[.?*[]/.test(expression)) hosts.push(...scope.hosts.filter(matches));
  if (groups.length === 0 && hosts.length === 0) {
    return LOCAL_NAMES.includes(expression) ? [expression] : nothingMatches(expression, scope);
  }
  return [...new Set(hosts)];
}

function nothingMatches(expression: string, { hosts, groups }: PatternScope): Mistake {
  const suggestion = didYouMean(expression.replace(/^~/, ''), [...groups.keys(), ...hosts]);
  const known = [...groups.keys()].filter((name) => name !== 'all' && name !== 'ungrouped');
  const list =
    known.length === 0 ? 'The inventory has no groups.' : `The inventory has the groups ${known.join(', ')}.`;
  return {
    message: `"${expression}" matches no host and no group${suggestion}`,
    hint: `${list} A group that may be empty must still be declared: [${expression.replace(/\W/g, '') || 'name'}]`,
  };
}

/**
 * The names that these terms stand for. As with Ansible their order does not matter: first everything that is named,
 * then what is in all of `&`, then without `!`. Without a plain term it starts from all hosts.
 *
 * A group that exists and has no hosts is no mistake, and neither is a combination that leaves none.
 *
 * @throws UsageError with every term that matches nothing.
 */
export function matchTerms(terms: readonly string[], scope: PatternScope): ReadonlySet<string> {
  const parsed = terms.map(parseTerm);
  const mistakes: Mistake[] = [];
  const sets = parsed.map((term) => {
    const hosts = termHosts(term, scope);
    if (!('message' in hosts)) return new Set(hosts);
    mistakes.push(hosts);
    return new Set<string>();
  });
  if (mistakes.length > 0) throw new UsageError(mistakes);
  const of = (operator: Term['operator']) => sets.filter((_, index) => parsed[index]?.operator === operator);
  const plain = of('');
  const start = plain.length === 0 ? scope.hosts : plain.flatMap((set) => [...set]);
  const inAll = (name: string) => of('&').every((set) => set.has(name)) && !of('!').some((set) => set.has(name));
  return new Set(start.filter(inAll));
}
