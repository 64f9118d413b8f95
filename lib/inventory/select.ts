import { readFileSync } from 'node:fs';
import { type Mistake, UsageError } from '../model/errors.ts';
import type { Host, Inventory } from '../model/host.ts';
import { errorCode } from '../model/thrown.ts';
import { pick, scopeOf } from './inventory.ts';
import { matchTerms, splitPattern } from './patterns.ts';

/**
 * The hosts of a pattern that a limit leaves, in the order of the inventory. The limit is a pattern too; in it `@file`
 * stands for the patterns in a file, one a line, relative to the working directory.
 *
 * @throws UsageError where a term of either matches nothing, and for an empty limit: by accident it would mean all hosts.
 */
export function selectHosts(inventory: Inventory, pattern: string, limit?: string | undefined): readonly Host[] {
  const hosts = inventory.hosts(pattern);
  if (limit === undefined) return hosts;
  const left = limitNames(inventory, limit);
  return hosts.filter(({ name }) => left.has(name));
}

/** A term that stands for the hosts that failed in the last run. */
const FAILED = /^([&!]?)@failed$/;

/** Whether a limit follows from earlier runs, so that it means other hosts later. */
export function followsFromRuns(limit: string): boolean {
  return splitPattern(limit).some((term) => FAILED.test(term));
}

/**
 * The names of the hosts that a limit leaves of whatever is run. `localhost` is among them where it is named, though
 * `all` does not hold it.
 *
 * @param failed the hosts that `@failed` stands for: a file of that name is `@./failed`
 * @throws UsageError as {@link selectHosts}.
 */
export function limitNames(inventory: Inventory, limit: string, failed?: () => readonly string[]): ReadonlySet<string> {
  const mistakes: Mistake[] = [];
  const terms = splitPattern(limit).flatMap((term) => {
    const [, sign] = FAILED.exec(term) ?? [];
    if (sign !== undefined && failed) return failed().map((name) => `${sign}${name}`);
    return term.startsWith('@') ? termsOfFile(term.slice(1), mistakes) : [term];
  });
  if (mistakes.length > 0) throw new UsageError(mistakes);
  if (terms.length === 0) {
    throw new UsageError([
      {
        message: '--limit is empty',
        hint: 'leave it out to mean all hosts; an empty one never does, lest a script run wild',
      },
    ]);
  }
  try {
    return new Set(pick(inventory, matchTerms(terms, scopeOf(inventory))).map(({ name }) => name));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.mistakes.map((mistake) => ({ where: '--limit', ...mistake })));
  }
}

function termsOfFile(file: string, mistakes: Mistake[]): readonly string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? 'does not exist' : 'cannot be read';
    mistakes.push({
      where: '--limit',
      message: `the file "${file}" ${why}`,
      hint: 'write --limit @file, one pattern a line',
    });
    return [];
  }
  const terms = text.split('\n').flatMap((line) => splitPattern(line.replace(/(?:^|\s)#.*/, '')));
  // Beside other patterns it would pass unseen that it holds none.
  if (terms.length === 0) mistakes.push({ where: '--limit', message: `there is no pattern in the file "${file}"` });
  return terms;
}
